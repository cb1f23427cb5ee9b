"""The quick way into a simple CSV: plain ASCII, no quotation marks, no blanks, as many commas in every line.

Such a file is cut into blocks and split by Polars' own reader, an order of magnitude faster than the careful reader
(`trade.sources.text`), which tells each bad line. A file that is not so simple is the careful reader's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import polars as pl

from trade.sources.base import RAW
from trade.sources.coded import coded

# Bytes read at once: about 600,000 rows of a customs extract, so that memory does not grow with the file.
BLOCK = 48 << 20
# The bytes of a simple file: printable ASCII without the quotation mark, and line feeds.
LINE_FEED, QUOTE, COMMA, FIRST_PRINTED, LAST_PRINTED = 10, 34, 44, 33, 126
# An amount that 64-bit floating point takes to its thousandths without loss.
PLAIN_AMOUNT = r"^([0-9]{1,11}(\.[0-9]{1,3})?)?$"
# What Polars raises where lines of too few fields make up for lines of too many.
UNEVEN = (pl.exceptions.ComputeError, pl.exceptions.SchemaError)


class Block(NamedTuple):
    """A stretch of whole lines: its first byte, the byte after its last, and how many lines it has."""

    start: int
    end: int
    lines: int


@dataclass(frozen=True, slots=True)
class Simple:
    """A file that the quick reader takes: its header, and where its blocks of whole lines begin and end."""

    path: Path
    header: list[str]
    amounts: Sequence[str]
    blocks: list[Block]
    # The only block of a small file, split already.
    only: pl.DataFrame | None = None

    def frames(self) -> Iterator[pl.DataFrame]:
        """`line` and each column with RAW before its name, a block at a time: amounts as text, codes as `coded` has
        them; empty cells are "".
        """
        line = 2
        for frame in [self.only] if self.only is not None else self._split():
            yield frame.with_columns(line=pl.int_range(line, line + frame.height, dtype=pl.Int64))
            line += frame.height

    def _split(self) -> Iterator[pl.DataFrame]:
        schema = {RAW + name: pl.String if name in self.amounts else pl.Categorical for name in self.header}
        with self.path.open("rb") as stream:
            for block in self.blocks:
                stream.seek(block.start)
                text = stream.read(block.end - block.start)
                frame = pl.read_csv(
                    text, has_header=False, schema=schema, quote_char=None, empty_string_is_null=False
                )
                if frame.height != block.lines:
                    raise pl.exceptions.ComputeError("empty lines")
                codes = [RAW + name for name in self.header if name not in self.amounts]
                yield coded(frame, codes)


def simple(path: Path, wanted: Sequence[str], amounts: Sequence[str]) -> Simple | None:
    """The file, if it is simple and has every wanted column; else None. `amounts`: its columns that hold numbers."""
    with path.open("rb") as stream:
        first = stream.readline(1 << 16)
        header = first.decode("ascii", "replace").rstrip("\n").split(",")
        unlike = not _lines(first, commas=len(header) - 1) or "" in header or len({*header}) < len(header)
        blocks = [] if unlike or not {*wanted} <= {*header} else _blocks(stream, commas=len(header) - 1)
    if not blocks:
        return None
    found = Simple(path, header, amounts, blocks)
    try:
        frames = list(found.frames()) if len(blocks) == 1 else [frame.clear() for frame in found.frames()]
    except UNEVEN:
        return None
    return replace(found, only=frames[0]) if len(blocks) == 1 else found


def _blocks(stream: BinaryIO, *, commas: int) -> list[Block]:
    """The rest of the stream in blocks of whole lines; none where one of them is not simple."""
    blocks: list[Block] = []
    start = stream.tell()
    while block := stream.read(BLOCK):
        # The file's last line is whole with or without its end.
        if len(block) == BLOCK:
            block = block[: block.rfind(b"\n") + 1]
        lines = _lines(block, commas=commas)
        if not lines:
            return []
        blocks.append(Block(start, start + len(block), lines))
        start += len(block)
        stream.seek(start)
    return blocks


def _lines(block: bytes, *, commas: int) -> int:
    """How many lines a block has; 0 where it is not simple. Counted by numpy, several bytes at a time."""
    codes = np.frombuffer(block, np.uint8)
    ends = np.count_nonzero(codes == LINE_FEED)
    lines = ends + (not block.endswith(b"\n"))
    strange = np.count_nonzero(codes < FIRST_PRINTED) > ends or QUOTE in block
    if not block or strange or codes.max() > LAST_PRINTED:
        return 0
    return int(lines) if np.count_nonzero(codes == COMMA) == lines * commas else 0


def thousandths(raw: pl.DataFrame, names: Mapping[str, str]) -> dict[str, pl.Expr] | None:
    """Canonical column → its exact integer thousandths, where every amount is plain; else None.

    `names`: canonical column → the file's. An empty cell is null.
    """
    plain = raw.select(pl.col(RAW + name).str.contains(PLAIN_AMOUNT).all() for name in names.values())
    if not all(plain.row(0)):
        return None
    return {
        column: (pl.col(RAW + name).cast(pl.Float64, strict=False) * 1000).round().cast(pl.Int64)
        for column, name in names.items()
    }
