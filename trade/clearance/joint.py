"""The audit over time: a year and its months at once, since a reader who knows the year knows the sum of its months.

Months are out already, so it is the year that gives way: what it must hide besides, for each month and for itself to
stay open, is found by the same repair as within a period.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from trade.clearance import audit, protect, repair
from trade.clearance.solver import ENDLESS, Patience
from trade.clearance.system import Bools, Lines, lines
from trade.clearance.timing import CELL, RUNG, secret


@dataclass(frozen=True, slots=True)
class Found:
    """How many cells of the months and the year are not open enough, and what the year should hide (CELL) for
    them.
    """

    narrow: int
    hide: pl.DataFrame


def audited(
    months: list[pl.DataFrame],
    year: pl.DataFrame,
    known: pl.DataFrame,
    sections: Mapping[str, str],
    *,
    patience: Patience = ENDLESS,
) -> Found:
    """Look at patterns of one flow together. `known` are the year's cells that readers can add up themselves."""
    cells = pl.concat([*months, year])
    first = cells.height - year.height
    system = _system([*months, year], sections)
    value = cells["value"].to_numpy().astype(np.float64)
    hidden = cells.select(secret()).to_series().to_numpy()
    published = (cells["cause"] != RUNG).to_numpy()
    protection = cells["need"].to_numpy()
    need = protect.needs(value, protection > 0, protection, hidden & published)
    found = audit.opened(system, value, hidden, need, patience=patience)
    failing = protect.narrow(found, need, value)
    if not failing.any():
        return Found(0, year.head(0).select(CELL))
    closed = np.ones(cells.height, dtype=bool)
    closed[first:] = _listed(year, known)
    after = repair.repaired(
        system, value, hidden, closed, protect.asked(found, failing, need, value), patience=patience
    )
    # A cell that no further hiding opens takes its own year with it.
    again = cells.filter(pl.Series(failing)).select(CELL)
    fresh = year.filter(pl.Series((after & ~hidden)[first:])).select(CELL)
    own = year.filter(~pl.col("hidden")).select(CELL).join(again, on=CELL, how="semi")
    return Found(int(failing.sum()), pl.concat([fresh, own if fresh.is_empty() else own.head(0)]))


def _listed(cells: pl.DataFrame, listed: pl.DataFrame) -> Bools:
    marks = listed.select(CELL).unique().with_columns(listed=pl.lit(value=True))
    found = cells.select(CELL).join(marks, on=CELL, how="left", maintain_order="left")
    return found["listed"].fill_null(value=False).to_numpy()


def _system(frames: list[pl.DataFrame], sections: Mapping[str, str]) -> Lines:
    """Each period's own sums, and those of the months to the year, the last of `frames`."""
    starts = np.cumsum([0, *(frame.height for frame in frames)])
    cells = pl.concat(frames).select(CELL).with_row_index("number")
    totals, sizes, parts = [], [], []
    for frame, start in zip(frames, starts, strict=False):
        found = lines(frame, sections)
        totals.append(found.totals + start)
        sizes.append(np.diff(found.starts))
        parts.append(found.parts + start)
    year = int(starts[-2])
    sums = (
        cells.head(year)
        .select(CELL, part="number")
        .join(cells.slice(year).select(CELL, total="number"), on=CELL)
        .sort("total", "part")
    )
    total, first = np.unique(sums["total"].to_numpy(), return_index=True)
    totals.append(total.astype(np.int64))
    sizes.append(np.diff(np.append(first, sums.height)))
    parts.append(sums["part"].to_numpy().astype(np.int64))
    return Lines(
        np.concatenate(totals), np.append(0, np.cumsum(np.concatenate(sizes))), np.concatenate(parts)
    )
