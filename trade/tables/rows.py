"""The table of a block: one line a row, or one dimension's codes side by side."""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext, ngettext, override

from portal.base import formats
from trade.charts.reading import MISSING, PROVISIONAL, SUPPRESSED, Reading, Row, Scale, in_order, scale_for
from trade.tables.cells import Cell, Column, Frame, Header, Table, assemble
from trade.tables.order import Asked, Key, Order, by_amount, by_name
from trade.tables.titles import MEASURES, dimension_title, measure_title

__all__ = ["Cell", "Header", "Layout", "Table", "table_make"]

# Where a code has a page of its own.
PAGES = {"region": "region", "product": "product", "partner": "market", "reporter": "market"}
NO_PAGE = {"_U", "_X", "W", "TOTAL", ""}
# A pivoted table's line: the row of each code across.
Line = dict[str, Row]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a result becomes a table. `total` is in thousandths, from the answer that holds the whole.

    `some` says that the whole is only the products that the dataset holds, not all goods. `show` rows at first, 0 all.
    """

    caption: str = ""
    pivot: str = ""
    total: int | None = None
    hide: tuple[str, ...] = field(default=())
    some: bool = False
    show: int = 0


def table_make(reading: Reading, layout: Layout, *, anchor: str = "", asked: Asked | None = None) -> Table:
    scale = scale_for(
        [row.values.get("value") for row in reading.rows], reading.currency, reading.language, table=True
    )
    frame = Frame(
        caption=layout.caption,
        anchor=anchor,
        asked=asked or Asked(sortable=False),
        natural=natural(reading),
        show=layout.show,
    )
    with override(reading.language):
        make = pivoted if layout.pivot and layout.pivot in reading.dimensions else plain
        return make(reading, layout, scale, frame)


def natural(reading: Reading) -> Order | None:
    """The order that the answer comes in."""
    order = reading.result.query.order
    return Order(order.removeprefix("-"), order.startswith("-")) if order else None


def plain(reading: Reading, layout: Layout, scale: Scale, frame: Frame) -> Table:
    """One line a row: its names, its measures, its share of the total where there is one."""
    dimensions = [name for name in reading.dimensions if name not in layout.hide]
    measures = [name for name in reading.measures if name not in layout.hide]
    columns = [name_column(reading, name) for name in dimensions]
    columns += [measure_column(reading, name, scale) for name in measures]
    if layout.total:
        columns.append(share_column(reading, layout, layout.total))
    return assemble(
        reading.rows,
        columns,
        frame,
        total=total_row(reading, layout, dimensions, measures, scale),
        provisional=some_provisional(reading),
        unit=scale.unit,
    )


def name_column(reading: Reading, dimension: str) -> Column[Row]:
    return Column(
        dimension,
        dimension_title(dimension),
        key=lambda row: name_key(row, dimension),
        cell=lambda row: name_cell(reading, row, dimension),
    )


def measure_column(reading: Reading, measure: str, scale: Scale) -> Column[Row]:
    return Column(
        measure,
        measure_title(measure, scale.unit),
        key=lambda row: amount_key(row, measure),
        cell=lambda row: measure_cell(reading, row, measure, scale),
        number=True,
    )


def share_column(reading: Reading, layout: Layout, total: int) -> Column[Row]:
    return Column(
        "share",
        gettext("Share of these products") if layout.some else gettext("Share"),
        key=lambda row: amount_key(row, "value"),
        cell=lambda row: share_cell(row, total, reading.language),
        number=True,
    )


def pivoted(reading: Reading, layout: Layout, scale: Scale, frame: Frame) -> Table:
    """One dimension's codes side by side, for example exports and imports of a year in one line."""
    across = sorted(reading.distinct(layout.pivot), key=in_order if layout.pivot == "flow" else None)
    down = [name for name in reading.dimensions if name != layout.pivot and name not in layout.hide]
    names = {row.codes[layout.pivot]: row.names[layout.pivot] for row in reading.rows}
    lines: dict[tuple[str, ...], Line] = {}
    for row in reading.rows:
        lines.setdefault(tuple(row.codes[name] for name in down), {})[row.codes[layout.pivot]] = row
    columns = [across_names(reading, name) for name in down]
    columns += [across_amounts(reading, code, names[code], scale) for code in across]
    return assemble(
        list(lines.values()), columns, frame, provisional=some_provisional(reading), unit=scale.unit
    )


def across_names(reading: Reading, dimension: str) -> Column[Line]:
    return Column(
        dimension,
        dimension_title(dimension),
        key=lambda line: name_key(next(iter(line.values())), dimension),
        cell=lambda line: name_cell(reading, next(iter(line.values())), dimension),
    )


def across_amounts(reading: Reading, code: str, name: str, scale: Scale) -> Column[Line]:
    return Column(
        code,
        gettext("%(measure)s (%(unit)s)") % {"measure": name, "unit": scale.unit},
        key=lambda line: amount_key(line[code], "value") if code in line else by_amount(None),
        cell=lambda line: (
            measure_cell(reading, line[code], "value", scale) if code in line else Cell("missing")
        ),
        number=True,
    )


def name_key(row: Row, dimension: str) -> Key:
    """As it is read: a period by its code, a product by the digits that stand before its name."""
    code = row.codes[dimension]
    if dimension == "period":
        return by_name(code)
    return by_name(
        f"{code} {row.names[dimension]}"
        if dimension == "product" and code.isdigit()
        else row.names[dimension]
    )


def amount_key(row: Row, measure: str) -> Key:
    if row.status == SUPPRESSED:
        return by_amount(None, hidden=True)
    return by_amount(None if row.status == MISSING else row.values.get(measure))


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
