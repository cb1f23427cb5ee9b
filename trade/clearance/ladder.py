"""The ladder: how fine each place is published. The finest level at which at least four fifths of the value can be
seen after the primary rule; sections always. Decided on a complete year and kept.
"""

import polars as pl

from trade.clearance import primary
from trade.clearance.lattice import MONTHLY, MONTHLY_REGION, SHAPES, Shape

VISIBLE = 0.80
MARKETS, REGIONAL_MARKETS = "markets", "regional_markets"
SECTIONS = 1
NATIONAL = 6
Rungs = dict[str, int]


def place(shape: Shape) -> pl.Expr:
    """The name under which the ladder knows a cell of this shape."""
    if shape.partners:
        return pl.lit(REGIONAL_MARKETS if shape.regions else MARKETS)
    return pl.col("region")


def places() -> pl.Expr:
    """The same for a frame of all shapes."""
    partners, regions = pl.col("partner") != "W", pl.col("region") != ""
    return (
        pl.when(partners & regions)
        .then(pl.lit(REGIONAL_MARKETS))
        .when(partners)
        .then(pl.lit(MARKETS))
        .otherwise(pl.col("region"))
    )


def rungs(summary: pl.DataFrame, rule: primary.Rule) -> Rungs:
    """The finest level of each place, over all its flows together: {"": 6, "MA-01": 2, …, "markets": 2, …}."""
    shares = (
        summary.with_columns(place=places(), shown=~primary.sensitive(rule))
        .group_by("place", "level")
        .agg(
            (pl.col("value").filter("shown").sum() / pl.col("value").sum().clip(1)).alias("share"),
        )
    )
    found: Rungs = {"": NATIONAL, MARKETS: SECTIONS, REGIONAL_MARKETS: 0}
    for name, level, share in shares.sort("place", "level").iter_rows():
        if name in ("", REGIONAL_MARKETS):
            continue
        found.setdefault(name, SECTIONS)
        if share >= VISIBLE:
            found[name] = max(found[name], level)
    return dict(sorted(found.items()))


def coarsest(ladders: list[Rungs]) -> Rungs:
    """What all of several ladders publish."""
    names = sorted({name for ladder in ladders for name in ladder})
    return {name: min(ladder.get(name, SECTIONS) for ladder in ladders) for name in names}


def monthly(ladder: Rungs) -> Rungs:
    """The same ladder for months and what is made of them."""
    return {name: min(level, MONTHLY.get(name, MONTHLY_REGION)) for name, level in ladder.items()}


def told_monthly() -> pl.Expr:
    """Whether a cell is of those that months tell."""
    rung = places().replace_strict(MONTHLY, default=MONTHLY_REGION, return_dtype=pl.Int16)
    return pl.col("level") <= rung


def below(ladder: Rungs) -> pl.Expr:
    """Whether a cell is finer than its place's rung: not published, by design."""
    rung = places().replace_strict(ladder, default=SECTIONS, return_dtype=pl.Int16)
    return pl.col("level") > rung


LEVELS = {shape.name: shape.levels for shape in SHAPES}
