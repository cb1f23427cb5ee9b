"""The audit over time: a year and its months at once, since a reader who knows the year knows the sum of its months."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from trade.clearance import audit, protect
from trade.clearance.system import Lines, lines
from trade.clearance.timing import CELL, RUNG

# Hidden cells of a flow in a year and its months beyond which the programme takes minutes, not seconds.
MOST = 6000


def hidden_cells(months: list[pl.DataFrame], year: pl.DataFrame) -> dict[str, int]:
    """By flow, how many cells the programme would have."""
    rows = pl.concat([pattern.filter("hidden").select("flow") for pattern in (*months, year)])
    return dict(rows.group_by("flow").len().iter_rows())


def narrow(
    months: list[pl.DataFrame], year: pl.DataFrame, sections: Mapping[str, str], flow: str
) -> pl.DataFrame:
    """The cells (CELL, once each) of a month or of the year that are not open enough beside all the others."""
    frames = [pattern.filter(pl.col("flow") == flow) for pattern in (*months, year)]
    starts = np.cumsum([0, *(frame.height for frame in frames)])
    cells = pl.concat(frames).with_row_index("number")
    totals, sizes, parts = [], [], []
    for frame, start in zip(frames[:-1], starts, strict=False):
        found = lines(frame, sections)
        totals.append(found.totals + start)
        sizes.append(np.diff(found.starts))
        parts.append(found.parts + start)
    sums = (
        cells.head(int(starts[-2]))
        .select(CELL, part="number")
        .join(cells.slice(int(starts[-2])).select(CELL, total="number"), on=CELL)
        .sort("total", "part")
    )
    total, first = np.unique(sums["total"].to_numpy(), return_index=True)
    totals.append(total.astype(np.int64))
    sizes.append(np.diff(np.append(first, sums.height)))
    parts.append(sums["part"].to_numpy().astype(np.int64))
    everything = Lines(
        np.concatenate(totals), np.append(0, np.cumsum(np.concatenate(sizes))), np.concatenate(parts)
    )
    value = cells["value"].to_numpy().astype(np.float64)
    hidden = cells["hidden"].to_numpy()
    published = (cells["cause"] != RUNG).to_numpy()
    protection = cells["need"].to_numpy()
    need = protect.needs(value, protection > 0, protection, hidden & published)
    found_open = audit.opened(everything, value, hidden, need)
    failing = protect.narrow(found_open, need, value)
    return cells.filter(pl.Series(failing)).select(CELL).unique()
