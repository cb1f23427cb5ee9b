"""Sums of facts by cell, written the slow and plain way: the oracle of the fast ones, and test data for clearance."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from trade.clearance.lattice import ROLLING_SHAPES, SHAPES, Shape

KEY = ["flow", "region", "product", "level", "partner"]


def periods_of(months: list[str]) -> dict[str, list[str]]:
    """Every period that these months make: themselves, quarters, years, and twelve months that end with one."""
    found: dict[str, list[str]] = {}
    for month in sorted(months):
        year, number = int(month[:4]), int(month[5:])
        for code in (month, f"{year}-Q{(number + 2) // 3}", str(year)):
            found.setdefault(code, []).append(month)
        last = date(year, number, 1)
        twelve = [
            f"{(last.year * 12 + last.month - 1 - back) // 12}-"
            f"{(last.year * 12 + last.month - 1 - back) % 12 + 1:02d}"
            for back in range(12)
        ]
        if set(twelve) <= set(months):
            found[f"{month}-R12"] = sorted(twelve)
    return found


def summed(
    facts: pl.DataFrame,
    sections: Mapping[str, str],
    *,
    rolling: bool = False,
    groups: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """The summary of one period's facts, with the columns of a summary file."""
    frames = [
        _shape(facts, sections, shape, level, groups or {})
        for shape in (ROLLING_SHAPES if rolling else SHAPES)
        for level in shape.levels
    ]
    return pl.concat(frames).filter(
        (pl.col("value") > 0) | (pl.col("net_kg").fill_null(0) > 0) | (pl.col("quantity").fill_null(0) > 0)
    )


def _shape(
    facts: pl.DataFrame, sections: Mapping[str, str], shape: Shape, level: int, groups: Mapping[str, str]
) -> pl.DataFrame:
    chapter = pl.col("product").str.head(2)
    product = (
        pl.lit("TOTAL")
        if level == 0
        else chapter.replace_strict(dict(sections), default="S99", return_dtype=pl.String)
        if level == 1
        else pl.col("product").str.head(level)
    )
    rows = facts.select(
        "flow",
        (pl.col("region").fill_null("_U") if shape.regions else pl.lit("")).alias("region"),
        product.alias("product"),
        pl.lit(level, pl.Int16).alias("level"),
        (pl.col("partner") if shape.partners else pl.lit("W")).alias("partner"),
        pl.col("reporter").fill_null("MA"),
        "edition", "value", "net_kg", "quantity", "unit", "status",
        pl.when(
            (pl.col("value") > 0) | (pl.col("net_kg").fill_null(0) > 0) | (pl.col("quantity").fill_null(0) > 0)
        )
        .then(pl.col("company").replace("", None).str.head(9))
        .alias("firm"),
    ).with_columns(pl.col("firm").replace(dict(groups)))  # fmt: skip
    firms = (
        rows.filter(pl.col("firm").is_not_null())
        .group_by(*KEY, "firm")
        .agg(pl.col("value").sum())
        .group_by(KEY)
        .agg(
            pl.len().cast(pl.Int32).alias("firms"),
            pl.col("value").max().alias("largest"),
            pl.col("value").sort(descending=True).slice(1, 1).max().fill_null(0).alias("second"),
        )
    )
    counted = pl.col("quantity").is_not_null()
    one_unit = (pl.col("unit").filter(counted).n_unique() == 1) & pl.col("unit").filter(
        counted
    ).is_not_null().all()
    cells = rows.group_by(KEY).agg(
        pl.col("reporter").min(),
        pl.col("edition").max(),
        pl.col("value").sum(),
        pl.when(pl.col("net_kg").is_not_null().any()).then(pl.col("net_kg").sum()).alias("net_kg"),
        pl.when(one_unit).then(pl.col("quantity").sum()).alias("quantity"),
        pl.when(one_unit).then(pl.col("unit").filter(counted).first()).alias("unit"),
        ((pl.col("value") == 0) | (pl.col("net_kg").fill_null(0) > 0)).all().alias("weighed"),
        (pl.col("status") == "P").any().fill_null(False).alias("provisional"),
        (pl.col("status") == "R").any().fill_null(False).alias("revised"),
    )
    found = cells.join(firms, on=KEY, how="left")
    return found.with_columns(pl.col("firms", "largest", "second").fill_null(0))
