"""UN Comtrade's v1 JSON: an envelope with the list `data`, an object a row.

Numbers are taken as the text that the file has, never through floating point. The line of a record is the one on
which it begins, which is not its number where the file is not one record a line.
"""

import bisect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl

from trade.sources import comtrade
from trade.sources.base import LONGEST_CELL, RAW, Batch, Rule, SourceFile
from trade.sources.prepare import prepared
from trade.sources.reasons import Refusal

COLUMNS = {
    "period": "period", "flow": "flowCode", "reporter": "reporterCode", "partner": "partnerCode",
    "edition": "classificationCode", "product": "cmdCode", "level": "aggrLevel", "unit": "qtyUnitCode",
    "quantity": "qty", "net_kg": "netWgt", "value": "primaryValue",
}  # fmt: skip
# What breaks a row down further, and the code by which a row says that it does not.
TOTALS = {"partner2Code": ("0",), "customsCode": ("C00",), "mosCode": ("0",), "motCode": ("0",)}
FIELDS = (*COLUMNS.values(), *TOTALS, "freqCode", "typeCode", "cifvalue", "fobvalue")
REQUIRED = (
    "period",
    "flowCode",
    "reporterCode",
    "partnerCode",
    "classificationCode",
    "cmdCode",
    "primaryValue",
)
SPACE = " \t\r\n"


def _number(text: str) -> str:
    """The number's own digits; an exponent is written out."""
    if "e" not in text and "E" not in text:
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return format(number, "f") if abs(number.adjusted()) < 30 else text


class _Repeated(dict[str, Any]):
    """An object that names a field twice: which of its values is meant cannot be told."""

    field: str


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return fields
    repeated = _Repeated(fields)
    names = [name for name, _value in pairs]
    repeated.field = next(name for name in names if names.count(name) > 1)
    return repeated


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_int=str, parse_constant=str)


def read(files: Sequence[SourceFile], options: Mapping[str, str]) -> Iterator[Batch]:
    """One batch a file. Raises Refusal for a file that is not such an answer."""
    for plain in (plain for file in files for plain in prepared(file, source="comtrade-json", wanted="JSON")):
        file = plain.file
        raw = _table(file, file.path.read_text(encoding="utf-8-sig"))
        cif, fob, value = (pl.col(RAW + name) for name in ("cifvalue", "fobvalue", "primaryValue"))
        valuation = pl.when(value == cif).then(pl.lit("CIF")).when(value == fob).then(pl.lit("FOB"))
        frame = comtrade.canonical(raw, file, COLUMNS, freq=pl.col(RAW + "freqCode"), valuation=valuation)
        yield Batch(
            file, frame, COLUMNS, [*_rules(), *comtrade.rules(COLUMNS)], comtrade.KEY, comtrade.BOUNDS,
            log=plain.log,
        )  # fmt: skip


def records_count(file: SourceFile) -> int:
    """How many records a whole answer has. Raises Refusal for what is none, or cut off."""
    text = file.path.read_text(encoding="utf-8-sig", errors="replace")
    if not text.strip(SPACE):
        raise Refusal("empty", file=file.name)
    if text.lstrip(SPACE)[:1] not in ("{", "["):
        raise Refusal("not_format", file=file.name, source="comtrade-json", wanted='{"data": […]}')
    return sum(
        1 for _record in _records(file, text, [newline.start() for newline in re.finditer("\n", text)])
    )


def _table(file: SourceFile, text: str) -> pl.DataFrame:
    if text.lstrip(SPACE)[:1] not in ("{", "["):
        raise Refusal("not_format", file=file.name, source="comtrade-json", wanted='{"data": […]}')
    cells: dict[str, list[str | None]] = {name: [] for name in FIELDS}
    lines: list[int] = []
    whole: list[bool] = []
    repeated: list[str | None] = []
    ends = [newline.start() for newline in re.finditer("\n", text)]
    for start, record in _records(file, text, ends):
        whole.append(isinstance(record, dict))
        repeated.append(_cell(record.field) if isinstance(record, _Repeated) else None)
        lines.append(bisect.bisect_left(ends, start) + 1)
        fields = record if isinstance(record, dict) else {}
        for name in FIELDS:
            cells[name].append(_cell(fields.get(name)))
    if not lines:
        raise Refusal("no_rows", file=file.name)
    _check_fields(file, cells)
    frame = pl.DataFrame({RAW + name: values for name, values in cells.items()}, schema_overrides=_TEXT)
    frame = frame.with_columns(
        pl.all().str.strip_chars(),
        line=pl.Series(lines, dtype=pl.Int64),
        whole=pl.Series(whole),
        repeated=pl.Series(repeated, dtype=pl.String),
    )
    # An absent level follows from the code, an absent frequency from the period: older exports leave them out.
    code, period = pl.col(RAW + "cmdCode"), pl.col(RAW + "period").fill_null("")
    level = pl.when(code == "TOTAL").then(pl.lit("0")).otherwise(code.str.len_chars().cast(pl.String))
    freq = pl.when(period.str.len_chars() == 6).then(pl.lit("M")).otherwise(pl.lit("A"))
    return frame.with_columns(
        pl.col(RAW + "aggrLevel").fill_null(level), pl.col(RAW + "freqCode").fill_null(freq)
    )


