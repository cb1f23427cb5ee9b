"""Publishing and taking back, by a person or by the machine's operator."""

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.base.errors import Conflict, Missing
from trade.models import Dataset, Release, Run
from trade.services.pointer import publish_in_transaction, withdraw_in_transaction


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


def release_publish(number: int, *, acting_user: User | None, reason: str = "") -> Release:
    """Publish a staged release, or again one that was replaced or withdrawn. Raises Missing, Conflict."""
    with pghistory.context(user=_id(acting_user), why=reason or "release_publish"), transaction.atomic():
        dataset, release = _locked(number)
        _check_publishable(dataset, release, acting_user)
        publish_in_transaction(dataset, release, by=acting_user)
        Run.objects.filter(pk=release.run_id, state=Run.State.STAGED).update(state=Run.State.PUBLISHED)
    return release


def _check_publishable(dataset: Dataset, release: Release, acting_user: User | None) -> None:
    names = {"number": release.number, "dataset": dataset.code}
    if release.state == Release.State.PUBLISHED:
        raise Conflict(_("Release %(number)s is published already.") % names)
    if release.state == Release.State.DISCARDED or release.run.state in (Run.State.QUEUED, Run.State.RUNNING):
        raise Conflict(
            _("Release %(number)s is not complete.") % names,
            hint=_("Wait for its run to end, or hand the files in again."),
        )
    if release.state == Release.State.STAGED and release.predecessor_id != dataset.published_id:
        raise Conflict(
            _(
                "Since release %(number)s was staged, another release of %(dataset)s was published or taken back."
            )
            % names,
            hint=_("Hand the files in again, so that nothing of the other one is lost."),
        )
    if release.demonstration and dataset.published is not None and not dataset.published.demonstration:
        raise Conflict(
            _("Release %(number)s is demonstration data, and %(dataset)s shows real data.") % names,
            hint=_("Withdraw the real release first if that is what you want."),
        )
    if dataset.needs_consent and release.run.acting_user_id == _id_or_none(acting_user):
        raise Conflict(
            _("Release %(number)s needs a second person's consent.") % names,
            hint=_("Ask somebody other than the one who handed in its files to publish it."),
        )


def release_withdraw(number: int, *, acting_user: User | None, reason: str = "") -> Release | None:
    """Take the published release back; returns the one that readers see now. Raises Missing, Conflict."""
    with pghistory.context(user=_id(acting_user), why=reason or "release_withdraw"), transaction.atomic():
        dataset, release = _locked(number)
        if release.state != Release.State.PUBLISHED:
            raise Conflict(
                _("Release %(number)s is not the published one of %(dataset)s.")
                % {"number": number, "dataset": dataset.code},
                hint=_("Only what readers see can be taken back from them."),
            )
        return withdraw_in_transaction(dataset, release)


def _id(user: User | None) -> str | None:
    return str(user.pk) if user is not None else None


def _id_or_none(user: User | None) -> object:
    return user.pk if user is not None else None
