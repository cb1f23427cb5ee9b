"""Telling the person who handed files in how their run ended."""

from portal.base import events, i18n
from portal.base.mail import mail_send
from trade.models import Run
from trade.selectors.runs import run_reason

LISTENER = "trade.run_announce"


def run_announce(event_id: str, run_id: str) -> bool:
    """One e-mail a run to its acting user, in their language; False where there is nobody or it went already."""
    run = Run.objects.select_related("dataset", "acting_user").filter(pk=run_id).first()
    if run is None or run.acting_user is None or not run.acting_user.is_active:
        return False
    language = run.acting_user.language
    try:
        with events.once(event_id, LISTENER):
            release = getattr(run, "release", None)
            mail_send(
                "run_ended",
                to=run.acting_user.email,
                language=language,
                context={
                    "run": run,
                    "name": run.acting_user.get_short_name(),
                    "dataset": i18n.localized(run.dataset, "name", language),
                    "release": release.number if release is not None else None,
                    "reason": run_reason(run, language),
                    "path": f"/{language}/staff/trade/runs/{run.number}/",
                },
            )
    except events.AlreadyHeard:
        return False
    return True
