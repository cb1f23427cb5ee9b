"""The equations that readers can check: every sum within one flow and period, over all linked tables.

Chapters add up to sections, regions to the country, partners to the World, a region's partners to the region and the
regions of a partner to the partner. A cell is one row of a summary; a line is one sum.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

TOTAL, WORLD, NO_SECTION = "TOTAL", "W", "S99"
KEY = ("region", "product", "partner")
# How deep the sums over regions and over partners are published.
REGION_LEVELS, PARTNER_LEVELS = 4, 2
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines as arrays: line `i` says that the sum of `parts[starts[i]:starts[i + 1]]` is `totals[i]`."""

    totals: Ints
    starts: Ints
    parts: Ints

    def __len__(self) -> int:
        return len(self.totals)

    def parts_of(self, line: int) -> Ints:
        return self.parts[self.starts[line] : self.starts[line + 1]]

    def of_cell(self, cells: int) -> tuple[Ints, Ints]:
        """For each cell the lines it is in, as starts and lines: the other way round."""
        number = np.arange(len(self.totals))
        line = np.concatenate([np.repeat(number, np.diff(self.starts)), number])
        cell = np.concatenate([self.parts, self.totals])
        order = np.argsort(cell, kind="stable")
        starts = np.searchsorted(cell[order], np.arange(cells + 1))
        return starts.astype(np.int64), line[order]


def _of(parts: pl.DataFrame) -> Lines:
    """From rows (kind, total, cell)."""
    parts = parts.sort("kind", "total", "cell")
    totals = parts["total"].to_numpy()
    kinds = parts["kind"].to_numpy()
    first = np.flatnonzero(np.append(True, (np.diff(totals) != 0) | (np.diff(kinds) != 0))[: len(totals)])
    return Lines(
        totals[first].astype(np.int64),
        np.append(first, len(totals)).astype(np.int64),
        parts["cell"].to_numpy().astype(np.int64),
    )


def lines(cells: pl.DataFrame, sections: Mapping[str, str]) -> Lines:
    """Every sum over `cells`, whose rows are one flow's (columns region, product, level, partner); a part without its
    total in `cells` is in no line.
    """
    numbered = cells.select(*KEY, "level").with_row_index("cell")
    chapter = pl.col("product").replace_strict(dict(sections), default=NO_SECTION, return_dtype=pl.String)
    product = (
        pl.when(pl.col("level") == 1)
        .then(pl.lit(TOTAL))
        .when(pl.col("level") == 2)
        .then(chapter)
        .when(pl.col("level") == 4)
        .then(pl.col("product").str.head(2))
        .otherwise(pl.col("product").str.head(4))
    )
    found: list[Any] = [
        numbered.filter(pl.col("level") > 0).with_columns(product.alias("product"), kind=pl.lit(0)),
        numbered.filter((pl.col("region") != "") & (pl.col("level") <= REGION_LEVELS)).with_columns(
            pl.lit("").alias("region"), kind=pl.lit(1)
        ),
        numbered.filter((pl.col("partner") != WORLD) & (pl.col("level") <= PARTNER_LEVELS)).with_columns(
            pl.lit(WORLD).alias("partner"), kind=pl.lit(2)
        ),
    ]
    totals = numbered.select(*KEY, pl.col("cell").alias("total"))
    return _of(
        pl.concat([frame.select(*KEY, "cell", "kind") for frame in found]).join(totals, on=KEY, how="inner")
    )
