"""UN Comtrade's legacy CSV: 22 columns and a trailing empty one.

In its real files many rows have a Commodity text with a comma and no quotation marks, so that every later field sits
one column to the right and the last column, empty elsewhere, is not. Such a row is put right (fields 16 and 17 are
joined) and counted as repaired; read naively, net weight would pass for value.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import polars as pl

from trade.sources import comtrade
from trade.sources.base import RAW, Batch, SourceFile
from trade.sources.text import BLANK, Layout, read_tables

HEADER = (
    "Classification", "Year", "Period", "Period Desc.", "Aggregate Level", "Is Leaf Code", "Trade Flow Code",
    "Trade Flow", "Reporter Code", "Reporter", "Reporter ISO", "Partner Code", "Partner", "Partner ISO",
    "Commodity Code", "Commodity", "Qty Unit Code", "Qty Unit", "Qty", "Netweight (kg)", "Trade Value (US$)", "Flag",
)  # fmt: skip
TEXTS = ("Commodity", "Reporter", "Partner", "Qty Unit", "Trade Flow", "Period Desc.")
COLUMNS = {
    "period": "Period", "flow": "Trade Flow Code", "reporter": "Reporter Code", "partner": "Partner Code",
    "edition": "Classification", "product": "Commodity Code", "level": "Aggregate Level", "unit": "Qty Unit Code",
    "quantity": "Qty", "net_kg": "Netweight (kg)", "value": "Trade Value (US$)",
}  # fmt: skip
# The trailing empty column has no name in the file.
LAST = BLANK
SHIFTED = [*(RAW + name for name in HEADER[HEADER.index("Commodity") :]), LAST]


def read(files: Sequence[SourceFile], options: Mapping[str, str]) -> Iterator[Batch]:
    """A batch a file, or several of a large one. Raises Refusal for a file that is not such a CSV."""
    layout = Layout("comtrade-csv", TEXTS, fewest=len(HEADER))
    for table in (table for file in files for table in read_tables(file, HEADER, layout)):
        raw, repaired = _repair(table.frame)
        freq = pl.when(pl.col(RAW + "Period").str.len_chars() == 6).then(pl.lit("M")).otherwise(pl.lit("A"))
        frame = comtrade.canonical(raw, table.file, COLUMNS, freq=freq, valuation=pl.lit(None))
        yield Batch(
            table.file,
            frame,
            COLUMNS,
            [*table.rules, *comtrade.rules(COLUMNS)],
            comtrade.KEY,
            comtrade.BOUNDS,
            repaired=repaired,
            log=table.log,
        )


def _repair(raw: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Join Commodity's two halves where the last column is not empty and bring the later fields back."""
    if LAST not in raw.columns:
        return raw, 0
    shifted = pl.col(LAST).fill_null("") != ""
    first, second, *_others = SHIFTED
    moved = [
        pl.when(shifted)
        .then(pl.concat_str([first, second], separator=", "))
        .otherwise(pl.col(first))
        .alias(first)
    ]
    for here, right in pairwise(SHIFTED[1:]):
        moved.append(pl.when(shifted).then(pl.col(right)).otherwise(pl.col(here)).alias(here))
    return raw.with_columns(moved), int(raw.select(shifted.sum()).item())


SOURCE = comtrade.source("comtrade-csv", "UN Comtrade, legacy CSV", read)
