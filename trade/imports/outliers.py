"""Implausible unit values: flagged in `notes`, never dropped.

Method: M. A. Hidiroglou and J.-M. Berthelot, "Statistical editing and imputation for periodic business surveys",
Survey Methodology 12 (1986). r is this period's price by weight over the last one's, m the median of r;
s = 1 - m/r where r < m, else r/m - 1; E = s * max(x_t, x_t-1) ** U, x being the two prices. A cell is outside where E
is more than C * max(E_M - E_Q1, |A E_M|) below the median of E, or C * max(E_Q3 - E_M, |A E_M|) above it.
Quartiles are at (n + 1) p, interpolated (type 6). Fewer than N_LEAST ratios are not judged.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from trade.canonical import NOTE_UNIT_VALUE
from trade.imports.prices import CELL, PRICED, PRODUCT, prices
from trade.imports.validate import add_note
from trade.sources.coded import order, texts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
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
    rows = good.lazy().select(*CELL, "value", "net_kg").with_row_index("at")
    far = [
        # Nearly all rows are of no cell that is outside: they are not looked at closer.
        rows.filter(pl.col("product").is_in(found["product"].unique().to_list()))
        .with_columns(pl.col(CELL).cast(pl.String), log=_LOG)
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
    return good.with_columns(add_note(NOTE_UNIT_VALUE, where))


_LOG = pl.when(PRICED).then((pl.col("value") / pl.col("net_kg")).log())
_Limits = list[tuple[pl.DataFrame, tuple[str, ...]]]


def _within(good: pl.DataFrame) -> pl.DataFrame:
    """Between which logarithms the prices of a product lie, by the others of the same product and flow."""
    logs = good.lazy().filter(PRICED).select(*PRODUCT, log=_LOG)
    middle = logs.group_by(PRODUCT).agg(m=pl.col("log").median(), n=pl.len()).filter(pl.col("n") >= N_LEAST)
    off = logs.join(middle, on=list(PRODUCT)).with_columns(off=(pl.col("log") - pl.col("m")).abs())
    spread = off.group_by(PRODUCT).agg(m=pl.col("m").first(), mad=pl.col("off").median())
    limit = pl.max_horizontal(MADS * pl.col("mad"), pl.lit(LN_LEAST))
    return texts(spread.select(*PRODUCT, low=pl.col("m") - limit, high=pl.col("m") + limit).collect())


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
    pairs = pairs.filter(_numbered(pairs, group)[1] >= N_LEAST)
    now, then = pairs["now"].to_numpy(), pairs["then"].to_numpy()
    number, _counts = _numbered(pairs, group)
    r = now / then
    (middle,) = quantiles(r, number, (0.5,))
    m = middle[number]
    effect = np.where(r < m, 1 - m / r, r / m - 1) * np.maximum(now, then) ** U
    need = needed(effect, number, a=A)
    found = pairs.with_columns(effect=pl.Series(effect), need=pl.Series(need))
    c = bound if bound is not None else _calibrated(found["need"])
    return found.with_columns(outside=pl.col("need") > c)


def _numbered(pairs: pl.DataFrame, group: tuple[str, ...]) -> tuple[Ints, Ints]:
    """By row the number of its group, and how many rows that has."""
    hashes = pairs.select(group).hash_rows().to_numpy()
    _distinct, number, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    return number, counts[number]


def needed(values: Floats, number: Ints, *, a: float) -> Floats:
    """The multiple of its group's interquartile distance at which each value lies off it.

    `number`: by value its group.
    """
    q1, m, q3 = (found[number] for found in quantiles(values, number, (0.25, 0.5, 0.75)))
    side = np.where(values < m, np.maximum(m - q1, np.abs(a * m)), np.maximum(q3 - m, np.abs(a * m)))
    off = np.abs(values - m)
    # Where nothing is spread, any distance at all is outside.
    wild = np.full(off.size, np.inf)
    return np.where(off == 0, 0.0, np.divide(off, side, out=wild, where=side != 0))


def quantiles(values: Floats, number: Ints, ps: Sequence[float]) -> list[Floats]:
    """By group, type 6: the value at place (n + 1) p, interpolated, held within them."""
    by_value = np.argsort(values)
    ordered = values[by_value[order(number[by_value])]]
    counts = np.bincount(number)
    first = np.cumsum(counts) - counts
    found = []
    for p in ps:
        place = np.clip((counts + 1) * p, 1, np.maximum(counts, 1))
        below = np.floor(place).astype(np.int64)
        low, high = ordered[first + below - 1], ordered[first + np.minimum(below + 1, counts) - 1]
        found.append(low + (high - low) * (place - below))
    return found


def _calibrated(need: pl.Series) -> float:
    """The smallest C between C_LEAST and C_MOST that leaves at most SHARE of the pairs outside."""
    found = need.quantile(1 - SHARE, interpolation="higher")
    return min(max(float(found or 0.0), C_LEAST), C_MOST)
