"""Two dimensions as a table of colours: each cell with its number; hidden and missing cells told apart."""

import math

from trade.charts import layout
from trade.charts.frame import EDGE, WIDTH, Frame, Spec, boxes, head_lines, head_room, texts, turn
from trade.charts.kinds.base import Plan, Sheet, by_size
from trade.charts.palette import HIDDEN, PAPER, SOFT, STEPS, ink_on
from trade.charts.reading import SUPPRESSED, Row, in_order

DOWN, CELL, TITLE = 14, 30, 34
SIZE = 11
NAMES = 112
# A column is as wide as its longest number, and no narrower.
NARROWEST = 38


def plan(sheet: Sheet) -> Plan:
    across, down = dimensions(sheet)
    columns = codes_of(sheet, across, 99)
    rows = codes_of(sheet, down, DOWN)
    every_row = len(codes_of(sheet, down, 10**6))
    found = {(row.codes[down], row.codes[across]): row for row in sheet.reading.rows}
    widest = max((layout.text_width(sheet.short(row.values["value"]), SIZE) for row in sheet.rows), default=0)
    fit = max(1, int((WIDTH - NAMES - EDGE) // max(NARROWEST, widest + 8)))
    every_column = len(columns)
    columns = columns[-fit:] if across == "period" else columns[:fit]
    notes = [
        *(sheet.partials() if across == "period" else []),
        *sheet.largest(len(rows), every_row),
        *(sheet.largest(len(columns), every_column) if across != "period" else []),
    ]
    lines = head_lines([sheet.scale.unit, *notes])
    frame = Frame(TITLE + CELL * len(rows), sheet.rtl, top=head_room(lines), start=NAMES, end=EDGE)
    width = frame.inner / max(len(columns), 1)
    top = max((row.values["value"] or 0 for row in sheet.rows), default=0)
    cells: list[Spec] = []
    figures: list[Spec] = []
    for line, code in enumerate(rows):
        for place, other in enumerate(columns):
            cell, figure = square(
                sheet, frame, found.get((code, other)), top=top, x=place * width, width=width, line=line
            )
            cells.append(cell)
            figures.append(figure)
    layers = [
        frame.words(lines),
        boxes(cells),
        texts(figures, align="center", size=SIZE),
        texts(titles(sheet, frame, columns, across, width), align="center", size=SIZE, colour=SOFT),
        texts(names(sheet, frame, rows, down), align=frame.near(), size=SIZE),
    ]
    return Plan(frame.spec(layers), frame.size, sheet.marks, [*notes, *sheet.left_out()])


def dimensions(sheet: Sheet) -> tuple[str, str]:
    """What runs across and what runs down: periods and flows across, where they are."""
    telling = sheet.varying()
    pair = [*telling, *[name for name in sheet.reading.dimensions if name not in telling]][:2]
    across = next((name for name in ("period", "flow") if name in pair), pair[1])
    return across, next(name for name in pair if name != across)


def codes_of(sheet: Sheet, dimension: str, most: int) -> list[str]:
    if dimension == "period":
        return sorted(sheet.reading.distinct("period"))[-most:]
    if dimension == "flow":
        return sorted(sheet.reading.distinct("flow"), key=in_order)
    shown = by_size(sheet.rows, dimension)
    hidden = [code for code in sheet.reading.distinct(dimension) if code not in shown]
    return [*shown, *hidden][:most]


def step(value: int, top: int) -> int:
    """The colour of an amount: by square root, so that small amounts differ too."""
    return 0 if top <= 0 else min(len(STEPS) - 1, int(math.sqrt(value / top) * len(STEPS)))


def square(
    sheet: Sheet, frame: Frame, row: Row | None, *, top: int, x: float, width: float, line: int
) -> tuple[Spec, Spec]:
    y = TITLE + CELL * line
    box: Spec = {
        "x": frame.at(x),
        "x2": frame.at(x + width),
        "y": y,
        "y2": y + CELL,
        "colour": PAPER,
    }
    text, ink = "–", SOFT
    if row is not None and row.shown:
        amount = row.values["value"] or 0
        box["colour"] = STEPS[step(amount, top)]
        text, ink = sheet.short(amount), ink_on(box["colour"])
        more = sheet.partial(row.codes.get("period", ""))
        box["at"] = sheet.mark(sheet.name(row), amount, more=more)
    elif row is not None:
        if row.status == SUPPRESSED:
            box["colour"], text = HIDDEN, "c"
        box["at"] = sheet.mark(sheet.name(row), None, row.status)
    figure = {
        "x": frame.at(x + width / 2),
        "y": y + CELL / 2,
        "text": turn(text, frame.rtl),
        "colour": ink,
    }
    return box, figure


def titles(sheet: Sheet, frame: Frame, codes: list[str], dimension: str, width: float) -> list[Spec]:
    rows: list[Spec] = []
    for place, code in enumerate(codes):
        hollow = dimension == "period" and code in sheet.reading.partial
        name = label_of(sheet, dimension, code) + (" ○" if hollow else "")
        lines = layout.wrap(name, width - 4, SIZE, most=2)
        for position, text in enumerate(lines):
            y = TITLE - 10 - 13 * (len(lines) - 1 - position)
            rows.append({"x": frame.at((place + 0.5) * width), "y": y, "text": turn(text, frame.rtl)})
    return rows


def names(sheet: Sheet, frame: Frame, codes: list[str], dimension: str) -> list[Spec]:
    rows: list[Spec] = []
    for line, code in enumerate(codes):
        lines = layout.wrap(label_of(sheet, dimension, code), NAMES - EDGE - 6, SIZE, most=2)
        for position, text in enumerate(lines):
            y = TITLE + CELL * (line + 0.5) + 13 * (position - (len(lines) - 1) / 2)
            rows.append({"x": frame.at(EDGE - NAMES), "y": y, "text": turn(text, frame.rtl)})
    return rows


def label_of(sheet: Sheet, dimension: str, code: str) -> str:
    return next(sheet.label(row, dimension) for row in sheet.reading.rows if row.codes[dimension] == code)
