"""Publishing and taking back, in words: the same on the page that asks and in the dialog of the run's page."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.base import i18n
from trade.forms import DecisionForm, ReasonForm
from trade.models import Release, Run

MAY_PUBLISH = frozenset({Release.State.STAGED, Release.State.WITHDRAWN, Release.State.REPLACED})


@dataclass(frozen=True, slots=True)
class Decision:
    """A question with its consequence (`lead`), the words of its buttons, their kind, and where it is answered."""

    title: str
    lead: str
    opener: str
    verb: str
    kind: str
    url: str
    form: ReasonForm


def decision_make(release: Release, step: str, form: ReasonForm) -> Decision:
    """`step` is "publish" or "withdraw"."""
    names = {"number": release.number, "dataset": i18n.localized(release.dataset)}
    if step == "publish":
        return Decision(
            title=_("Publish release %(number)s?") % names,
            lead=_(
                "Every reader of “%(dataset)s” sees it at once, on pages, in downloads and through the API."
            )
            % names,
            opener=_("Publish release %(number)s") % names,
            verb=_("Publish"),
            kind="",
            url=reverse("staff_release_publish", args=[release.number]),
            form=form,
        )
    return Decision(
        title=_("Withdraw release %(number)s?") % names,
        lead=_(
            "Readers of “%(dataset)s” see the release before it again at once, or nothing where there is none."
        )
        % names,
        opener=_("Withdraw release %(number)s") % names,
        verb=_("Withdraw"),
        kind="danger",
        url=reverse("staff_release_withdraw", args=[release.number]),
        form=form,
    )


def another_decides(release: Release | None, user: User) -> bool:
    """Whether the release waits for somebody else, because this person handed its files in."""
    return (
        release is not None
        and release.state == Release.State.STAGED
        and release.dataset.needs_consent
        and release.run.acting_user_id == user.pk
    )


def decision_next(release: Release | None, user: User) -> Decision | None:
    """What the person can decide on a release now; its form's ids are the dialog's own."""
    if release is None or another_decides(release, user):
        return None
    if release.state in MAY_PUBLISH and release.pruned_at is None:
        form = DecisionForm(auto_id="decide_%s", open_gates=open_gates(release))
        return decision_make(release, "publish", form)
    if release.state == Release.State.PUBLISHED:
        return decision_make(release, "withdraw", ReasonForm(auto_id="decide_%s"))
    return None


def cancel_make(run: Run, form: ReasonForm) -> Decision:
    """The question before a run that waits is taken back."""
    names = {"number": run.number}
    return Decision(
        title=_("Cancel run %(number)s?") % names,
        lead=_("It has not begun. Nothing of its files is read; the run stays in the ledger as cancelled."),
        opener=_("Cancel the run"),
        verb=_("Cancel the run"),
        kind="danger",
        url=reverse("staff_run_cancel", args=[run.number]),
        form=form,
    )


def cancel_next(run: Run) -> Decision | None:
    return cancel_make(run, ReasonForm(auto_id="decide_%s")) if run.state == Run.State.QUEUED else None


def open_gates(release: Release) -> bool:
    """Whether a check does not hold that a person may publish over."""
    return any(gate["level"] == "soft" and not gate["held"] for gate in release.run.gates)
