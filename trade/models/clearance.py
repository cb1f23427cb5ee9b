"""What clearance decided, kept for later vintages; and what staff may tell it: groups of firms, waivers."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.base.models import BaseModel
from trade.models.datasets import Dataset


class Clearance(models.Model):
    """The clearance of one dataset and period. Its rollup has the same period and digest.

    The pattern itself, with the amounts that are hidden, is a private file; nothing public leads to it.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="clearances")
    period = models.CharField(max_length=12)
    digest = models.CharField(max_length=64)
    # What was cleared, apart from what earlier vintages had hidden: the sums, the rungs, the months before.
    base = models.CharField(max_length=64)
    months = models.PositiveSmallIntegerField(null=True)
    stored_as = models.CharField(max_length=200)
    rungs = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("clearance")
        verbose_name_plural = _("clearances")
        constraints = [
            models.UniqueConstraint(fields=["dataset", "period", "digest"], name="trade_clearance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.digest[:12]}"


@pghistory.track()
class FirmGroup(BaseModel):
    """An enterprise (first nine digits of the ICE) that counts as part of a group, for confidentiality only."""

    enterprise = models.CharField(_("enterprise"), max_length=9, unique=True)
    group = models.CharField(_("group"), max_length=9)
    reason = models.TextField(_("source of this link"), blank=True)

    class Meta:
        verbose_name = _("group of firms")
        verbose_name_plural = _("groups of firms")
        constraints = [
            models.CheckConstraint(
                name="trade_firmgroup_digits",
                condition=models.Q(enterprise__regex=r"^[0-9]{9}$") & models.Q(group__regex=r"^[0-9]{9}$"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} → {self.group}"
