"""Publishing, taking back, scheduling and keeping, by a person or by the machine's operator."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pghistory
import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.accounts.models import User
from portal.base import i18n
from portal.base.errors import Conflict, DomainError, Invalid, Missing
from portal.base.mail import mail_send
from trade.models import Dataset, Release, Run
from trade.permissions import is_trade_staff
from trade.services.checks import publishable_check
from trade.services.pointer import publish_in_transaction, withdraw_in_transaction

log = structlog.get_logger(__name__)
# Farther ahead than this is a slip of the pen.
FARTHEST = dt.timedelta(days=366)


@contextmanager
def _audited(acting_user: User | None, why: str) -> Iterator[None]:
    with pghistory.context(user=str(acting_user.pk) if acting_user else None, why=why), transaction.atomic():
        yield


def _locked(number: int) -> tuple[Dataset, Release]:
    """The release with its dataset's row held. Raises Missing."""
    release = Release.objects.select_related("run", "predecessor").filter(number=number).first()
    if release is None:
        raise Missing(
            _("There is no release %(number)s.") % {"number": number},
            hint=_("List the releases with the command “releases”."),
        )
    dataset = Dataset.objects.select_for_update().get(pk=release.dataset_id)
    release.refresh_from_db()
    return dataset, release


def release_publish(
    number: int, *, acting_user: User | None, reason: str = "", over_gates: bool = False
) -> Release:
    """Publish a staged release, or again one that was replaced or withdrawn. Raises Missing, Conflict.

    `over_gates`: although a soft gate does not hold; `reason` is needed then and kept in the history.
    """
    with _audited(acting_user, reason or "release_publish"):
        dataset, release = _locked(number)
        publishable_check(dataset, release, acting_user, reason=reason, over_gates=over_gates)
        _published(dataset, release, acting_user)
    return release


def _published(dataset: Dataset, release: Release, by: User | None) -> None:
    release.scheduled_for, release.scheduled_by, release.schedule = None, None, {}
    release.save(update_fields=["scheduled_for", "scheduled_by", "schedule", "updated_at"])
    publish_in_transaction(dataset, release, by=by)
    Run.objects.filter(pk=release.run_id, state=Run.State.STAGED).update(state=Run.State.PUBLISHED)


def release_withdraw(number: int, *, acting_user: User | None, reason: str = "") -> Release | None:
    """Take the published release back; returns the one that readers see now. Raises Missing, Conflict."""
    with _audited(acting_user, reason or "release_withdraw"):
        dataset, release = _locked(number)
        if release.state != Release.State.PUBLISHED:
            raise Conflict(
                _("Release %(number)s is not the published one of %(dataset)s.")
                % {"number": number, "dataset": dataset.code},
                hint=_("Only what readers see can be taken back from them."),
            )
        return withdraw_in_transaction(dataset, release)


def release_keep(number: int, *, acting_user: User | None, why: str) -> Release:
    """Mark a release as never to be pruned, for it is cited say. Raises Missing, Invalid, Conflict."""
    if not why.strip():
        raise Invalid(_("Say why the release is kept."), hint=_("Name where it is cited."))
    with _audited(acting_user, why):
        _dataset, release = _locked(number)
        if release.pruned_at is not None or release.state == Release.State.DISCARDED:
            raise Conflict(_("Release %(number)s has no files that could be kept.") % {"number": number})
        release.kept, release.kept_why = True, why.strip()[:300]
        release.save(update_fields=["kept", "kept_why", "updated_at"])
    return release


def release_unkeep(number: int, *, acting_user: User | None) -> Release:
    """Let pruning decide again. Raises Missing."""
    with _audited(acting_user, "release_unkeep"):
        _dataset, release = _locked(number)
        release.kept, release.kept_why = False, ""
        release.save(update_fields=["kept", "kept_why", "updated_at"])
    return release


def release_schedule(
    number: int,
    *,
    acting_user: User | None,
    at: dt.datetime,
    reason: str = "",
    over_gates: bool = False,
) -> Release:
    """Publish a staged release at a minute, for everybody the same. Everything is checked now and at that minute.

    Where the dataset asks for a second person, scheduling is that consent. Raises Missing, Invalid, Conflict.
    """
    now = timezone.now()
    if timezone.is_naive(at) or not now < at <= now + FARTHEST:
        raise Invalid(_("The minute must lie ahead, within a year."), hint=_("Check the date and the time."))
    with _audited(acting_user, reason or "release_schedule"):
        dataset, release = _locked(number)
        if release.state != Release.State.STAGED:
            raise Conflict(_("Release %(number)s is not staged.") % {"number": number})
        publishable_check(dataset, release, acting_user, reason=reason, over_gates=over_gates)
        release.scheduled_for, release.scheduled_by = at.replace(second=0, microsecond=0), acting_user
        release.schedule = {"reason": reason, "over_gates": over_gates}
        release.save(update_fields=["scheduled_for", "scheduled_by", "schedule", "updated_at"])
    return release


def release_unschedule(number: int, *, acting_user: User | None) -> Release:
    """It waits for a person again. Raises Missing."""
    with _audited(acting_user, "release_unschedule"):
        _dataset, release = _locked(number)
        release.scheduled_for, release.scheduled_by, release.schedule = None, None, {}
        release.save(update_fields=["scheduled_for", "scheduled_by", "schedule", "updated_at"])
    return release


def releases_due() -> list[int]:
    """Publish what is scheduled and due; the numbers published. Safe to call at any time, by many at once."""
    due = Release.objects.filter(scheduled_for__lte=timezone.now()).order_by("scheduled_for", "number")
    return [number for number in due.values_list("number", flat=True) if _publish_due(number)]


def _publish_due(number: int) -> bool:
    with transaction.atomic():
        dataset, release = _locked(number)
        by, told = release.scheduled_by, release.schedule
        if release.scheduled_for is None or release.scheduled_for > timezone.now():
            return False  # another process was faster, or a person thought again
        with _audited(by, told.get("reason") or "releases_due"):
            try:
                with transaction.atomic():
                    _still_staff(by)
                    publishable_check(
                        dataset,
                        release,
                        by,
                        reason=told.get("reason", ""),
                        over_gates=told.get("over_gates", False),
                    )
                    _published(dataset, release, by)
            except DomainError as error:
                log.warning("release_not_published", release=number, code=error.code)
                _refused(dataset, release, by, str(error))
                return False
    return True


def _still_staff(by: User | None) -> None:
    if by is not None and not is_trade_staff(by):
        raise Conflict(
            _("%(person)s, who scheduled it, may no longer publish.") % {"person": by},
            hint=_("Let somebody who may publish it."),
        )


def _refused(dataset: Dataset, release: Release, by: User | None, text: str) -> None:
    """The schedule ends, why is kept beside the release, and whoever made it is told."""
    release.refresh_from_db()
    release.schedule = {"refused": text, "at": timezone.now().isoformat()}
    release.scheduled_for, release.scheduled_by = None, None
    release.save(update_fields=["scheduled_for", "scheduled_by", "schedule", "updated_at"])
    if by is None or not by.is_active:
        return
    with override(by.language):
        context = {
            "number": release.number,
            "dataset": i18n.localized(dataset, "name", by.language),
            "reason": text,
            "path": f"/{by.language}/staff/trade/runs/{release.run.number}/",
        }
        mail_send("release_not_published", to=by.email, language=by.language, context=context)
