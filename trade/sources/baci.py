"""CEPII's BACI: one CSV a year and edition, reconciled flows by exporter, importer and HS6 code.

`t,i,j,k,v,q` are year, exporter, importer, product, thousand dollars and tonnes. `k` has lost its leading zeros, `q`
may be a padded text or `NA`. A year is 11 million rows: the file is read in blocks, a batch each.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

import polars as pl

from reference.selectors import codes_of_alpha3, codes_of_un, country_codes
from trade.canonical import CANONICAL, NOTE_ROUNDED, WORLD
from trade.sources import comtrade
from trade.sources.base import LONGEST_CELL, RAW, Batch, Rule, Source, SourceFile
from trade.sources.numbers import rounded, thousandths, too_large
from trade.sources.prepare import prepared
from trade.sources.reasons import Refusal
from trade.sources.scales import DECIMAL, shifted
from trade.sources.text import Layout, Table, read_tables

HEADER = ("t", "i", "j", "k", "v", "q")
COLUMNS = {"period": "t", "reporter": "i", "partner": "j", "product": "k", "value": "v", "net_kg": "q"}
EDITIONS = {
    "92": "HS1992", "96": "HS1996", "02": "HS2002", "07": "HS2007", "12": "HS2012", "17": "HS2017", "22": "HS2022",
}  # fmt: skip
EDITION = re.compile(r"(?:^|[^A-Za-z])HS([0-9]{2})(?![0-9])", re.IGNORECASE)
COUNTRY_LIST = re.compile(r"^country_codes.*\.csv", re.IGNORECASE)
COUNTRY_HEADER = ("country_code", "iso_2digit_alpha", "iso_3digit_alpha")
COUNTRIES_MOST = 2_000
LIST_MOST = 1 << 20
# Bytes of a block: about 800,000 rows.
BLOCK = 32 << 20
# Thousands of dollars, and tonnes: what a thousandth of either is a thousandth of a dollar, or a gram, by.
THOUSAND = 3
# Numbers so small that floating point takes them to a millionth without loss.
SMALL = r"^([0-9]{1,9}(\.[0-9]{1,3})?)?$"
NOTHING = ("", "NA")
# What Polars raises where lines of too few fields make up for lines of too many.
UNEVEN = (pl.exceptions.ComputeError, pl.exceptions.SchemaError)


def read(files: Sequence[SourceFile], options: Mapping[str, str]) -> Iterator[Batch]:
    """Batches of about 800,000 rows. Raises Refusal for a file that is not BACI's, or of which edition is not told."""
    lists = [file for file in files if COUNTRY_LIST.match(file.name)]
    data = [file for file in files if file not in lists]
    if not data:
        raise Refusal("baci_only_list", file=lists[0].name)
    areas: dict[int, str | None] = {**codes_of_un()}
    for file in lists:
        areas = _listed(file) | areas
    for file in data:
        edition = _edition(file, options)
        for plain in prepared(file, source="baci", wanted="CSV"):
            log = plain.log
            for table in _stretches(plain.file):
                yield _batch(table, edition=edition, areas=areas, closed=bool(lists), log=[*log, *table.log])
                log = []


def _edition(file: SourceFile, options: Mapping[str, str]) -> str:
    named = EDITION.search(file.name)
    edition = EDITIONS.get(named[1]) if named else options.get("edition")
    if edition is None:
        raise Refusal("edition_untold", file=file.name)
    return edition


def _listed(file: SourceFile) -> dict[int, str | None]:
    """A country list: BACI's number → our code, None where the list names no ISO code that we know.

    Its encoding is of no matter, only its codes are read. "NA" for Namibia may have got lost: three letters help.
    """
    known, alpha3 = country_codes(), codes_of_alpha3()
    found: dict[int, str | None] = {}
    if file.path.stat().st_size > LIST_MOST:
        raise Refusal("not_format", file=file.name, source="baci", wanted=",".join(COUNTRY_HEADER))
    with file.path.open(encoding="latin-1", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream)):
            code = row.get("country_code") or ""
            if number > COUNTRIES_MOST or not re.fullmatch("[0-9]{1,4}", code):
                raise Refusal("not_format", file=file.name, source="baci", wanted=",".join(COUNTRY_HEADER))
            two, three = row.get("iso_2digit_alpha") or "", row.get("iso_3digit_alpha") or ""
            found[int(code)] = two if two in known else alpha3.get(three)
    return found


def _stretches(file: SourceFile) -> Iterator[Table]:
    """A plain text's rows as text with RAW before the names, some 800,000 at a time, with their line numbers.

    A file in which one line is not as it should be is read by the careful reader, which tells that line.
    """
    with file.path.open("rb") as stream:
        header = [
            name.strip().strip('"') for name in stream.readline(BLOCK).decode("utf-8-sig").strip().split(",")
        ]
        quick = sorted(header) == sorted(HEADER) and all(
            _quick(block, header) is not None for block in _whole_lines(stream)
        )
        if not quick:
            yield from read_tables(file, HEADER, Layout("baci", numbers=("v", "q")))
            return
        stream.seek(0)
        stream.readline(BLOCK)
        line = 2
        for block in _whole_lines(stream):
            raw = _quick(block, header)
            if raw is None:
                raise Refusal("file_lost", file=file.name)
            numbered = raw.with_columns(line=pl.int_range(line, line + raw.height, dtype=pl.Int64))
            yield Table(file, header, numbered, [])
            line += raw.height
    if line == 2:
        raise Refusal("no_rows", file=file.name)


