"""Telling people: whoever handed files in how their run ended, subscribers and their machines of a new release."""

from typing import Any

from django.conf import settings

from portal.accounts.services import subscriptions_tell, webhooks_tell
from portal.base import events, formats, i18n
from portal.base.mail import mail_send
from portal.base.models import EventDelivery
from trade.models import Release, Run
from trade.selectors.runs import run_reason

LISTENER = "trade.run_announce"
MAILS, HOOKS = "trade.release_announce", "trade.release_announce_webhooks"
PUBLISHED, WITHDRAWN = "release.published", "release.withdrawn"


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


def release_announce(event_id: str, dataset_code: str, number: int) -> bool:
    """Tell subscribers by e-mail and webhooks by a signed message, once an event; False where that was done.

    A release that was taken back before anybody could be told is told to nobody. One that is published once more
    after it was taken back is told to machines, which heard of both; nobody gets a second e-mail for it.
    """
    release = Release.objects.select_related("dataset").filter(number=number).first()
    if release is None or release.state != Release.State.PUBLISHED:
        return False
    try:
        with events.once(event_id, MAILS):
            if not _mailed_before(event_id, number):
                contexts = {language: _words(release, language) for language, _name in settings.LANGUAGES}
                subscriptions_tell(dataset_code, "release_published", contexts)
            webhooks_tell(dataset_code, PUBLISHED, _message(release), event_id=event_id)
    except events.AlreadyHeard:
        return False
    return True


def _mailed_before(event_id: str, number: int) -> bool:
    """Whether subscribers heard of the release when it was published an earlier time."""
    heard = EventDelivery.objects.filter(listener=MAILS, event__payload__release=number)
    return heard.exclude(event_id=event_id).exists()


def release_announce_withdrawn(event_id: str, dataset_code: str, number: int) -> bool:
    """Tell machines that a release was taken back: they may have fetched it. False where that was done."""
    release = Release.objects.select_related("dataset__published").filter(number=number).first()
    if release is None:
        return False
    now = release.dataset.published
    try:
        with events.once(event_id, HOOKS):
            message = {**_message(release), "published_release": now.number if now else None}
            webhooks_tell(dataset_code, WITHDRAWN, message, event_id=event_id)
    except events.AlreadyHeard:
        return False
    return True


def _span(release: Release) -> tuple[str, str]:
    """The first and the last period that a release holds."""
    periods = sorted(release.parts.values_list("period", flat=True))
    return (periods[0], periods[-1]) if periods else ("", "")


def _words(release: Release, language: str) -> dict[str, Any]:
    first, last = (formats.period(period, language) if period else "" for period in _span(release))
    return {
        "dataset": i18n.localized(release.dataset, "name", language),
        "number": release.number,
        "periods": first if first == last else f"{first} – {last}",
        "demonstration": release.demonstration,
        "path": f"/{language}/data/releases/",
    }


def _message(release: Release) -> dict[str, Any]:
    first, last = _span(release)
    site = settings.SITE_URL.rstrip("/")
    return {
        "dataset": release.dataset.code,
        "release": release.number,
        "published_at": release.published_at.isoformat() if release.published_at else None,
        "first_period": first,
        "last_period": last,
        "demonstration": release.demonstration,
        "url": f"{site}/api/v1/data/?dataset={release.dataset.code}&release={release.number}",
    }
