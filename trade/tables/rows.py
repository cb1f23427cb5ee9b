"""The table of a block: headers, rows of cells, totals and what the marks in it mean."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext, ngettext, override

from portal.base import formats
from trade.charts.reading import MISSING, PROVISIONAL, SUPPRESSED, Reading, Row, Scale, in_order, scale_for

# Where a code has a page of its own.
PAGES = {"region": "region", "product": "product", "partner": "market", "reporter": "market"}
NO_PAGE = {"_U", "_X", "W", "TOTAL", ""}


@dataclass(frozen=True, slots=True)
class Cell:
    """`kind`: name, number, hidden (suppressed), missing. `share` draws a bar; `mark` is a letter beside it.

    `official` is the English text of a product without a short name of its own.
    """

    kind: str
    text: str = ""
    href: str = ""
    code: str = ""
    share: float | None = None
    mark: str = ""
    official: str = ""
    short: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    text: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    headers: list[Header]
    rows: list[list[Cell]]
    total: list[Cell] | None = None
    has_hidden: bool = False
    has_missing: bool = False
    has_provisional: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a result becomes a table. `total` is in thousandths, from the answer that holds the whole.

    `some` says that the whole is only the products that the dataset holds, not all goods.
    """

    caption: str = ""
    pivot: str = ""
    total: int | None = None
    hide: tuple[str, ...] = field(default=())
    some: bool = False


def table_make(reading: Reading, layout: Layout) -> Table:
    scale = scale_for(
        [row.values.get("value") for row in reading.rows], reading.currency, reading.language, table=True
    )
    with override(reading.language):
        if layout.pivot and layout.pivot in reading.dimensions:
            return pivoted(reading, layout, scale)
        return plain(reading, layout, scale)


def plain(reading: Reading, layout: Layout, scale: Scale) -> Table:
    """One line a row: its names, its measures, its share of the total where there is one."""
    dimensions = [name for name in reading.dimensions if name not in layout.hide]
    measures = [name for name in reading.measures if name not in layout.hide]
    headers = [Header(dimension_title(name)) for name in dimensions]
    headers += [Header(measure_title(name, scale.unit), number=True) for name in measures]
    if layout.total:
        share = gettext("Share of these products") if layout.some else gettext("Share")
        headers.append(Header(share, number=True))
    rows = []
    for row in reading.rows:
        cells = [name_cell(reading, row, name) for name in dimensions]
        cells += [measure_cell(reading, row, name, scale) for name in measures]
        if layout.total:
            cells.append(share_cell(row, layout.total, reading.language))
        rows.append(cells)
    return finish(
        reading, layout, headers, rows, total_row(reading, layout, dimensions, measures, scale), scale
    )


def pivoted(reading: Reading, layout: Layout, scale: Scale) -> Table:
    """One dimension's codes side by side, for example exports and imports of a year in one line."""
    across = sorted(reading.distinct(layout.pivot), key=in_order)
    down = [name for name in reading.dimensions if name != layout.pivot]
    names = {row.codes[layout.pivot]: row.names[layout.pivot] for row in reading.rows}
    headers = [Header(dimension_title(name)) for name in down]
    headers += [
        Header(gettext("%(measure)s (%(unit)s)") % {"measure": names[code], "unit": scale.unit}, number=True)
        for code in across
    ]
    lines: dict[tuple[str, ...], dict[str, Row]] = {}
    for row in reading.rows:
        lines.setdefault(tuple(row.codes[name] for name in down), {})[row.codes[layout.pivot]] = row
    rows = []
    for found in lines.values():
        first = next(iter(found.values()))
        cells = [name_cell(reading, first, name) for name in down]
        cells += [
            measure_cell(reading, found[code], "value", scale) if code in found else Cell("missing")
            for code in across
        ]
        rows.append(cells)
    return finish(reading, layout, headers, rows, None, scale)


