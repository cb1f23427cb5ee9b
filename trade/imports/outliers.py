"""Implausible unit values: flagged in `notes`, never dropped.

Method: M. A. Hidiroglou and J.-M. Berthelot, "Statistical editing and imputation for periodic business surveys",
Survey Methodology 12 (1986). r is this period's price by weight over the last one's, m the median of r;
s = 1 - m/r where r < m, else r/m - 1; E = s * max(x_t, x_t-1) ** U, x being the two prices. A cell is outside where E
is more than C * max(E_M - E_Q1, |A E_M|) below the median of E, or C * max(E_Q3 - E_M, |A E_M|) above it.
Quartiles are at (n + 1) p, interpolated (type 6). Fewer than N_LEAST ratios are not judged.
"""

import polars as pl

from trade.canonical import NOTE_UNIT_VALUE
from trade.imports.prices import CELL, PRICED, PRODUCT, prices

U = 0.4
A = 0.05
C_LEAST, C_MOST = 4.0, 20.0
# C is the smallest between the two at which no more than this share is flagged.
SHARE = 0.02
N_LEAST = 10
# Without a period to compare with: 3.5 robust standard deviations of ln(price) around its median, and never what is
# within a factor of ten, so that a product whose prices are nearly the same is left alone.
MADS = 3.5 * 1.4826
LN_LEAST = 2.302585092994046


def flag(
    good: pl.DataFrame,
    before: pl.DataFrame | None = None,
    *,
    now: pl.DataFrame | None = None,
    bound: float | None = None,
) -> pl.DataFrame:
    """`good`, one period's rows, with NOTE_UNIT_VALUE in `notes` of those whose price by weight is implausible.

    `before`: `prices` of the period to compare with, `now`: those of `good` where they are known. In a cell that is
    outside, those rows are flagged whose own price is at least half as far (in logarithms) from the price before.
    `bound` is C; None finds it, see SHARE.
    """
    if (
        before is None
        or before.is_empty()
        or (limits := _against(prices(good) if now is None else now, before, bound)) is None
    ):
        limits = [(_within(good), PRODUCT)]
    rows = good.lazy().select(*CELL, log=_LOG).with_row_index("at")
    far = [
        # Nearly all rows are of no cell that is outside: they are not looked at closer.
        rows.filter(pl.col("product").is_in(found["product"].unique().implode()))
        .join(found.lazy(), on=list(on), how="inner")
        .filter((pl.col("log") < pl.col("low")) | (pl.col("log") > pl.col("high")))
        .select("at")
        for found, on in limits
        if not found.is_empty()
    ]
    if not far:
        return good
    at = pl.concat(far).collect()["at"]
    if at.is_empty():
        return good
    where = pl.int_range(pl.len(), dtype=pl.UInt32).is_in(at.unique().implode())
    more = pl.concat_str([pl.col("notes"), pl.lit(NOTE_UNIT_VALUE)], separator=" ", ignore_nulls=True)
    return good.with_columns(notes=pl.when(where).then(more).otherwise(pl.col("notes")))


_LOG = pl.when(PRICED).then((pl.col("value") / pl.col("net_kg")).log())
_Limits = list[tuple[pl.DataFrame, tuple[str, ...]]]


def _within(good: pl.DataFrame) -> pl.DataFrame:
    """Between which logarithms the prices of a product lie, by the others of the same product and flow."""
    logs = good.lazy().filter(PRICED).select(*PRODUCT, log=_LOG)
    middle = logs.group_by(PRODUCT).agg(m=pl.col("log").median(), n=pl.len()).filter(pl.col("n") >= N_LEAST)
    off = logs.join(middle, on=list(PRODUCT)).with_columns(off=(pl.col("log") - pl.col("m")).abs())
    spread = off.group_by(PRODUCT).agg(m=pl.col("m").first(), mad=pl.col("off").median())
    limit = pl.max_horizontal(MADS * pl.col("mad"), pl.lit(LN_LEAST))
    return spread.select(*PRODUCT, low=pl.col("m") - limit, high=pl.col("m") + limit).collect()


