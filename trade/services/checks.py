"""What must hold at the moment of publishing, whoever asks and however long after staging."""

from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.base.errors import Conflict
from trade.imports import gates
from trade.models import Dataset, Release, Run
from trade.sources.reasons import gate_text


def publishable_check(
    dataset: Dataset,
    release: Release,
    acting_user: User | None,
    *,
    reason: str = "",
    over_gates: bool = False,
) -> None:
    """Raises Conflict. The soft gates are asked again: published totals may have been entered since.

    The caller holds the dataset's row.
    """
    _check_state(dataset, release)
    if dataset.needs_consent and release.run.acting_user_id == (acting_user.pk if acting_user else None):
        raise Conflict(
            _("Release %(number)s needs a second person's consent.") % {"number": release.number},
            hint=_("Ask somebody other than the one who handed in its files to publish it."),
        )
    _check_gates(dataset, release, reason=reason, over_gates=over_gates)


def _check_state(dataset: Dataset, release: Release) -> None:
    names = {"number": release.number, "dataset": dataset.code}
    if release.state == Release.State.PUBLISHED:
        raise Conflict(_("Release %(number)s is published already.") % names)
    if release.pruned_at is not None:
        raise Conflict(
            _("Release %(number)s was pruned: its files are gone.") % names,
            hint=_("Hand the files in again."),
        )
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


def _check_gates(dataset: Dataset, release: Release, *, reason: str, over_gates: bool) -> None:
    parts = {part.period: part for part in release.parts.all()}
    outcomes = gates.of_release(dataset, parts, parts)
    failed = [outcome for outcome in outcomes if outcome.level == "soft" and not outcome.held]
    _keep(release, outcomes)
    if not failed:
        return
    if not over_gates:
        told = " ".join(gate_text(gate.gate, gate.figures, held=False) for gate in failed)
        raise Conflict(
            told, hint=_("Check the files, or publish over it with a written reason."), code="gate_not_held"
        )
    if not reason.strip():
        raise Conflict(
            _("Publishing over a gate needs a written reason."),
            hint=_("Say in a sentence why the release is right all the same."),
        )


def _keep(release: Release, outcomes: list[gates.Outcome]) -> None:
    """The run shows what the gates say now; those of its files stay as they were."""
    names = {outcome.gate for outcome in outcomes} | {"total_met"}
    run = release.run
    run.gates = [told for told in run.gates if told["gate"] not in names]
    run.gates += [outcome.as_json() for outcome in outcomes]
    Run.objects.filter(pk=run.pk).update(gates=run.gates)
