"""JSON as the public grammar fixes it, and CSV."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from portal.base.i18n import localized
from trade.cube.render.grid import ENGLISH, Field, fields, lines
from trade.cube.result import Result

# A cell that begins with one of these is read as a formula by spreadsheets.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
ADDRESS = "/api/v1/data/"


def meta(result: Result, language: str | None) -> dict[str, Any]:
    """What must stand beside the figures wherever they go. `unit` is per measure; a quantity's stands in its row."""
    words = language or ENGLISH
    return {
        "dataset": result.dataset.code,
        "release": result.release.number,
        "query": result.query.to_params(),
        "status": result.status(words),
        "unit": {column.name: column.unit or None for column in result.columns if column.kind == "measure"},
        "source": localized(result.dataset, "provider", words),
        "citation": result.citation(words),
        "licence": localized(result.dataset, "licence", words),
        "demonstration": result.demonstration,
        "periods": [
            {"period": target.period, "months": target.months, "of": target.of} for target in result.targets
        ],
        "notes": result.texts(words),
    }


def following(result: Result, address: str = ADDRESS, **more: str) -> str | None:
    """Where the next rows are; the release is named, so that a publication in between does not mix two."""
    if result.next_offset is None:
        return None
    query = result.pinned().with_changes(offset=result.next_offset)
    return f"{address}?{urlencode({**query.to_params(), **more})}"


def json_body(result: Result, language: str | None = None, *, address: str = ADDRESS) -> bytes:
    """`{"meta", "columns", "rows", "next"}`. Amounts are JSON numbers with their exact decimals.

    They are written by hand: the standard library knows no decimal that is not a binary float.
    """
    columns = [
        {"name": column.name, "kind": column.kind, "unit": column.unit or None} for column in result.columns
    ]
    more = {"lang": language} if language else {}
    form = fields(result, language)
    keys = [json.dumps(field.name) for field in form]
    rows = ",".join(
        "{"
        + ",".join(f"{key}:{_value(field, row, status)}" for key, field in zip(keys, form, strict=True))
        + "}"
        for row, status in lines(result)
    )
    head = json.dumps(meta(result, language), ensure_ascii=False)
    tail = json.dumps(following(result, address, **more), ensure_ascii=False)
    return f'{{"meta":{head},"columns":{json.dumps(columns)},"rows":[{rows}],"next":{tail}}}'.encode()


def _value(field: Field, row: tuple[Any, ...], status: str) -> str:
    text = field.text(row, status)
    if text is None:
        return "null"
    return text if field.kind == "measure" else json.dumps(text, ensure_ascii=False)


def csv_stream(result: Result, language: str | None = None) -> Iterator[bytes]:
    """UTF-8, a header line, then one line a row; `status` is the last column.

    There is no line of notes: a line that is not data breaks the programs that read it. The citation is in the answer's
    headers and in `json` and `xlsx`. Text that a spreadsheet would take for a formula gets a leading apostrophe.
    """
    form = fields(result, language)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([field.name for field in form])
    for number, (row, status) in enumerate(lines(result), 1):
        writer.writerow([_cell(field, row, status) for field in form])
        if number % 1000 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _cell(field: Field, row: tuple[Any, ...], status: str) -> str:
    text = field.text(row, status) or ""
    return f"'{text}" if field.kind != "measure" and text.startswith(FORMULA) else text
