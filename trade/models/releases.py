"""Releases: lists of immutable parts and of the rollups computed from them."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.base.models import BaseModel
from trade.models.datasets import Dataset
from trade.models.rollups import Rollup
from trade.models.runs import Run


class Part(BaseModel):
    """The facts of one dataset and one period (month, or year for annual data), in one sorted Parquet file."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="parts")
    period = models.CharField(_("period"), max_length=8)
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=200)
    rows = models.BigIntegerField(_("rows"))
    bytes = models.BigIntegerField(_("bytes"))
    demonstration = models.BooleanField(_("demonstration data"), default=False)

    class Meta:
        ordering = ["period"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "period", "sha256"], name="trade_part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.sha256[:12]}"


@pghistory.track()
class Release(BaseModel):
    """A vintage. Numbers are one global sequence; a release never changes, only its state does."""

    class State(models.TextChoices):
        STAGED = "staged", _("staged")
        PUBLISHED = "published", _("published")
        REPLACED = "replaced", _("replaced")
        WITHDRAWN = "withdrawn", _("withdrawn")
        DISCARDED = "discarded", _("discarded")

    number = models.PositiveIntegerField(_("number"), unique=True)
    dataset = models.ForeignKey(
        Dataset, on_delete=models.PROTECT, related_name="releases", verbose_name=_("dataset")
    )
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="release", verbose_name=_("run"))
    # The published release that this one was built on; withdrawing points back to it.
    predecessor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors"
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.STAGED)
    demonstration = models.BooleanField(_("demonstration data"), default=False)
    # Cited somewhere: pruning leaves it alone.
    kept = models.BooleanField(_("kept for good"), default=False)
    kept_why = models.CharField(_("why it is kept"), max_length=300, blank=True)
    # Its files are gone; what it was stays told.
    pruned_at = models.DateTimeField(_("pruned"), null=True, blank=True)
    # To be published at that minute, in that person's name, by `releases_due`.
    scheduled_for = models.DateTimeField(_("to be published at"), null=True, blank=True)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # {"reason", "over_gates"} of a schedule; {"refused", "at"} where its minute came and a check said no.
    schedule = models.JSONField(_("schedule"), default=dict, blank=True)
    parts = models.ManyToManyField(Part, through="ReleasePart", related_name="releases")
    rollups = models.ManyToManyField(Rollup, through="ReleaseRollup", related_name="releases")
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset"], condition=models.Q(state="published"), name="trade_release_one_published"
            ),
            models.CheckConstraint(
                name="trade_release_published_has_time",
                condition=~models.Q(state="published") | models.Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="trade_release_pruned_is_unused",
                condition=models.Q(pruned_at__isnull=True)
                | models.Q(state__in=["replaced", "withdrawn", "discarded"], kept=False),
            ),
            models.CheckConstraint(
                name="trade_release_scheduled_is_staged",
                condition=models.Q(scheduled_for__isnull=True) | models.Q(state="staged"),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="steps",
                field="state",
                transitions=[
                    ("staged", "published"),
                    ("staged", "discarded"),
                    ("published", "replaced"),
                    ("published", "withdrawn"),
                    ("replaced", "published"),
                    ("withdrawn", "published"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class ReleasePart(models.Model):
    release = models.ForeignKey(Release, on_delete=models.CASCADE)
    part = models.ForeignKey(Part, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "part"], name="trade_releasepart_once")]

    def __str__(self) -> str:
        return f"{self.release_id} {self.part_id}"


class ReleaseRollup(models.Model):
    release = models.ForeignKey(Release, on_delete=models.CASCADE)
    rollup = models.ForeignKey(Rollup, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "rollup"], name="trade_releaserollup_once")]

    def __str__(self) -> str:
        return f"{self.release_id} {self.rollup_id}"