_TEXT = {RAW + name: pl.String for name in FIELDS}


def _cell(value: Any) -> str | None:
    if isinstance(value, str):
        # Half of a surrogate pair can be written in JSON and is no character of any text.
        return value if value.isascii() else value.encode(errors="replace").decode()
    return None if value is None else json.dumps(value)


def _check_fields(file: SourceFile, cells: Mapping[str, list[str | None]]) -> None:
    """A field that no record has is a missing column."""
    for name in REQUIRED:
        if all(value is None for value in cells[name]):
            raise Refusal("column_missing", file=file.name, column=name)


def _records(file: SourceFile, text: str, ends: Sequence[int]) -> Iterator[tuple[int, Any]]:
    """Each record of `data` with the place where it begins."""
    at = _data_start(file, text, ends)
    count = 0
    while True:
        at = _skip(text, at)
        if text[at : at + 1] == "]":
            break
        start = at
        record, at = _value(file, text, at, ends, count)
        count += 1
        yield start, record
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at += 1
        elif text[at : at + 1] != "]":
            raise _broken(file, text, ends, at, count)
    _check_tail(file, text, at + 1, ends, count)


def _value(file: SourceFile, text: str, at: int, ends: Sequence[int], records: int) -> tuple[Any, int]:
    """The value at a place, and the place behind it. Raises Refusal where there is none."""
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _broken(file, text, ends, error.pos, records) from error
    except RecursionError as error:
        line = bisect.bisect_left(ends, at) + 1
        raise Refusal("json_deep", file=file.name, line=line) from error


def _check_tail(file: SourceFile, text: str, at: int, ends: Sequence[int], records: int) -> None:
    """Behind the list come the envelope's other fields and its end, nothing else: no second list, no second answer."""
    if text.lstrip(SPACE).startswith("{"):
        at = _skip(text, at)
        while text[at : at + 1] == ",":
            start = _skip(text, at + 1)
            name, at = _value(file, text, start, ends, records)
            at = _skip(text, at)
            if text[at : at + 1] != ":" or name == "data":
                raise _broken(file, text, ends, start, records)
            _ignored, at = _value(file, text, _skip(text, at + 1), ends, records)
            at = _skip(text, at)
        if text[at : at + 1] != "}":
            raise _broken(file, text, ends, at, records)
        at += 1
    at = _skip(text, at)
    if at < len(text):
        raise Refusal("json_more", file=file.name, line=bisect.bisect_left(ends, at) + 1)


def _data_start(file: SourceFile, text: str, ends: Sequence[int]) -> int:
    """The place behind the bracket that opens the list; a bare list is taken too."""
    at = _skip(text, 0)
    if text[at] == "[":
        return at + 1
    at = _skip(text, at + 1)
    error = ""
    while text[at : at + 1] == '"':
        name, at = _value(file, text, at, ends, 0)
        at = _skip(text, at)
        at = _skip(text, at + 1)
        if name == "data" and text[at : at + 1] == "[":
            return at + 1
        value, at = _value(file, text, at, ends, 0)
        if name in ("error", "message") and value:
            error = str(value)[:200]
        at = _skip(text, at)
        at = _skip(text, at + 1) if text[at : at + 1] == "," else at
    if text[at : at + 1] != "}":
        raise _broken(file, text, ends, at, 0)
    if error:
        raise Refusal("json_error", file=file.name, error=error)
    raise Refusal("json_no_data", file=file.name)


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in SPACE:
        at += 1
    return at


def _broken(file: SourceFile, text: str, ends: Sequence[int], at: int, records: int) -> Refusal:
    """Cut off where the file ends before its brackets close, else broken at a place."""
    line = bisect.bisect_left(ends, at) + 1
    before = ends[line - 2] + 1 if line > 1 else 0
    if not text[at:].strip(SPACE) or not text.rstrip(SPACE).endswith(("}", "]")):
        return Refusal("json_cut_off", file=file.name, records=records, line=len(ends) + 1)
    return Refusal("json_broken", file=file.name, line=line, column=at - before + 1)


def _rules() -> list[Rule]:
    rules = [
        Rule(RAW + "data", "record", ~pl.col("whole")),
        Rule(RAW + "data", "field_twice", pl.col("repeated").is_not_null(), pl.col("repeated")),
        Rule(RAW + "freqCode", "freq", ~pl.col(RAW + "freqCode").is_in(["A", "M"])),
        Rule(RAW + "typeCode", "freq", pl.col(RAW + "typeCode").fill_null("C") != "C"),
    ]
    for name, totals in TOTALS.items():
        cell = pl.col(RAW + name)
        rules.append(Rule(RAW + name, "breakdown", ~cell.fill_null(totals[0]).is_in(totals), pl.lit(name)))
    for name in FIELDS:
        length = pl.col(RAW + name).str.len_chars()
        rules.append(Rule(RAW + name, "too_long", length > LONGEST_CELL, length.cast(pl.String)))
    return rules


SOURCE = comtrade.source("comtrade-json", "UN Comtrade, v1 JSON", read)
