"""Text files: is it what it claims, where is each row, which cell is which. Lines are those an editor shows."""

import codecs
import csv
import difflib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from trade.sources.base import LONGEST_CELL, RAW, Rule, SourceFile
from trade.sources.reasons import Refusal

BLOCK = 1 << 20
COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"\xfd7zXZ\x00": "xz",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf": "7z",
}
BINARY = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"PAR1": "Parquet",
    b"\xd0\xcf\x11\xe0": "Excel (XLS)",
    b"SQLite": "SQLite",
}
SEPARATORS = (";", "\t", "|")
# The name of the header's first column without one, which a trailing comma makes; further ones add a space.
BLANK = RAW + " "
# Stands for a comma inside quotation marks while the line is split; no text file holds it.
_COMMA = "\x1f"


def check_bytes(file: SourceFile, *, source: str, wanted: str) -> None:
    """Refuse what cannot be plain UTF-8 text: empty, packed, binary, another encoding."""
    with file.path.open("rb") as stream:
        head = stream.read(BLOCK)
    # A copy that was broken off on some systems is as long as the whole and holds zeros.
    if not head.strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise Refusal("empty", file=file.name)
    for magic, kind in COMPRESSED.items():
        if head.startswith(magic):
            raise Refusal("compressed", file=file.name, kind="zip / XLSX" if kind == "zip" else kind)
    for magic, kind in BINARY.items():
        if head.startswith(magic):
            raise Refusal("binary", file=file.name, kind=kind, source=source, wanted=wanted)
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or head[:200].count(0) * 3 > len(head[:200]):
        raise Refusal("utf16", file=file.name)
    _check_utf8(file)


def _check_utf8(file: SourceFile) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, read = 0, 0
    with file.path.open("rb") as stream:
        while block := stream.read(BLOCK):
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                at = error.start - held
                line = lines + block[: max(at, 0)].count(b"\n") + 1
                raise Refusal("encoding", file=file.name, line=line, byte=read + at + 1) from error
            lines += block.count(b"\n")
            read += len(block)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Refusal("encoding", file=file.name, line=lines + 1, byte=read) from error


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV, split. `frame`: `line`, and each of the file's columns as text with RAW before its name."""

    header: list[str]
    frame: pl.DataFrame
    rules: list[Rule]


def read_table(
    file: SourceFile,
    wanted: Sequence[str],
    *,
    source: str,
    long_columns: Sequence[str] = (),
    fewest: int | None = None,
) -> Table:
    """Read a CSV with a header. Raises Refusal; a line with too few or too many fields is a fault of its row.

    `fewest`: the number of fields that a whole row has at least (the header's, unless its last column is empty).
    """
    check_bytes(file, source=source, wanted="CSV")
    lines = _lines(file.path)
    header = _header(file, lines["text"][0], wanted, source)
    body = (
        lines[1:].filter(pl.col("text").str.strip_chars() != "").with_columns(pl.col("line").cast(pl.Int64))
    )
    if body.is_empty():
        raise Refusal("no_rows", file=file.name)
    body = _hide_quoted_commas(body).with_columns(
        fields=pl.col("text").str.count_matches(",", literal=True) + 1
    )
    fewest = fewest or len(header)
    _check_end(file, body, fewest=fewest, usual=len(header))
    frame = _split(body, header)
    rules = [
        Rule(RAW + header[0], "quote", pl.col("broken")),
        Rule(
            RAW + header[0],
            "too_few_fields",
            ~pl.col("broken") & (pl.col("fields") < fewest),
            _text("fields"),
        ),
        Rule(
            RAW + header[0],
            "too_many_fields",
            ~pl.col("broken") & (pl.col("fields") > len(header)),
            _text("fields"),
        ),
    ]
    for name in header:
        if name and name not in long_columns:
            length = pl.col(RAW + name).str.len_chars()
            rules.append(Rule(RAW + name, "too_long", length > LONGEST_CELL, length.cast(pl.String)))
    return Table(header, frame, rules)


def _lines(path: Path) -> pl.DataFrame:
    """`line` from 1 and `text`. Lines may end in carriage returns alone, as some old programs write them."""
    with path.open("rb") as stream:
        head = stream.read(BLOCK)
    if b"\r" in head and b"\n" not in head:
        text = pl.Series("text", path.read_bytes().decode().split("\r"))
        return pl.DataFrame(text).with_row_index("line", offset=1)
    return pl.read_lines(path, name="text", row_index_name="line", row_index_offset=1, glob=False)


def _text(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String)


def _header(file: SourceFile, line: str, wanted: Sequence[str], source: str) -> list[str]:
    other = Refusal("not_format", file=file.name, source=source, wanted=",".join(wanted[:4]) + ",…")
    header = _names(line.removeprefix("\ufeff"))
    if header is None:
        raise other
    if len(header) == 1:
        for separator in SEPARATORS:
            if line.count(separator) >= len(wanted) - 2:
                raise Refusal("separator", file=file.name, kind=separator)
    missing = [name for name in wanted if name not in header]
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
    return header


def _names(line: str) -> list[str] | None:
    """The header's names; None where the line is no header of any CSV."""
    if line.lstrip()[:1] in ("{", "[", "<"):
        return None
    try:
        return [name.strip() for name in next(csv.reader([line]))]
    except csv.Error:  # a cell beyond all measure, a carriage return in the middle
        return None


def _hide_quoted_commas(body: pl.DataFrame) -> pl.DataFrame:
    """Take quotation marks away and hide the commas between them. An odd count of marks breaks its line only."""
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
        .then(pl.col("piece").str.replace_all(",", _COMMA, literal=True))
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


def _check_end(file: SourceFile, body: pl.DataFrame, *, fewest: int, usual: int) -> None:
    last = body.row(-1, named=True)
    ended = _ends_with_newline(file.path)
    if last["broken"] and not ended:
        raise Refusal("cut_off", file=file.name, line=last["line"])
    if last["fields"] < (fewest if ended else usual) and (
        last["fields"] < fewest or not _all_short(body, usual)
    ):
        raise Refusal("cut_off", file=file.name, line=last["line"])


def _all_short(body: pl.DataFrame, usual: int) -> bool:
    """A file whose rows all leave out the header's empty last column is whole."""
    return body.height > 1 and bool((body["fields"][:-1] < usual).all())


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, 2)
        return stream.read(1) in b"\r\n"


def _split(body: pl.DataFrame, header: list[str]) -> pl.DataFrame:
    blanks = itertools.count()
    names = [RAW + name if name else BLANK + " " * next(blanks) for name in header]
    fields = body.select(
        pl.col("text").str.split_exact(",", len(names) - 1).struct.rename_fields(names)
    ).unnest("text")
    if body["text"].str.contains(_COMMA, literal=True).any():
        fields = fields.with_columns(pl.all().str.replace_all(_COMMA, ",", literal=True))
    fields = fields.with_columns(pl.all().str.strip_chars())
    return pl.concat([body.select("line", "fields", "broken"), fields], how="horizontal")
