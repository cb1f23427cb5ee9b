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
from trade.sources import coded, quick
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
LEVEL, ICE_DIGITS = 10, 15
# From the first edition of the Harmonized System on: an earlier month has none that its codes could be of.
MONTH = r"^(199[2-9]|20[0-9][0-9])-(0[1-9]|1[0-2])$"


def _raw(name: str) -> pl.Expr:
    return pl.col(RAW + name)


def read(files: Sequence[SourceFile], options: Mapping[str, str]) -> Iterator[Batch]:
    """A batch a file, or several of a large one. Raises Refusal for a file that is not such an extract."""
    for file in files:
        for plain in prepared(file, source="customs", wanted="CSV"):
            found = quick.simple(plain.file.path, HEADER, tuple(NUMBERS.values()))
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
    checks = [*rules, *_rules(plain=amounts is not None)]
    if amounts is None:
        checks += _number_rules()
    else:  # a plain amount is read, and short
        plain = {RAW + name for name in NUMBERS.values()}
        checks = [rule for rule in checks if rule.column not in plain]
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
    codes = raw.select(**_codes(raw))
    zeros = _zeros(codes["product"], codes["edition"])
    if zeros.any():
        product = pl.col("product").cast(pl.String)
        codes = codes.with_columns(product=pl.when(pl.lit(zeros)).then("0" + product).otherwise(product))
    notes = _notes(raw, zeros, exact=amounts is not None)
    if amounts is None:
        amounts = {column: thousandths(_raw(name)) for column, name in NUMBERS.items()}
    made = {
        "freq": coded.constant("M"),
        "reporter": coded.constant("MA"),
        "region_basis": pl.lit(None, pl.String),
        "level": pl.lit(LEVEL),
        "is_total": _raw("partner") == WORLD,
        **amounts,
        "currency": coded.constant("MAD"),
        "notes": notes,
        "line": pl.col("line"),
        "file": pl.lit(file.position),
    }
    columns = {
        name: made[name] if kind == pl.String else made[name].cast(kind, strict=False)
        for name, kind in CANONICAL.items()
        if name in made
    }
    frame = raw.with_columns(*codes, **columns)
    return frame.select(*raw.columns, *(name for name in CANONICAL if name not in raw.columns)), zeros


def _codes(raw: pl.DataFrame) -> dict[str, pl.Expr]:
    """The canonical columns of codes; null where a code is empty or none of the format's."""
    months = coded.listed(raw[RAW + "period"]).to_list()
    editions = {month: edition_at(month) for month in months if month and re.fullmatch(MONTH, month)}
    made: dict[str, tuple[str, coded.Made]] = {
        "period": ("period", lambda month: month if month in editions else None),
        "flow": ("flow", lambda code: code if code in FLOWS else None),
        "region": ("region", lambda code: code or "_U"),
        "edition": ("period", editions.get),
        "product": ("product", lambda code: code.replace(".", "")),
        "partner": ("partner", lambda code: code),
        "valuation": ("flow", lambda code: "FOB" if code in ("X", "RX") else "CIF"),
    }
    optional = ("company", "customs_office", "mode", "regime", "unit", "status")
    return {
        **{column: coded.filled(raw[RAW + COLUMNS[column]]) for column in optional},
        **coded.each(raw, {column: (RAW + name, of_code) for column, (name, of_code) in made.items()}),
    }


def _zeros(product: pl.Series, edition: pl.Series) -> pl.Series:
    """Where a product code has certainly lost its leading zero."""
    lengths = coded.listed(product).str.len_bytes()
    if not lengths.is_in([LEVEL - 1]).any():
        return pl.repeat(False, len(product), eager=True)
    return zero_lost(product.cast(pl.String), edition.cast(pl.String), [LEVEL])


def _notes(raw: pl.DataFrame, zeros: pl.Series, *, exact: bool) -> pl.Expr:
    inexact = pl.any_horizontal([rounded(_raw(name)) for name in NUMBERS.values()])
    unsure = coded.asked(
        raw[RAW + "ice"], lambda ice: ice.str.ends_with("00") & (ice.str.len_bytes() == ICE_DIGITS)
    )
    notes = [
        *([] if exact else [pl.when(inexact).then(pl.lit(NOTE_ROUNDED))]),
        *([pl.when(pl.lit(unsure)).then(pl.lit(NOTE_ICE_CHECK))] if unsure.any() else []),
        *([pl.when(pl.lit(zeros)).then(pl.lit(NOTE_ZERO))] if zeros.any() else []),
        *([pl.when("repaired").then(pl.lit(NOTE_DIGITS))] if "repaired" in raw.columns else []),
    ]
    if len(notes) < 2:
        return notes[0] if notes else pl.lit(None, pl.String)
    words = pl.concat_str(notes, separator=" ", ignore_nulls=True)
    return pl.when(words != "").then(words)


def _known(values: Sequence[str]) -> pl.Expr:
    return pl.lit(", ".join(values))


def _number_rules() -> Iterator[Rule]:
    for column, name in NUMBERS.items():
        unread = (_raw(name) != "") & pl.col(column).is_null()
        yield Rule(column, "number", unread & ~too_large(_raw(name)))


def _rules(*, plain: bool) -> list[Rule]:
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
        Rule("value", "missing", pl.col("value").is_null() if plain else _raw("value_mad") == ""),
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