def _against(now: pl.DataFrame, before: pl.DataFrame, bound: float | None) -> _Limits | None:
    """Beyond which logarithm a row of a cell that is outside is far itself; None where too little can be compared."""
    now, before = _keyed(now), _keyed(before)
    pairs = _pairs(now, before, "cell", CELL)
    fine = judged(pairs, ("group",), bound)
    left = _pairs(now, before, "group", PRODUCT).join(fine, on="group", how="anti")
    coarse = judged(left, PRODUCT[:2], bound)
    if fine.is_empty() and coarse.is_empty():
        return None
    half = (pl.col("now").log() + pl.col("then").log()) / 2
    up = pl.col("now") > pl.col("then")
    return [
        (
            found.filter("outside").select(*on, low=pl.when(~up).then(half), high=pl.when(up).then(half)),
            on,
        )
        for found, on in ((fine, CELL), (coarse, PRODUCT))
    ]


def _keyed(prices: pl.DataFrame) -> pl.DataFrame:
    """With a number for each cell and each product of a flow: joined by faster than texts, of 64 bits."""
    return prices.with_columns(
        prices.select(CELL).hash_rows().alias("cell"), prices.select(PRODUCT).hash_rows().alias("group")
    )


def _pairs(now: pl.DataFrame, before: pl.DataFrame, by: str, names: tuple[str, ...]) -> pl.DataFrame:
    """The prices of both periods where both have one: `names`, `group`, `now`, `then`."""
    price = pl.col("value") / pl.col("net_kg")
    if by == "cell":
        ours, theirs = now, before
    else:
        sums = pl.col("value", "net_kg").sum()
        ours = now.group_by(by).agg(pl.col(names).first(), sums)
        theirs = before.group_by(by).agg(sums)
    told = [by] if by == "group" else ["group", by]
    found = ours.select(*names, *told, now=price).join(theirs.select(by, then=price), on=by, how="inner")
    return found.select(*names, "group", "now", "then")


def judged(pairs: pl.DataFrame, group: tuple[str, ...], bound: float | None) -> pl.DataFrame:
    """`pairs` of the groups with at least N_LEAST ratios, with `effect` (E), `need` and `outside`.

    `need` is the C at which a pair would just be outside.
    """
    ratios = pairs.with_columns(r=pl.col("now") / pl.col("then"))
    enough = ratios.group_by(group).len().filter(pl.col("len") >= N_LEAST).select(group)
    ratios = ratios.join(enough, on=list(group), how="semi").sort("r")
    middle = ratios.group_by(group).agg(m=quantile("r", 0.5))
    r, m = pl.col("r"), pl.col("m")
    s = pl.when(r < m).then(1 - m / r).otherwise(r / m - 1)
    effects = ratios.join(middle, on=list(group)).with_columns(
        effect=s * pl.max_horizontal("now", "then") ** U
    )
    need = needed(effects.drop("m"), "effect", group, a=A)
    c = bound if bound is not None else _calibrated(need["need"])
    return need.with_columns(outside=pl.col("need") > c)


def needed(values: pl.DataFrame, column: str, group: tuple[str, ...], *, a: float) -> pl.DataFrame:
    """`values` with `need`: the multiple of its group's interquartile distance at which a value lies off it."""
    spread = (
        values.sort(column)
        .group_by(group)
        .agg(q1=quantile(column, 0.25), m=quantile(column, 0.5), q3=quantile(column, 0.75))
    )
    x, m = pl.col(column), pl.col("m")
    least = (a * m).abs()
    side = (
        pl.when(x < m)
        .then(pl.max_horizontal(m - pl.col("q1"), least))
        .otherwise(pl.max_horizontal(pl.col("q3") - m, least))
    )
    off = (x - m).abs()
    # Where nothing is spread, any distance at all is outside.
    need = pl.when(off == 0).then(0.0).when(side == 0).then(float("inf")).otherwise(off / side)
    return values.join(spread, on=list(group)).with_columns(need=need)


def quantile(column: str, p: float) -> pl.Expr:
    """Type 6: the value at place (n + 1) p, interpolated, held within them. The frame is sorted by the column."""
    place = ((pl.len() + 1) * p).clip(1, pl.len())
    below = place.floor()
    low = pl.col(column).get(below.cast(pl.Int64) - 1)
    high = pl.col(column).get(pl.min_horizontal(below + 1, pl.len()).cast(pl.Int64) - 1)
    return low + (high - low) * (place - below)


def _calibrated(need: pl.Series) -> float:
    """The smallest C between C_LEAST and C_MOST that leaves at most SHARE of the pairs outside."""
    found = need.quantile(1 - SHARE, interpolation="higher")
    return min(max(float(found or 0.0), C_LEAST), C_MOST)
