"""The national customs extract, format 1 (DESIGN section 9): one month a file, a row a firm, product and partner."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from reference.selectors import edition_at
from trade.canonical import (
    CANONICAL,
    FLOWS,
    MODES,
    NOTE_DIGITS,
    NOTE_ICE_CHECK,
    NOTE_ROUNDED,
    NOTE_ZERO,
    STATUSES,
    WORLD,
)
from trade.sources import quick
from trade.sources.base import LONGEST_CELL, RAW, Batch, Rule, Source, SourceFile
from trade.sources.numbers import rounded, thousandths, too_large
from trade.sources.prepare import Plain, prepared
from trade.sources.text import Layout, read_tables
from trade.sources.zeros import zero_lost

HEADER = (
    "period", "flow", "regime", "ice", "region", "product", "partner", "office", "mode",
    "value_mad", "net_kg", "quantity", "unit", "status",
)  # fmt: skip
# Canonical column → the file's.
COLUMNS = {
    **{name: name for name in HEADER if name in CANONICAL},
    "company": "ice",
    "customs_office": "office",
    "value": "value_mad",
}
NUMBERS = {"value": "value_mad", "net_kg": "net_kg", "quantity": "quantity"}
KEY = ("period", "flow", "regime", "company", "region", "product", "partner", "customs_office", "mode")
# The most that one firm's row of one month can hold: the country's own exports are 40 billion dirhams a month.
BOUNDS = {"value": 10**11, "net_kg": 10**11, "quantity": 10**12}
LEVEL = 10
MONTH = r"^(19|20)[0-9][0-9]-(0[1-9]|1[0-2])$"


def _raw(name: str) -> pl.Expr:
    return pl.col(RAW + name)


def _or_null(name: str) -> pl.Expr:
    return pl.when(_raw(name) != "").then(_raw(name))


def read(files: Sequence[SourceFile], options: Mapping[str, str]) -> Iterator[Batch]:
    """A batch a file, or several of a large one. Raises Refusal for a file that is not such an extract."""
    for file in files:
        for plain in prepared(file, source="customs", wanted="CSV"):
            found = quick.simple(plain.file.path, HEADER)
            yield from _careful(plain) if found is None else _quick(plain, found)


def _quick(plain: Plain, found: quick.Simple) -> Iterator[Batch]:
    month = _month(found.frames()) if len(found.blocks) > 1 else None
    log = plain.log
    for raw in found.frames():
        yield _batch(plain.file, raw, _length_rules(raw), log, month=month)
        log = []


def _careful(plain: Plain) -> Iterator[Batch]:
    layout = Layout("customs", numbers=tuple(NUMBERS.values()))
    tables = read_tables(plain.file, HEADER, layout)
    first, more = next(tables), next(tables, None)
    month = None
    if more is not None:
        month = _month(table.frame for table in read_tables(plain.file, HEADER, layout))
    log = plain.log
    for table in (first, *([more] if more is not None else []), *tables):
        yield _batch(table.file, table.frame, table.rules, [*log, *table.log], month=month)
        log = []


def _month(frames: Iterable[pl.DataFrame]) -> str | None:
    """The month of most rows of a file that is read in several batches."""
    counts: Counter[str] = Counter()
    for frame in frames:
        counts.update(dict(frame.group_by(RAW + "period").len().iter_rows()))
    months = sorted(month for month in counts if month and re.fullmatch(MONTH, month))
    return max(months, key=lambda month: counts[month], default=None)


def _batch(
    file: SourceFile,
    raw: pl.DataFrame,
    rules: Iterable[Rule],
    log: Sequence[tuple[str, dict[str, str]]],
    *,
    month: str | None,
) -> Batch:
    amounts = quick.thousandths(raw, NUMBERS)
    frame, zeros = _canonical(raw, file, amounts)
    repaired, told = zeros, list(log)
    if zeros.any():
        told.append(("zeros_restored", {"file": file.name}))
    if "repaired" in raw.columns and raw["repaired"].any():
        repaired = zeros | raw["repaired"]
        told.append(("digits_read", {"file": file.name}))
    # A plain amount is read, and short.
    checks = [*rules, *_rules(), *([] if amounts else _number_rules())]
    return Batch(
        file, frame, COLUMNS, checks, KEY, BOUNDS,
        repaired=int(repaired.sum()), plain=amounts is not None, month=month, log=told,
    )  # fmt: skip


def _length_rules(raw: pl.DataFrame) -> Iterator[Rule]:
    for name in raw.columns:
        if not name.startswith(RAW):
            continue
        length = pl.col(name).str.len_bytes()
        yield Rule(name, "too_long", length > LONGEST_CELL, length.cast(pl.String))


def _canonical(
    raw: pl.DataFrame, file: SourceFile, amounts: Mapping[str, pl.Expr] | None
) -> tuple[pl.DataFrame, pl.Series]:
    """The frame with the canonical columns, and where a product code got its zero back."""
    periods = raw[RAW + "period"].unique().to_list()
    editions = {month: edition_at(month) for month in periods if month and re.fullmatch(MONTH, month)}
    edition = _raw("period").replace_strict(editions, default=None, return_dtype=pl.String)
    product = _raw("product").str.replace_all(".", "", literal=True)
    codes = raw.select(product=product, edition=edition)
    zeros = zero_lost(codes["product"], codes["edition"], [LEVEL])
    flow = pl.when(_raw("flow").is_in(FLOWS)).then(_raw("flow"))
    notes = [
        pl.when(_raw("ice").str.ends_with("00") & (_raw("ice").str.len_chars() == 15)).then(
            pl.lit(NOTE_ICE_CHECK)
        ),
        *([pl.when(pl.lit(zeros)).then(pl.lit(NOTE_ZERO))] if zeros.any() else []),
        *([pl.when("repaired").then(pl.lit(NOTE_DIGITS))] if "repaired" in raw.columns else []),
    ]
    if amounts is None:
        inexact = pl.any_horizontal([rounded(_raw(name)) for name in NUMBERS.values()])
        notes.insert(0, pl.when(inexact).then(pl.lit(NOTE_ROUNDED)))
        amounts = {column: thousandths(_raw(name)) for column, name in NUMBERS.items()}
    made = {
        "period": pl.when(_raw("period").is_in(list(editions))).then(_raw("period")),
        "freq": pl.lit("M"),
        "reporter": pl.lit("MA"),
        "flow": flow,
        "region": pl.when(_raw("region") == "").then(pl.lit("_U")).otherwise(_raw("region")),
        "region_basis": pl.lit(None),
        "edition": edition,
        "product": pl.when(pl.lit(zeros)).then("0" + product).otherwise(product) if zeros.any() else product,
        "level": pl.lit(LEVEL),
        "partner": _raw("partner"),
        "is_total": _raw("partner") == WORLD,
        "company": _or_null("ice"),
        "customs_office": _or_null("office"),
        "mode": _or_null("mode"),
        "regime": _or_null("regime"),
        **amounts,
        "currency": pl.lit("MAD"),
        "valuation": pl.when(flow.is_in(["X", "RX"])).then(pl.lit("FOB")).otherwise(pl.lit("CIF")),
        "unit": _or_null("unit"),
        "status": _or_null("status"),
        "notes": pl.concat_str(notes, separator=" ", ignore_nulls=True),
        "line": pl.col("line"),
        "file": pl.lit(file.position),
    }
    frame = raw.with_columns(
        [pl.coalesce(made[name]).cast(kind, strict=False).alias(name) for name, kind in CANONICAL.items()]
    )
    return frame, zeros


def _known(values: Sequence[str]) -> pl.Expr:
    return pl.lit(", ".join(values))


def _number_rules() -> Iterator[Rule]:
    for column, name in NUMBERS.items():
        unread = (_raw(name) != "") & pl.col(column).is_null()
        yield Rule(column, "number", unread & ~too_large(_raw(name)))


def _rules() -> list[Rule]:
    ice, product = _raw("ice"), pl.col("product")
    number = ice.str.contains(r"^[0-9]{15}$")
    codes = r"^[A-Za-z0-9_-]{0,12}$"
    return [
        Rule("period", "period", pl.col("period").is_null(), pl.lit("YYYY-MM")),
        Rule("flow", "flow", pl.col("flow").is_null(), _known(FLOWS)),
        Rule("regime", "regime", ~_raw("regime").str.contains(r"^[A-Za-z0-9]{0,4}$")),
        Rule("company", "ice", (ice != "") & ~number),
        # 15 digits fit into 64 bits, so the whole column is checked at once; stdnum.ma.ice checks the same.
        Rule("company", "ice_check", number & (ice.cast(pl.Int64, strict=False) % 97 != 0)),
        Rule("company", "ice_required", (ice == "") & pl.col("flow").is_in(["X", "RX"])),
        Rule("product", "product", ~product.str.contains(r"^[0-9]{10}$"), pl.lit("0000.00.00.00")),
        # A row of the extract has one country; the World is for sums.
        Rule("partner", "partner", pl.col("partner") == WORLD),
        Rule("customs_office", "office", ~_raw("office").str.contains(codes)),
        Rule("mode", "mode", ~_raw("mode").is_in(MODES), _known(MODES)),
        Rule("status", "status", ~_raw("status").is_in(STATUSES), _known(STATUSES)),
        Rule("value", "missing", _raw("value_mad") == ""),
    ]


SOURCE = Source(
    code="customs",
    name="customs extract",
    dataset="ma-customs",
    read=read,
    coverage=("flow", "period"),
    monthly=True,
    one_period=True,
)
