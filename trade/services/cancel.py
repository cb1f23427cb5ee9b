"""Taking back a run that nobody has begun."""

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.base.errors import Conflict, Missing
from portal.base.locks import try_lock
from trade.models import Run
from trade.services.state import run_end


def run_cancel(number: int, *, acting_user: User | None, reason: str = "") -> Run:
    """End a waiting run before a worker takes it up; a second time it stays as it is. Raises Missing, Conflict.

    A run that has begun goes to its end: nothing of it reaches readers without a release, which can be withdrawn.
    """
    run = Run.objects.filter(number=number).first()
    if run is None:
        raise Missing(_("There is no run %(number)s.") % {"number": number})
    # Whoever executes a run holds this lock: while it is ours no worker can begin.
    with try_lock(f"run:{run.pk}") as held:
        if not held:
            raise _begun(run)
        with pghistory.context(user=str(acting_user.pk) if acting_user else None, why=reason or "run_cancel"):
            with transaction.atomic():
                run = Run.objects.select_for_update(of=("self",)).select_related("dataset").get(pk=run.pk)
                if run.state == Run.State.CANCELLED:
                    return run
                if run.state != Run.State.QUEUED:
                    raise _begun(run)
                run_end(run, Run.State.CANCELLED)
    return run


def _begun(run: Run) -> Conflict:
    return Conflict(
        _("Run %(number)s has begun already and can no longer be cancelled.") % {"number": run.number},
        hint=_("Wait for its end: its release can be left unpublished, or withdrawn."),
    )