def _whole_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The rest of the stream in blocks that end with a whole line. One endless line is a block of its own."""
    start = stream.tell()
    while block := stream.read(BLOCK):
        if len(block) == BLOCK:
            block = block[: block.rfind(b"\n") + 1] or block
        start += len(block)
        stream.seek(start)
        yield block


def _quick(block: bytes, header: Sequence[str]) -> pl.DataFrame | None:
    """The block's cells, or None where some line is not as it should be."""
    block = block.replace(b"\r\n", b"\n")
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    uneven = block.count(b",") != lines * (len(header) - 1) or block.count(b'"') % 2
    if uneven or b"\n\n" in block or block.startswith(b"\n") or b"\r" in block or not block.isascii():
        return None
    try:
        raw = pl.read_csv(
            block, has_header=False, schema={RAW + name: pl.String for name in header}, empty_string_is_null=False,
        )  # fmt: skip
    except UNEVEN:
        return None
    if raw.height != lines or any(raw.null_count().row(0)):
        return None
    raw = raw.with_columns(pl.all().str.strip_chars())
    longest = raw.select(pl.max_horizontal(pl.all().str.len_bytes().max())).item()
    return raw if longest <= LONGEST_CELL else None


def _amounts(raw: pl.DataFrame) -> dict[str, pl.Expr]:
    """`v` in thousandths of a dollar, `q` in grams; `rounded` where that changed one of them."""
    cells = {name: pl.when(~_raw(name).is_in(NOTHING)).then(_raw(name)) for name in ("v", "q")}
    small = raw.select(cell.fill_null("").str.contains(SMALL).all() for cell in cells.values()).row(0)
    if all(small):
        made = {
            name: (cell.cast(pl.Float64, strict=False) * 1_000_000).round().cast(pl.Int64)
            for name, cell in cells.items()
        }
        return {"value": made["v"], "net_kg": made["q"], "rounded": pl.lit(value=False)}
    moved = {name: shifted(cell, THOUSAND) for name, cell in cells.items()}
    return {
        "value": thousandths(moved["v"]),
        "net_kg": thousandths(moved["q"]),
        "rounded": rounded(moved["v"]) | rounded(moved["q"]),
    }


def _raw(name: str) -> pl.Expr:
    return pl.col(RAW + name).fill_null("")


def _batch(
    table: Table, *, edition: str, areas: Mapping[int, str | None], closed: bool,
    log: list[tuple[str, dict[str, str]]],
) -> Batch:  # fmt: skip
    """`closed`: a country list was handed in, so that a number which nobody knows is a fault."""
    raw = table.frame
    amounts = _amounts(raw)
    known = {number: code or f"_X{number}" for number, code in areas.items()}
    lost_zero = _raw("k").str.contains(r"^[1-9][0-9]{4}$")
    product = pl.when(lost_zero).then(pl.lit("0") + _raw("k")).otherwise(_raw("k"))
    places = {}
    for column, name in (("reporter", "i"), ("partner", "j")):
        # A few hundred numbers stand in a million rows: each is looked up once.
        numbers = raw.select(_raw(name).unique().alias("number")).with_columns(
            place=comtrade.area(pl.col("number"), known),
            listed=pl.col("number").str.strip_chars_start("0").is_in([str(number) for number in known]),
        )
        found = numbers.filter(pl.col("listed") | pl.lit(not closed))
        places[column] = _raw(name).replace_strict(
            found["number"], found["place"], default=None, return_dtype=pl.String
        )
    made = {
        "period": pl.when(_raw("t").str.contains(r"^(19|20)[0-9]{2}$")).then(_raw("t")),
        "freq": pl.lit("A"),
        **places,
        "flow": pl.lit("X"),
        "edition": pl.lit(edition),
        "product": pl.when(product.str.contains(r"^[0-9]{6}$")).then(product),
        "level": pl.lit(6),
        "is_total": pl.lit(value=False),
        "value": amounts["value"],
        "net_kg": amounts["net_kg"],
        "currency": pl.lit("USD"),
        "valuation": pl.lit("FOB"),
        "notes": pl.when(amounts["rounded"]).then(pl.lit(NOTE_ROUNDED)),
        "line": pl.col("line"),
        "file": pl.lit(table.file.position),
    }
    frame = raw.with_columns(
        made.get(name, pl.lit(None)).cast(kind, strict=False).alias(name) for name, kind in CANONICAL.items()
    )
    repaired = int(raw.select(lost_zero.sum()).item())
    checks = [*table.rules, *_rules()]
    return Batch(
        table.file, frame, COLUMNS, checks, comtrade.KEY, comtrade.BOUNDS_OF_TRADE, repaired=repaired, log=log
    )


def _rules() -> list[Rule]:
    checks = [
        Rule("period", "period", pl.col("period").is_null(), pl.lit("YYYY")),
        Rule("reporter", "reporter", pl.col("reporter").is_null() | (pl.col("reporter") == WORLD)),
        # BACI has no totals: a row of the World among partners would count everything twice.
        Rule("partner", "partner", pl.col("partner").is_null() | (pl.col("partner") == WORLD)),
        Rule("product", "product", pl.col("product").is_null(), pl.lit("000000")),
        Rule("value", "missing", _raw("v").is_in(NOTHING)),
    ]
    for column, name in (("value", "v"), ("net_kg", "q")):
        cell = _raw(name)
        number = cell.str.contains(DECIMAL)
        checks.append(Rule(column, "number", ~cell.is_in(NOTHING) & ~number))
        most = str(comtrade.BOUNDS_OF_TRADE[column])
        unread = number & pl.col(column).is_null() & ~too_large(cell)
        checks.append(Rule(column, "absurd", unread, pl.lit(most)))
    return checks


SOURCE = Source(
    code="baci",
    name="CEPII BACI",
    dataset="baci",
    read=read,
    coverage=("reporter", "period"),
    monthly=False,
    one_period=False,
)
