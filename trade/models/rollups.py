"""What pages and the API read: cells summed ahead of time, cleared where they come from companies."""

from django.db import models

from trade.models.datasets import Dataset


class Rollup(models.Model):
    """The cells of one table and one period, computed from exactly the parts in `digest`.

    It belongs to its parts, not to a release: a release whose parts for the period did not change points to the
    same rollup again.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="rollups")
    # The name in the one table of rollups, `trade.cube.rollups.TABLES`.
    table = models.CharField(max_length=20)
    # "2024", "2024-Q1", "2024-03", "FY2024", or "2024-03-R12": the twelve months that end with March 2024.
    period = models.CharField(max_length=12)
    digest = models.CharField(max_length=64)
    # How many months of the period the parts hold; 12 for a whole year, null where the source is not monthly.
    months = models.PositiveSmallIntegerField(null=True)
    # Product levels at which everything that is reported finer is reported too, so that one filter answers without
    # looking for gaps, the levels that there are, and whether World rows stand beside partners':
    # {"world": [2, 4, 6], "partners": [6], "levels": [2, 4, 6], "both": true}.
    # Of cleared cells, the finest level published by place: {"rungs": {"": 6, "MA-01": 2, "markets": 2}}.
    exact = models.JSONField(default=dict)
    cells_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "table", "period", "digest"], name="trade_rollup_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.period}"


class Cell(models.Model):
    """One public cell. A suppressed one holds no amount at all, only `c`: what is hidden is not in the table.

    `value` is in thousandths of the currency, `net_kg` in grams, `quantity` in thousandths of `unit`; `firms` is
    the true count rounded as the policy says. `region` is empty for the whole country or where there is none.
    """

    # Every index begins with the rollup; one of the rollup alone would only mislead PostgreSQL's planner.
    rollup = models.ForeignKey(Rollup, on_delete=models.CASCADE, related_name="cells", db_index=False)
    reporter = models.CharField(max_length=6)
    flow = models.CharField(max_length=2)
    region = models.CharField(max_length=5, blank=True)
    edition = models.CharField(max_length=8)
    product = models.CharField(max_length=10)
    level = models.PositiveSmallIntegerField()
    partner = models.CharField(max_length=6)
    is_total = models.BooleanField()
    value = models.BigIntegerField(null=True)
    net_kg = models.BigIntegerField(null=True)
    quantity = models.BigIntegerField(null=True)
    unit = models.CharField(max_length=4, blank=True)
    firms = models.PositiveIntegerField(null=True)
    # Every fact of the cell that has a value has a weight too; else no unit value can be told.
    weighed = models.BooleanField(default=True)
    status = models.CharField(max_length=1, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="trade_cell_suppressed_is_empty",
                condition=~models.Q(status="c")
                | models.Q(value=None, net_kg=None, quantity=None, firms=None),
            ),
        ]
        indexes = [
            # The order in which cells are asked for and stored: a table's level, its places, one product or all.
            models.Index(
                fields=["rollup", "level", "region", "partner", "flow", "product"], name="trade_cell_place"
            ),
            # Products by name in datasets that report several levels; firms' cells are found by their place.
            models.Index(fields=["rollup", "product", "flow"], name="trade_cell_product"),
        ]

    def __str__(self) -> str:
        return f"{self.flow} {self.region} {self.product} {self.partner}"
