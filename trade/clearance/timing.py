"""Time: a year is the sum of its months, so what a month hides the year must not give away.

The hidden months of a cell are together one cell more: the year less the months shown. That remainder must pass
the primary rule by what is known of its months, whoever their firms are; until it does, the months that follow are
hidden too, and the year itself where it never does. Quarters, years in the making and twelve months that end with any
month are shown where all their months are: they say nothing that the months do not.
"""

import polars as pl

from trade.clearance.primary import MAX_SHARE, MIN_FIRMS

CELL = ("flow", "region", "product", "level", "partner")
RUNG = "r"
# Not shown again, and no secret: an earlier release shows it.
TOLD = "k"


def secret() -> pl.Expr:
    """Whether a cell of a pattern is hidden and readers do not know it from an earlier release."""
    return pl.col("hidden") & (pl.col("cause") != TOLD)


def _hidden_months(months: list[pl.DataFrame]) -> pl.DataFrame:
    """The remainder of each cell: its hidden months' value, the most that its largest firm may hold, and so on."""
    rows = pl.concat(
        [
            month.filter(secret() & (pl.col("cause") != RUNG)).select(
                *CELL, "value", "firms", "largest", "need"
            )
            for month in months
        ]
    )
    return rows.group_by(CELL).agg(
        pl.len().alias("count"),
        pl.col("value").sum(),
        pl.col("firms").max(),
        pl.col("largest").sum(),
        # The month that comes nearest to filling the remainder, with the distance that must stay above it.
        (pl.col("value").cast(pl.Float64) + pl.col("need")).max().alias("reach"),
    )


def unsafe(months: list[pl.DataFrame]) -> pl.DataFrame:
    """The cells whose hidden months, taken together, may not be known: the year cannot be shown beside the others.

    Firms of different months may be the same: the largest of the remainder holds at most the sum of the largest, and
    the remainder has at least as many firms as the month with most.
    """
    if not months:
        return pl.DataFrame(schema=dict.fromkeys(CELL, pl.String) | {"level": pl.Int16})
    rest = _hidden_months(months)
    failing = (
        (pl.col("count") < 2)
        | (pl.col("firms") < MIN_FIRMS)
        | (pl.col("largest").cast(pl.Int128) * 100 > pl.col("value").cast(pl.Int128) * MAX_SHARE)
        | (pl.col("reach") > pl.col("value"))
    )
    return rest.filter(failing).select(CELL)


def all_hidden(months: list[pl.DataFrame]) -> pl.DataFrame:
    """The cells of which no month is shown: their remainder is the year itself, judged by its own firms."""
    rows = pl.concat([month.select(*CELL, "value", "need", hidden=secret()) for month in months])
    found = rows.group_by(CELL).agg(
        pl.col("hidden").all().alias("all"),
        pl.len().alias("count"),
        pl.col("value").sum(),
        (pl.col("value").cast(pl.Float64) + pl.col("need")).max().alias("reach"),
    )
    return found.filter(pl.col("all") & (pl.col("count") > 1) & (pl.col("reach") <= pl.col("value"))).select(
        CELL
    )


def known(months: list[pl.DataFrame]) -> pl.DataFrame:
    """The cells of which every month is shown, so that anybody can add them up."""
    rows = pl.concat([month.select(*CELL, hidden=secret()) for month in months])
    return rows.group_by(CELL).agg(pl.col("hidden").any()).filter(~pl.col("hidden")).select(CELL)