def finish(  # noqa: PLR0917  the parts of one table
    reading: Reading,
    layout: Layout,
    headers: list[Header],
    rows: list[list[Cell]],
    total: list[Cell] | None,
    scale: Scale,
) -> Table:
    kinds = {cell.kind for row in rows for cell in row}
    return Table(
        caption=layout.caption,
        headers=headers,
        rows=rows,
        total=total,
        has_hidden="hidden" in kinds,
        has_missing="missing" in kinds,
        has_provisional=some_provisional(reading),
        unit=scale.unit,
    )


def name_cell(reading: Reading, row: Row, dimension: str) -> Cell:
    code, text = row.codes[dimension], row.names[dimension]
    if dimension == "period":
        return Cell(
            "name", formats.period(code, reading.language), mark=part_of_year(reading, code), short=True
        )
    page = PAGES.get(dimension, "")
    is_product = dimension == "product"
    linked = page and (code.isdigit() if is_product else code not in NO_PAGE and not code.startswith("_"))
    return Cell(
        "name",
        "" if is_product and text == code and linked else text,
        href=reverse(page, args=[code]) if linked else "",
        code=code if is_product and code.isdigit() else "",
        official=reading.official.get(code, "") if is_product else "",
    )


def part_of_year(reading: Reading, period: str) -> str:
    """ "7 of 12 months" where a year is not whole, else nothing."""
    if period not in reading.partial:
        return ""
    months, of = reading.partial[period]
    return ngettext("%(months)s of %(of)s month", "%(months)s of %(of)s months", of) % {
        "months": months,
        "of": of,
    }


def measure_cell(reading: Reading, row: Row, measure: str, scale: Scale) -> Cell:
    if row.status == SUPPRESSED:
        return Cell("hidden")
    value = row.values.get(measure)
    if row.status == MISSING or value is None:
        return Cell("missing")
    provisional = (
        "p" if row.status == PROVISIONAL and measure == "value" and some_provisional(reading) else ""
    )
    return Cell("number", MEASURES[measure](value, scale, reading.language), mark=provisional)


def some_provisional(reading: Reading) -> bool:
    """Whether figures must be marked one by one; where all are provisional the source line says so once."""
    statuses = {row.status for row in reading.rows if row.shown}
    return PROVISIONAL in statuses and len(statuses) > 1


def share_cell(row: Row, total: int, language: str) -> Cell:
    if not row.shown:
        return Cell("hidden" if row.status == SUPPRESSED else "missing")
    share = (row.values["value"] or 0) / total
    return Cell("number", formats.percent(share, language), share=round(100 * share, 1))


def total_row(
    reading: Reading, layout: Layout, dimensions: list[str], measures: list[str], scale: Scale
) -> list[Cell] | None:
    if not layout.total:
        return None
    whole = gettext("These products") if layout.some else gettext("Total")
    cells = [Cell("name", whole)] + [Cell("name") for _ in dimensions[1:]]
    for measure in measures:
        known = measure == "value"
        cells.append(Cell("number", scale.text(layout.total, reading.language)) if known else Cell("blank"))
    return [*cells, Cell("number", formats.percent(1, reading.language))]


MEASURES: dict[str, Callable[[int, Scale, str], str]] = {
    "value": lambda value, scale, language: scale.text(value, language),
    "net_kg": lambda value, scale, language: formats.number(value / 1_000_000, language, decimals=1),
    "quantity": lambda value, scale, language: formats.number(value / 1000, language),
    "unit_value": lambda value, scale, language: formats.number(value / 1000, language, decimals=2),
    "firms": lambda value, scale, language: formats.number(value, language),
}


def measure_title(name: str, unit: str) -> str:
    titles = {
        "value": gettext("Value (%(unit)s)") % {"unit": unit},
        "net_kg": gettext("Net weight (tonnes)"),
        "quantity": gettext("Quantity"),
        "unit_value": gettext("Value per kilogram"),
        "firms": gettext("Firms"),
    }
    return titles.get(name, name)


def dimension_title(name: str) -> str:
    titles = {
        "period": gettext("Period"),
        "flow": gettext("Flow"),
        "region": gettext("Region"),
        "product": gettext("Product"),
        "partner": gettext("Partner"),
        "reporter": gettext("Reporter"),
        "sector": gettext("Sector"),
        "mode": gettext("Transport"),
    }
    return titles.get(name, name)
