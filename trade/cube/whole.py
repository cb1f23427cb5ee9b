"""Whether a release holds all goods of a country's trade, or only some products of it."""

from collections.abc import Collection

from trade.models import Cell, Release

ALL_GOODS = 0
WORLD = "W"


def whole_trade(release: Release, reporters: Collection[str], period: str) -> frozenset[tuple[str, str]]:
    """(reporter, flow) of a period whose total of all goods with the World is in the release as it was reported.

    Of any other only the products that were handed in are known: their sum is not the country's trade.
    """
    rollups = release.rollups.filter(period__startswith=period, exact__levels__contains=[ALL_GOODS])
    rows = Cell.objects.filter(
        rollup__in=rollups, partner=WORLD, level=ALL_GOODS, reporter__in=list(reporters)
    )
    return frozenset(rows.values_list("reporter", "flow").distinct())
