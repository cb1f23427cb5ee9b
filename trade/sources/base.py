"""What a source is, and what it hands on: one batch a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl

RAW = "raw."
# Before the name of a column: its cells as the file writes them, where RAW holds them in another form.
WRITTEN = "written."
# A cell longer than this is no code, number or unit; texts that nobody reads (descriptions) may be longer.
LONGEST_CELL = 64


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read: its place in the run, the name it was handed in under, where it lies.

    `work`: where copies may lie meanwhile (the system's folder for temporary files without it). `prepared`: plain
    text in UTF-8, looked at already. `member`: which of a zip's files it is, where there are several.
    """

    position: int
    name: str
    path: Path
    work: Path | None = None
    prepared: bool = False
    member: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One check: `bad` is true where the row breaks it. `column` is canonical or, with RAW before it, the file's."""

    column: str
    code: str
    bad: pl.Expr
    detail: pl.Expr = field(default_factory=lambda: pl.lit(""))


@dataclass(slots=True)
class Batch:
    """One file, or a stretch of one, read. `frame` has a row for each of its rows, good or bad, in the file's order.

    Columns of `frame`: every canonical one (null where the cell cannot be read) and, with RAW before the name, the
    text of every cell that a reject list may have to show. `rules` are those that only this format knows.
    """

    file: SourceFile
    frame: pl.DataFrame
    columns: Mapping[str, str]
    rules: Sequence[Rule]
    key: Sequence[str]
    bounds: Mapping[str, int]
    repaired: int = 0
    # Every amount was read as a plain number: none is negative, none too large for its type.
    plain: bool = False
    # The month of the whole file, where the source hands it on in several batches.
    month: str | None = None
    # Codes of LOG_TEXTS and their parameters.
    log: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def column_name(self, column: str) -> str:
        """How the file itself calls a column."""
        return column.removeprefix(RAW) if column.startswith(RAW) else self.columns.get(column, column)


Advance = Callable[[int, int], None]


class Reader(Protocol):
    def __call__(self, files: Sequence[SourceFile], options: Mapping[str, str]) -> Iterator[Batch]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """A format. `coverage` are the columns whose values, taken together, name the slices that a file covers."""

    code: str
    name: str
    dataset: str
    read: Reader
    coverage: tuple[str, ...]
    monthly: bool
    # Is one file one month, so that rows of another are rejected and cover nothing?
    one_period: bool
