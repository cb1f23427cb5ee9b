"""A workbook of two sheets: `data`, the table as numbers; `notes`, what must be said beside it."""

import io
from pathlib import Path

import xlsxwriter
from django.conf import settings
from django.utils.translation import gettext, override

from portal.base import i18n
from trade.cube.render.grid import ENGLISH, fields, lines
from trade.cube.render.plain import meta
from trade.cube.result import STATUSES, Result

WIDTH = 16
WIDE = 40


def xlsx_bytes(result: Result, language: str | None = None) -> bytes:
    """Text is written as text, so nothing becomes a formula. Rows go to a temporary file as they are written."""
    form = fields(result, language)
    scratch = Path(settings.QAFILA_HOME) / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    target = io.BytesIO()
    options = {"constant_memory": True, "tmpdir": str(scratch), "strings_to_formulas": False}
    with xlsxwriter.Workbook(target, {**options, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("data")
        if i18n.direction(language or ENGLISH) == "rtl":
            sheet.right_to_left()
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(form) - 1, WIDTH)
        for place, field in enumerate(form):
            sheet.write_string(0, place, field.name, bold)
        for number, (row, status) in enumerate(lines(result), 1):
            for place, field in enumerate(form):
                if field.kind == "measure":
                    amount = field.number(row)
                    if amount is not None:
                        sheet.write_number(number, place, float(amount))
                else:
                    sheet.write_string(number, place, field.text(row, status) or "")
        _notes(book, result, language or ENGLISH)
    return target.getvalue()


def _notes(book: xlsxwriter.Workbook, result: Result, language: str) -> None:
    sheet = book.add_worksheet("notes")
    if i18n.direction(language) == "rtl":
        sheet.right_to_left()
    sheet.set_column(0, 0, WIDTH)
    sheet.set_column(1, 1, WIDE * 2)
    about = meta(result, language)
    with override(language):
        rows = [
            (gettext("Citation"), about["citation"]),
            (gettext("Source"), about["source"]),
            (gettext("Licence"), about["licence"]),
            (gettext("State of the figures"), about["status"]),
            *(
                (gettext("Unit of %(measure)s") % {"measure": name}, unit)
                for name, unit in about["unit"].items()
                if unit
            ),
            *((gettext("Note"), note) for note in about["notes"]),
            *(
                (gettext("Status %(code)s") % {"code": code}, str(text))
                for code, text in STATUSES.items()
                if code
            ),
        ]
        if result.demonstration:
            rows.insert(0, (gettext("Demonstration data"), gettext("These are not real figures.")))
    for number, (name, text) in enumerate(rows):
        sheet.write_string(number, 0, name)
        sheet.write_string(number, 1, text)
