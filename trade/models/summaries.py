"""Facts of companies summed by the cells of the published tables: private files, from which clearance decides."""

from django.db import models

from portal.base.models import BaseModel
from trade.models.datasets import Dataset


class Summary(BaseModel):
    """The cells of one period (month, quarter, year, twelve months), summed from exactly the parts in `digest`."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="summaries")
    period = models.CharField(max_length=11)
    digest = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=200)
    # How many months of the period the parts hold.
    months = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "period", "digest"], name="trade_summary_once"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.digest[:12]}"
