"""A period's summary as a table: the cells of all its shapes and levels, their numbers written as codes again."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from trade.cube.numbering import (
    COUNTRY,
    HAS_QUANTITY,
    HAS_WEIGHT,
    NO_UNIT_HIGH,
    NO_UNIT_LOW,
    PROVISIONAL,
    REVISED,
    UNWEIGHED,
    WORLD,
    Ints,
    Numbering,
)
from trade.cube.summing import Block

SCHEMA = pl.Schema({
    "flow": pl.String, "region": pl.String, "product": pl.String, "level": pl.Int8, "partner": pl.String,
    "reporter": pl.String, "edition": pl.String, "value": pl.Int64, "net_kg": pl.Int64, "quantity": pl.Int64,
    "unit": pl.String, "weighed": pl.Boolean, "firms": pl.Int32, "largest": pl.Int64, "second": pl.Int64,
    "provisional": pl.Boolean, "revised": pl.Boolean,
})  # fmt: skip
# What stands for an amount that a shape does not tell.
UNTOLD = {"quantity": 0, "low": NO_UNIT_LOW, "high": NO_UNIT_HIGH}
AMOUNTS = ("value", "net_kg", "flags", "firms", "largest", *UNTOLD)


def table(blocks: Sequence[Block], numbering: Numbering, *, reporter: str, edition: str) -> pl.DataFrame:
    """In SCHEMA's columns. `second`, which only the p % rule asks for, is not counted."""
    held = {**_codes(blocks, numbering), **{name: _column(blocks, name) for name in AMOUNTS}}
    flags = pl.col("flags")
    one_unit = (pl.col("low") == pl.col("high")) & (flags & HAS_QUANTITY > 0)
    made = {name: pl.col(name) for name in held} | {
        "reporter": pl.lit(reporter),
        "edition": pl.lit(edition),
        "net_kg": pl.when(flags & HAS_WEIGHT > 0).then("net_kg"),
        "quantity": pl.when(one_unit).then("quantity"),
        "unit": pl.when(one_unit).then("low"),
        "weighed": flags & UNWEIGHED == 0,
        "second": pl.lit(None),
        "provisional": flags & PROVISIONAL > 0,
        "revised": flags & REVISED > 0,
    }
    return pl.DataFrame(held).select(made[name].cast(kind).alias(name) for name, kind in SCHEMA.items())


def _codes(blocks: Sequence[Block], numbering: Numbering) -> dict[str, pl.Series]:
    """The columns of codes. What a shape puts together has a code of its own: the country, the World."""
    products, first = list[str](), dict[int, int]()
    for level, (codes, _up) in numbering.levels.items():
        first[level] = len(products)
        products += codes
    numbers: dict[str, list[Ints]] = {name: [] for name in ("flow", "region", "partner", "product", "level")}
    for block in blocks:
        flow = block.numbers["flow"]
        numbers["flow"].append(flow)
        numbers["region"].append(block.numbers["region"] + block.shape.regions)
        numbers["partner"].append(block.numbers["partner"] + block.shape.partners)
        numbers["product"].append(block.numbers["product"] + first[block.level])
        numbers["level"].append(np.full(flow.size, block.level))
    told = {
        "flow": numbering.codes["flow"],
        "region": [COUNTRY, *numbering.codes["region"]],
        "partner": [WORLD, *numbering.codes["partner"]],
        "product": products,
    }
    found = {name: np.concatenate(several) for name, several in numbers.items()}
    texts = {name: pl.Series(name, codes, pl.String).gather(found[name]) for name, codes in told.items()}
    return {**texts, "level": pl.Series("level", found["level"])}


def _column(blocks: Sequence[Block], name: str) -> Ints:
    return np.concatenate([
        block.sums[name] if name in block.sums else np.full(block.sums["value"].size, UNTOLD[name])
        for block in blocks
    ])  # fmt: skip
