"""The lines of a text file as an editor counts them, a block at a time, so that memory does not grow with the file."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

# Bytes read at once: half a million lines of usual statistics. A line longer than this is none.
BLOCK = 24 << 20
# Rows handed on together.
ROWS = 500_000


@dataclass(frozen=True, slots=True)
class Lines:
    """`frame`: `line` from 1 and `text`. `ascii`: nothing in it but ASCII. `last`: the file ends with it."""

    frame: pl.DataFrame
    ascii: bool
    last: bool


class Endless(Exception):
    """A line goes on beyond a whole block; the number of the line."""


def first_line(path: Path) -> str:
    """The first line without its end; what is longer than a megabyte is cut."""
    with path.open("rb") as stream:
        head = stream.read(1 << 20)
    lines = head.decode("utf-8", "ignore").removeprefix("\ufeff").splitlines()
    return lines[0] if lines else ""


def blocks(path: Path, rows: int = ROWS) -> Iterator[Lines]:
    """All lines in stretches of at most `rows`. Raises Endless.

    Lines may end in carriage returns alone, as some old programs write them.
    """
    number = 1
    for text, last in _texts(path):
        # Every line is UTF-8: the file was looked at before.
        frame = pl.read_lines(text, name="text", row_index_name="line", row_index_offset=number)
        frame = frame.with_columns(pl.col("line").cast(pl.Int64))
        number += frame.height
        size = math.ceil(frame.height / math.ceil(frame.height / rows)) if frame.height else 1
        is_ascii = text.isascii()
        for start in range(0, frame.height, size):
            stretch = frame.slice(start, size)
            yield Lines(stretch, is_ascii, last and start + size >= frame.height)


def _texts(path: Path) -> Iterator[tuple[bytes, bool]]:
    with path.open("rb") as stream:
        block = stream.read(BLOCK)
        old = b"\r" in block and b"\n" not in block
        lines, rest = 0, b""
        while block:
            following = stream.read(BLOCK)
            text = rest + (block.replace(b"\r", b"\n") if old else block)
            end = text.rfind(b"\n") + 1 if following else len(text)
            if not end and len(text) > BLOCK:
                raise Endless(lines + 1)
            if end:
                lines += text.count(b"\n", 0, end)
                yield text[:end], not following
            rest, block = text[end:], following


def ends_with_newline(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, 2)
        return stream.read(1) in b"\r\n"
