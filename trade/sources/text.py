"""Text files: is it what it claims, where is each row, which cell is which. Lines are those an editor shows."""

import csv
import difflib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from trade.sources.base import LONGEST_CELL, RAW, WRITTEN, Rule, SourceFile
from trade.sources.cells import Style, decimal_mark, plain_cells
from trade.sources.lines import ROWS, Endless, Lines, blocks, ends_with_newline, first_line
from trade.sources.prepare import Plain, check_bytes, prepared
from trade.sources.reasons import Refusal

__all__ = ["BLANK", "Layout", "Table", "check_bytes", "read_table", "read_tables"]

DELIMITERS = (",", ";", "\t", "|")
# The name of the header's first column without one, which a trailing delimiter makes; further ones add a space.
BLANK = RAW + " "
# Stands for a delimiter inside quotation marks while the line is split; no text file holds it.
_HIDDEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of a file beforehand. `long_columns`: texts that nobody reads; `numbers`: columns of amounts.

    `only_wanted`: other columns may hold anything and are not kept. `fewest`: the fields that a whole row has at
    least (the header's, unless its last column is empty). `delimiter`, `decimal` and `thousands`, where they are
    given, are not looked for. `rows`: the most that one Table may hold.
    """

    source: str
    long_columns: Sequence[str] = ()
    numbers: Sequence[str] = ()
    only_wanted: bool = False
    fewest: int | None = None
    delimiter: str = ""
    decimal: str = ""
    thousands: str = ""
    rows: int = ROWS


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV, or a stretch of one, split.

    `frame`: `line`, each of the file's columns as text with RAW before its name (with WRITTEN before it too, where the
    file writes the cells in another form), `repaired`, and `fields` and `broken` for `rules`. `log`: as in a Batch.
    """

    file: SourceFile
    header: list[str]
    frame: pl.DataFrame
    rules: list[Rule]
    log: list[tuple[str, dict[str, str]]] = field(default_factory=list)


def read_table(
    file: SourceFile,
    wanted: Sequence[str],
    *,
    source: str,
    long_columns: Sequence[str] = (),
    numbers: Sequence[str] = (),
    fewest: int | None = None,
) -> Table:
    """Read a CSV with a header, whole. Raises Refusal, for a zip of several files too: read_tables takes those.

    A line with too few or too many fields is a fault of its row.
    """
    layout = Layout(source, long_columns, numbers, fewest=fewest)
    tables = list(read_tables(file, wanted, layout))
    if tables[0].file.member:
        raise Refusal("archive_several", file=file.name)
    if len(tables) == 1:
        return tables[0]
    frame = pl.concat([table.frame for table in tables], how="diagonal")
    # Cells that one stretch writes in another form are as they are read in the others.
    frame = frame.with_columns(
        pl.coalesce(name, RAW + name.removeprefix(WRITTEN))
        for name in frame.columns
        if name.startswith(WRITTEN)
    )
    return replace(tables[0], frame=frame)


def read_tables(file: SourceFile, wanted: Sequence[str], layout: Layout) -> Iterator[Table]:
    """Read a CSV with a header in stretches; a zip's members one after the other. Raises Refusal.

    Columns may stand in any order; those that are not `wanted` are kept as text. A stretch's rules are its own.
    """
    for plain in prepared(file, source=layout.source, wanted="CSV"):
        yield from _tables(plain, wanted, layout)


def _tables(plain: Plain, wanted: Sequence[str], layout: Layout) -> Iterator[Table]:
    file = plain.file
    header, delimiter = _header(file, first_line(file.path), wanted, layout)
    style = Style(layout.decimal, layout.thousands)
    numbers = [name for name in layout.numbers if name in header]
    free = layout.long_columns if not layout.only_wanted else [name for name in header if name not in wanted]
    codes = [name for name in header if name and name not in numbers and name not in free]
    left_aside = [RAW + name for name in free if name] if layout.only_wanted else []
    log, end = list(plain.log), _End(file, header, layout.fewest or len(header))
    try:
        for lines in blocks(file.path, layout.rows):
            body = lines.frame.filter((pl.col("line") > 1) & (pl.col("text").str.strip_chars() != ""))
            body = _hide_quoted(body, delimiter).with_columns(
                fields=pl.col("text").str.count_matches(delimiter, literal=True) + 1
            )
            end.look(body, lines)
            if body.is_empty():
                continue
            fields = _split(body, header, delimiter).drop(left_aside)
            if not style.decimal:
                style = replace(style, decimal=decimal_mark(fields, numbers)) if numbers else style
                log += _told(file, style)
            frame = plain_cells(fields, numbers=numbers, codes=codes, style=style, only_ascii=lines.ascii)
            yield Table(file, header, frame, _rules(header, end.fewest, free), log)
            log = []
    except Endless as error:
        raise Refusal("line_endless", file=file.name, line=error) from error
    if not end.rows:
        raise Refusal("no_rows", file=file.name)


def _told(file: SourceFile, style: Style) -> list[tuple[str, dict[str, str]]]:
    """Only a decimal comma is worth a word: it was found, and could be something else."""
    return [("decimal_comma", {"file": file.name})] if style.decimal == "," else []


def _rules(header: Sequence[str], fewest: int, long_columns: Sequence[str]) -> list[Rule]:
    first, fields, broken = RAW + header[0], pl.col("fields"), pl.col("broken")
    rules = [
        Rule(first, "quote", broken),
        Rule(first, "too_few_fields", ~broken & (fields < fewest), fields.cast(pl.String)),
        Rule(first, "too_many_fields", ~broken & (fields > len(header)), fields.cast(pl.String)),
    ]
    for name in header:
        if name and name not in long_columns:
            length = pl.col(RAW + name).str.len_chars()
            rules.append(Rule(RAW + name, "too_long", length > LONGEST_CELL, length.cast(pl.String)))
    return rules


def _header(file: SourceFile, line: str, wanted: Sequence[str], layout: Layout) -> tuple[list[str], str]:
    """The header's names and what separates them: what finds most of the wanted names. Raises Refusal."""
    other = Refusal("not_format", file=file.name, source=layout.source, wanted=",".join(wanted[:4]) + ",…")
    if line.lstrip()[:1] in ("{", "[", "<"):
        raise other
    found = {mark: _names(line, mark) for mark in DELIMITERS}
    if not any(found.values()):
        raise other
    best = max(DELIMITERS, key=lambda mark: len({*found[mark]} & {*wanted}))
    delimiter = layout.delimiter or best
    header = found[delimiter]
    missing = [name for name in wanted if name not in header]
    if missing and best != delimiter and len({*found[best]} & {*wanted}) > len(wanted) - len(missing):
        raise Refusal("delimiter_other", file=file.name, kind=best, asked=delimiter)
    if len(missing) > len(wanted) // 2:
        raise other
    if missing:
        unknown = {name.casefold(): name for name in header if name and name not in wanted}
        close = difflib.get_close_matches(missing[0].casefold(), unknown, n=1, cutoff=0.5)
        if close:
            raise Refusal("column_renamed", file=file.name, column=missing[0], close=unknown[close[0]])
        raise Refusal("column_missing", file=file.name, column=missing[0])
    for name in header:
        if name and header.count(name) > 1:
            raise Refusal("column_twice", file=file.name, column=name)
    return header, delimiter


def _names(line: str, delimiter: str) -> list[str]:
    """The header's names; none where the line is no header of any CSV."""
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:  # a cell beyond all measure, a carriage return in the middle
        return []


def _hide_quoted(body: pl.DataFrame, delimiter: str) -> pl.DataFrame:
    """Take quotation marks away and hide the delimiters between them. An odd count of marks breaks its line only."""
    body = body.with_columns(marks=pl.col("text").str.count_matches('"', literal=True)).with_columns(
        broken=pl.col("marks") % 2 == 1
    )
    quoted = body.filter((pl.col("marks") > 0) & ~pl.col("broken"))
    if quoted.is_empty():
        return body.drop("marks")
    pieces = (
        quoted.select("line", piece=pl.col("text").str.split('"'))
        .explode("piece")
        .with_columns(place=pl.int_range(pl.len()).over("line"), pieces=pl.len().over("line"))
    )
    inside = pl.col("place") % 2 == 1
    # An empty piece between two quoted ones is a doubled mark, which stands for the mark itself.
    doubled = (
        ~inside & (pl.col("piece") == "") & (pl.col("place") > 0) & (pl.col("place") < pl.col("pieces") - 1)
    )
    piece = (
        pl.when(inside)
        .then(pl.col("piece").str.replace_all(delimiter, _HIDDEN, literal=True))
        .when(doubled)
        .then(pl.lit('"'))
        .otherwise(pl.col("piece"))
    )
    plain = (
        pieces.with_columns(piece=piece)
        .group_by("line", maintain_order=True)
        .agg(plain=pl.col("piece").str.join(""))
    )
    return (
        body.join(plain, on="line", how="left", maintain_order="left")
        .with_columns(text=pl.coalesce("plain", "text"))
        .drop("marks", "plain")
    )


class _End:
    """Looks at every stretch of a file and, at the last line, whether it is whole."""

    def __init__(self, file: SourceFile, header: Sequence[str], fewest: int) -> None:
        self.file, self.usual, self.fewest = file, len(header), fewest
        self.rows, self.all_short = 0, True

    def look(self, body: pl.DataFrame, lines: Lines) -> None:
        """Raises Refusal where the file's last line ends in the middle of a row."""
        before, short = self.rows, self.all_short
        self.rows += body.height
        self.all_short = short and bool((body["fields"] < self.usual).all())
        if not lines.last or body.is_empty():
            return
        last = body.row(-1, named=True)
        ended = ends_with_newline(self.file.path)
        # A file whose rows all leave out the header's empty last column is whole.
        others_short = before + body.height > 1 and short and bool((body["fields"][:-1] < self.usual).all())
        too_few = last["fields"] < (self.fewest if ended else self.usual)
        if (last["broken"] and not ended) or (too_few and (last["fields"] < self.fewest or not others_short)):
            raise Refusal("cut_off", file=self.file.name, line=last["line"])


def _split(body: pl.DataFrame, header: list[str], delimiter: str) -> pl.DataFrame:
    blanks = itertools.count()
    names = [RAW + name if name else BLANK + " " * next(blanks) for name in header]
    fields = body.select(
        pl.col("text").str.split_exact(delimiter, len(names) - 1).struct.rename_fields(names)
    ).unnest("text")
    if body["text"].str.contains(_HIDDEN, literal=True).any():
        fields = fields.with_columns(pl.all().str.replace_all(_HIDDEN, delimiter, literal=True))
    fields = fields.with_columns(pl.all().str.strip_chars())
    return pl.concat([body.select("line", "fields", "broken"), fields], how="horizontal")
