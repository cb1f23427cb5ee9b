"""Thin adapters: ids in, a service called, safe to run twice."""

from celery import shared_task

from trade import services
from trade.charts import warm
from trade.services import announce


@shared_task
def run_execute(run_id: str) -> None:
    services.run_execute(run_id)


@shared_task
def runs_sweep() -> list[int]:
    return services.runs_sweep()


@shared_task
def fetch_execute(fetch_id: str) -> None:
    services.fetch_execute(fetch_id)


@shared_task
def fetches_sweep() -> int:
    return services.fetches_sweep()


@shared_task
def uploads_sweep() -> int:
    return services.uploads_sweep()


@shared_task
def run_announce(event_id: str, run_id: str) -> None:
    """Listener of `trade.run_ended`."""
    announce.run_announce(event_id, run_id)


@shared_task
def release_announce(event_id: str, dataset_code: str, release: int) -> None:
    """Listener of `trade.release_published`."""
    announce.release_announce(event_id, dataset_code, release)


@shared_task
def release_announce_withdrawn(event_id: str, dataset_code: str, release: int) -> None:
    """Listener of `trade.release_withdrawn`."""
    announce.release_announce_withdrawn(event_id, dataset_code, release)


@shared_task
def releases_due() -> list[int]:
    return services.releases_due()


@shared_task
def releases_daily() -> list[int]:
    """The calendar reaches a year ahead; what the policies no longer keep goes."""
    services.calendar_extend()
    return services.releases_prune().releases


@shared_task
def charts_warm(event_id: str, dataset_code: str, release: int) -> None:
    """Listener of `trade.release_published` and `trade.release_withdrawn`; warming twice does no harm."""
    warm.warm(dataset_code)
