"""How a run ends: one place, one transaction with the news of it."""

from django.db import transaction
from django.utils import timezone

from portal.base import events
from trade.models import Release, Run


class Superseded(Exception):
    """Another attempt has taken the run over: the server lost this one's lock, in a restart say."""


def attempt_hold(run: Run) -> None:
    """Keep the run's row for this attempt until the caller's transaction ends. Raises Superseded."""
    held = Run.objects.select_for_update().filter(pk=run.pk, attempts=run.attempts)
    if not held.exclude(state__in=Run.ENDED).exists():
        raise Superseded


def run_end(run: Run, state: Run.State, *, reason: dict[str, str] | None = None) -> None:
    """Write the end of a run with its counts. A release that it was making is put aside unless it is kept.

    Raises Superseded where another attempt has the run.
    """
    with transaction.atomic():
        attempt_hold(run)
        run.state, run.reason, run.ended_at = state, reason or {}, timezone.now()
        run.phase, run.done, run.total = "", 0, 0
        run.save()
        if state in (Run.State.REFUSED, Run.State.FAILED):
            Release.objects.filter(run=run, state=Release.State.STAGED).update(state=Release.State.DISCARDED)
        events.emit("trade.run_ended", run_id=str(run.pk))
