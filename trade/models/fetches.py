"""Fetches from a source's API: what was asked, what has arrived, and the run that it became."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.base.models import BaseModel
from trade.models.runs import Run


class Fetch(BaseModel):
    """One query of UN Comtrade's API. Its parts are kept as they arrive; a broken-off one goes on behind the last."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    # {"periods": ["2022", …], "reporter", "flow", "partner", "product", "kind", "freq", "classification"}
    query = models.JSONField(_("query"))
    publish = models.BooleanField(_("publish when every gate holds"), default=False)
    acting_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # The source asked not to come before.
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    run = models.OneToOneField(
        Run, on_delete=models.PROTECT, null=True, related_name="fetch", verbose_name=_("run")
    )
    # {"code", "fr", "ar", "en"}: why it failed.
    reason = models.JSONField(_("reason"), default=dict, blank=True)

    class Meta:
        verbose_name = _("fetch")
        verbose_name_plural = _("fetches")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="trade_fetch_done_has_run",
                condition=models.Q(run__isnull=False) | ~models.Q(state="done"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.query.get('reporter')} {', '.join(self.query.get('periods', []))}"


class FetchPart(BaseModel):
    """One answer, as it is kept in the private storage; without a file where it was too large and asked for finer."""

    fetch = models.ForeignKey(Fetch, on_delete=models.CASCADE, related_name="parts")
    slice = models.TextField()
    period = models.CharField(max_length=100)
    records = models.PositiveIntegerField()
    stored_as = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["fetch", "slice"], name="trade_fetchpart_once")]

    def __str__(self) -> str:
        return self.period
