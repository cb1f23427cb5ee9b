"""Thin adapters: ids in, a service called, safe to run twice."""

from celery import shared_task

from trade import services
from trade.charts import warm
from trade.services.announce import run_announce as announce


@shared_task
def run_execute(run_id: str) -> None:
    services.run_execute(run_id)


@shared_task
def runs_sweep() -> list[int]:
    return services.runs_sweep()


@shared_task
def run_announce(event_id: str, run_id: str) -> None:
    """Listener of `trade.run_ended`."""
    announce(event_id, run_id)


@shared_task
def charts_warm(event_id: str, dataset_code: str, release: int) -> None:
    """Listener of `trade.release_published` and `trade.release_withdrawn`; warming twice does no harm."""
    warm.warm(dataset_code)
