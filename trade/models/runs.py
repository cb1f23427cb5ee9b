"""The ledger: one row a run of the import, with its files, counts, state and log."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.base.models import BaseModel
from trade.models.datasets import Dataset


@pghistory.track(exclude=["phase", "done", "total", "log", "gates"])
class Run(BaseModel):
    """One command's or one upload's files on their way to a release. Its row is the job's state."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        STAGED = "staged", _("staged")
        PUBLISHED = "published", _("published")
        UNCHANGED = "unchanged", _("unchanged")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    class Phase(models.TextChoices):
        READING = "reading", _("reading the files")
        WAITING = "waiting", _("waiting for another run of the dataset")
        STAGING = "staging", _("laying the months over the last release")
        SUMMING = "summing", _("summing up the tables")
        CLEARING = "clearing", _("clearing what may be published")
        COMPARING = "comparing", _("comparing with the last release")

    # How a state reads at a glance; "wait" is for what works or waits for somebody.
    KINDS = {
        State.QUEUED: "wait",
        State.RUNNING: "wait",
        State.STAGED: "wait",
        State.PUBLISHED: "good",
        State.REFUSED: "bad",
        State.FAILED: "bad",
    }
    # Ends without a release; all ends.
    WITHOUT = (State.REFUSED, State.FAILED, State.CANCELLED)
    ENDED = (State.STAGED, State.PUBLISHED, State.UNCHANGED, *WITHOUT)

    number = models.PositiveIntegerField(_("number"), unique=True)
    dataset = models.ForeignKey(
        Dataset, on_delete=models.PROTECT, related_name="runs", verbose_name=_("dataset")
    )
    source_code = models.CharField(_("source format"), max_length=20)
    options = models.JSONField(_("options"), default=dict)
    # The run whose rejected rows these files bring again, corrected: they are added to its release.
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections",
        verbose_name=_("corrects run"),
    )  # fmt: skip
    # Digest of the files' checksums and the options: what "unchanged" means.
    fingerprint = models.CharField(max_length=64)
    publish = models.BooleanField(_("publish when every gate holds"), default=False)
    acting_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    phase = models.CharField(_("phase"), max_length=20, choices=Phase.choices, blank=True)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("of"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    rows_read = models.BigIntegerField(_("rows read"), default=0)
    rows_accepted = models.BigIntegerField(_("rows accepted"), default=0)
    rows_repaired = models.BigIntegerField(_("rows repaired"), default=0)
    rows_rejected = models.BigIntegerField(_("rows rejected"), default=0)
    rejects_name = models.CharField(_("reject list"), max_length=200, blank=True)
    # {"totals": […], "new_codes": […], …}: how the staged release differs from the published one.
    preview = models.JSONField(_("preview"), default=dict, blank=True)
    # The slices that it covered, a Parquet file in the private storage: what a correction may add to.
    slices_name = models.CharField(max_length=200, blank=True)
    # [{"gate", "level": "hard|soft|told", "held", "figures": {…}}]: every gate's outcome, see `trade.imports.gates`.
    gates = models.JSONField(_("gates"), default=list, blank=True)
    # Code, French, Arabic and English of why a run was refused or failed: {"code", "fr", "ar", "en"}.
    reason = models.JSONField(_("reason"), default=dict, blank=True)
    log = models.JSONField(_("log"), default=list, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="trade_run_counts_close",
                condition=models.Q(rows_read=models.F("rows_accepted") + models.F("rows_rejected"))
                | models.Q(ended_at__isnull=True)
                | models.Q(state="failed"),
            ),
            models.CheckConstraint(
                name="trade_run_ended_has_time",
                condition=models.Q(ended_at__isnull=False) | models.Q(state__in=["queued", "running"]),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="steps",
                field="state",
                transitions=[
                    ("queued", "running"),
                    ("queued", "cancelled"),
                    ("running", "staged"),
                    ("running", "published"),
                    ("running", "unchanged"),
                    ("running", "refused"),
                    ("running", "failed"),
                    ("staged", "published"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def kind(self) -> str:
        """One of "good", "wait" and "bad", or empty for what is none of them."""
        return self.KINDS.get(self.State(self.state), "")

    @property
    def seconds(self) -> float | None:
        if self.started_at is None or self.ended_at is None:
            return None
        return round((self.ended_at - self.started_at).total_seconds(), 3)


class RunFile(BaseModel):
    """One file handed in, as it is kept in the private storage."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
    # Empty once the file is pruned: its name, size and checksum stay in the ledger.
    stored_as = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField(_("bytes"))

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="trade_runfile_position_once")
        ]

    def __str__(self) -> str:
        return self.name
