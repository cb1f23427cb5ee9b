"""The primary rule: cells that may not be shown for what they hold themselves, and how well each must be protected.

A cell may be shown with at least three firms, none above 85 % of its value (INSEE's rule: 3 units, 85 %). Stricter, and
off unless asked for: the p % rule, against the second firm, which knows its own figure.
"""

from dataclasses import dataclass

import polars as pl

MIN_FIRMS = 3
# The largest firm may hold up to this share of a cell's value, itself included, in percent.
MAX_SHARE = 85
# A hidden cell must stay open by at least this share of its value on either side, in percent.
LEAST_PROTECTION = 10
ROUND_FIRMS = 5


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes a cell sensitive; `p` is the p of the p % rule in percent, 0 for off."""

    min_firms: int = MIN_FIRMS
    max_share: int = MAX_SHARE
    p: int = 0


def traded() -> pl.Expr:
    """Something was traded: a zero is no secret."""
    return (pl.col("value") > 0) | (pl.col("net_kg").fill_null(0) > 0) | (pl.col("quantity").fill_null(0) > 0)


def sensitive(rule: Rule) -> pl.Expr:
    """Whether a cell fails the rule, in exact integers: 85 % is still allowed, a thousandth more is not.

    Over the columns `value`, `firms`, `largest`, `second`, `net_kg`, `quantity` of a summary.
    """
    value = pl.col("value").cast(pl.Int128)
    largest = pl.col("largest").cast(pl.Int128)
    failing = (pl.col("firms") < rule.min_firms) | (largest * 100 > value * rule.max_share)
    if rule.p:
        failing |= (value - largest - pl.col("second").cast(pl.Int128)) * 100 < largest * rule.p
    return traded() & failing


def protection(rule: Rule) -> pl.Expr:
    """The distance, in the unit of `value`, within which a reader must not be able to know a sensitive cell.

    For dominance x₁ / 0.85 - X, the value at which the cell would pass; at least a tenth of the value; at least 1.
    """
    value, largest = pl.col("value").cast(pl.Float64), pl.col("largest").cast(pl.Float64)
    dominance = (largest * 100 / rule.max_share - value).ceil()
    return pl.max_horizontal(dominance, (value * LEAST_PROTECTION / 100).ceil(), pl.lit(1.0))


def rounded() -> pl.Expr:
    """A count of firms for publication: to the nearest five, never 0 for some; under three it is secret (null)."""
    firms = pl.col("firms").cast(pl.Int64)
    nearest = (firms * 2 + ROUND_FIRMS) // (2 * ROUND_FIRMS) * ROUND_FIRMS
    return (
        pl.when(firms == 0)
        .then(0)
        .when(firms >= MIN_FIRMS)
        .then(pl.max_horizontal(nearest, pl.lit(ROUND_FIRMS)))
    )
