"""How a staged release differs from the published one: what a person looks at before publishing."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from portal.base import storage
from trade.models import Part

BIGGEST = 20
LISTED = 50
_TOTALS = ("flow", "period", "level", "is_total")


def compare(old: Mapping[str, Part], new: Mapping[str, Part], periods: Iterable[str]) -> dict[str, Any]:
    """Differences in the given periods; amounts are in thousandths, a side without the slice is null.

    `months`: flow × period and `regions`: flow × region, each of what readers add up (the world where it was reported,
    else the partners, at one level) · `totals`: flow × period × level × is_total · `changes`: the biggest by product ·
    `new_codes`, `vanished_codes`: products by their first six digits, of all periods.
    """
    touched = sorted(set(periods))
    before = _sums(old[period] for period in touched if period in old)
    after = _sums(new[period] for period in touched if period in new)
    codes_before, codes_after = _codes(old.values()), _codes(new.values())
    return {
        "periods": touched,
        "months": _beside(_main(before), _main(after), ["flow", "period"]).sort("flow", "period").to_dicts(),
        "regions": _regions(before, after),
        "totals": _totals(before, after),
        "changes": _changes(before, after),
        "new_codes": _listed(codes_after - codes_before),
        "vanished_codes": _listed(codes_before - codes_after),
    }


def _scan(parts: Iterable[Part]) -> pl.LazyFrame | None:
    paths = [storage.local_path(part.stored_as) for part in parts]
    return pl.scan_parquet(paths, glob=False) if paths else None


def _sums(parts: Iterable[Part]) -> pl.DataFrame:
    schema = {
        "flow": pl.String,
        "period": pl.String,
        "level": pl.Int8,
        "is_total": pl.Boolean,
        "product": pl.String,
        "region": pl.String,
    }
    facts = _scan(parts)
    if facts is None:
        return pl.DataFrame(schema={**schema, "value": pl.Int64})
    by = [*_TOTALS, pl.col("product").str.slice(0, 6), "region"]
    return facts.group_by(by).agg(pl.col("value").sum()).collect()


def _main(sums: pl.DataFrame) -> pl.DataFrame:
    """The rows that add up to each flow's total once: with the world at its top level, else the finest level."""
    order = pl.when("is_total").then(pl.col("level")).otherwise(1000 - pl.col("level").cast(pl.Int16))
    first = pl.struct(~pl.col("is_total"), order).rank("dense").over("flow", "period")
    return sums.filter(first == 1)


def _regions(before: pl.DataFrame, after: pl.DataFrame) -> list[dict[str, Any]]:
    sides = _beside(_main(before), _main(after), ["flow", "region"]).drop_nulls("region")
    return sides.sort("flow", "region").to_dicts()


def _beside(before: pl.DataFrame, after: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    old = before.group_by(by).agg(old=pl.col("value").sum())
    new = after.group_by(by).agg(new=pl.col("value").sum())
    return old.join(new, on=by, how="full", coalesce=True, nulls_equal=True)


def _totals(before: pl.DataFrame, after: pl.DataFrame) -> list[dict[str, Any]]:
    return _beside(before, after, list(_TOTALS)).sort(_TOTALS).to_dicts()


def _changes(before: pl.DataFrame, after: pl.DataFrame) -> list[dict[str, Any]]:
    sides = _beside(before, after, ["flow", "level", "is_total", "product"])
    change = pl.col("new").fill_null(0) - pl.col("old").fill_null(0)
    sides = sides.with_columns(change=change).filter(pl.col("change") != 0)
    return (
        sides.sort(
            pl.col("change").abs(),
            "flow",
            "product",
            "level",
            "is_total",
            descending=[True, False, False, False, False],
        )
        .head(BIGGEST)
        .to_dicts()
    )


def _codes(parts: Iterable[Part]) -> set[str]:
    facts = _scan(parts)
    if facts is None:
        return set()
    return set(facts.select(pl.col("product").str.slice(0, 6).unique()).collect()["product"].to_list())


def _listed(codes: set[str]) -> dict[str, Any]:
    return {"count": len(codes), "codes": sorted(codes)[:LISTED]}
