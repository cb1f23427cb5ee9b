"""Whether a release holds all goods of a country's trade, or only some products of it."""

from collections.abc import Collection

from django.db.models import Q

from trade.cube import declared
from trade.models import Cell, Release

ALL_GOODS = 0
# Rollups that may have such a total: all cells as reported, or declared sums whose totals were all reported.
REPORTED = Q(table=declared.CELLS, exact__levels__contains=[ALL_GOODS]) | Q(
    table=declared.PRODUCTS, exact__flags__0=[]
)
WORLD = "W"


def whole_trade(release: Release, reporters: Collection[str], period: str) -> frozenset[tuple[str, str]]:
    """(reporter, flow) of a period whose total of all goods with the World is in the release as it was reported.

    Of any other only the products that were handed in are known: their sum is not the country's trade.
    """
    rollups = release.rollups.filter(REPORTED, period__startswith=period)
    rows = Cell.objects.filter(
        rollup__in=rollups, partner=WORLD, level=ALL_GOODS, reporter__in=list(reporters)
    )
    return frozenset(rows.values_list("reporter", "flow").distinct())
