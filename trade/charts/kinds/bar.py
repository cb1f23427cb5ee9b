"""Vertical bars by period, or by a few names; side by side where a second dimension tells them apart."""

from trade.charts import layout
from trade.charts.axes import GAP, HEIGHT, Axes, wrapped_below
from trade.charts.frame import EDGE, LABEL, Frame, Spec, boxes, texts, turn
from trade.charts.kinds.base import Plan, Sheet, by_size
from trade.charts.palette import PAPER, SERIES, SOFT
from trade.charts.reading import SUPPRESSED, Row, in_order

# Periods are drawn all up to here; of names only the largest, as many as have room for their letters.
PERIODS, NAMES, LINES, SIZE = 36, 4, 3, 11
LEGEND, WIDEST = 20, 48


def plan(sheet: Sheet) -> Plan:
    across, series = dimensions(sheet)
    categories, notes = categories_of(sheet, across)
    every = by_size(sheet.rows, series) if series else [""]
    codes = sorted(every[: len(SERIES)], key=in_order) if series == "flow" else every[: len(SERIES)]
    rows = {(row.codes[across], row.codes.get(series, "")): row for row in sheet.reading.rows}
    drawn = [row for code, row in rows.items() if code[0] in categories and code[1] in codes and row.shown]
    notes = [
        *(sheet.partials() if across == "period" else []),
        *sheet.left_out(),
        *notes,
        *sheet.largest(len(codes), len(every)),
    ]
    names = [first_label(sheet, across, code) for code in categories]
    largest = max((sheet.scaled(row.values["value"]) for row in drawn), default=0)
    by_name = across != "period"
    axes = Axes(sheet, names, largest, notes, bands=True, lines=LINES if by_name else 1)
    if series and len(codes) > 1:
        grown = axes.frame.top + LEGEND
        axes.frame = Frame(HEIGHT, sheet.rtl, grown, axes.frame.bottom, axes.frame.start, axes.frame.end)
    bars, labels = [], []
    for place, category in enumerate(categories):
        for position, code in enumerate(codes):
            bar, label = column(
                sheet,
                axes,
                rows.get((category, code)),
                place=place,
                position=position,
                side_by_side=len(codes),
            )
            bars += bar
            labels += label
    keys = [(first_label(sheet, series, code), SERIES[at]) for at, code in enumerate(codes)] if series else []
    layers = [
        *axes.behind(),
        *(legend(axes.frame, keys) if len(keys) > 1 else []),
        bar_layer(bars),
        texts(labels, align="center", weight=600),
        wrapped_below(axes, most=LINES, size=SIZE) if by_name else axes.below(),
    ]
    return Plan(axes.frame.spec(layers), axes.frame.size, sheet.marks, notes)


def dimensions(sheet: Sheet) -> tuple[str, str]:
    """What runs across, and what stands side by side (or nothing)."""
    telling = sheet.varying() or sheet.reading.dimensions[:1]
    across = "period" if "period" in telling else next((d for d in telling if d != "flow"), telling[0])
    return across, next((name for name in telling if name != across), "")


def categories_of(sheet: Sheet, across: str) -> tuple[list[str], list[str]]:
    if across == "period":
        every = sorted(sheet.reading.distinct("period"))
        kept = every[-PERIODS:]
    else:
        every = by_size(sheet.rows, across)
        kept = every[:NAMES]
    return kept, sheet.largest(len(kept), len(every)) if across != "period" else []


def first_label(sheet: Sheet, dimension: str, code: str) -> str:
    return next(sheet.label(row, dimension) for row in sheet.reading.rows if row.codes[dimension] == code)


def column(
    sheet: Sheet, axes: Axes, row: Row | None, *, place: int, position: int, side_by_side: int
) -> tuple[list[Spec], list[Spec]]:
    """One bar with its figure where there is room; a mark on the ground where there is no figure."""
    width = min(axes.step * (1 - GAP), WIDEST * side_by_side)
    begin = axes.middle(place) - width / 2 + width * position / side_by_side
    end = begin + width / side_by_side - (1 if side_by_side > 1 else 0)
    frame = axes.frame
    middle = frame.at((begin + end) / 2)
    if row is None or not row.shown:
        sign = "c" if row is not None and row.status == SUPPRESSED else "–"
        if row is not None:
            sheet.mark(sheet.name(row), None, row.status)
        return [], [{"x": middle, "y": HEIGHT - 8, "text": sign}]
    value = sheet.scaled(row.values["value"])
    hollow = row.codes.get("period", "") in sheet.reading.partial
    more = sheet.partial(row.codes.get("period", ""))
    at = sheet.mark(sheet.name(row), row.values["value"], more=more)
    bar = {
        "x": frame.at(begin),
        "x2": frame.at(end),
        "y": axes.y(value),
        "y2": HEIGHT,
        "colour": PAPER if hollow else SERIES[position],
        "line": SERIES[position],
        "value": value,
        "at": at,
    }
    text = sheet.short(row.values["value"])
    if layout.text_width(text, LABEL) > max(width, axes.step - 8) / side_by_side:
        return [bar], []
    return [bar], [{"x": middle, "y": axes.y(value) - 9, "text": turn(text, frame.rtl)}]


def bar_layer(bars: list[Spec]) -> Spec:
    layer = boxes(bars)
    layer["encoding"]["stroke"] = {"field": "line", "type": "nominal", "scale": None}
    layer["mark"]["strokeWidth"] = 1.5
    return layer


def legend(frame: Frame, keys: list[tuple[str, str]]) -> list[Spec]:
    """The names of the colours in one line above, in the order of the bars."""
    y = -18
    swatches, names = [], []
    x = EDGE - frame.start
    for name, colour in keys:
        text = layout.shorten(name, 150 if len(keys) < 3 else 66, LABEL)
        swatches.append({"x": frame.at(x), "x2": frame.at(x + 10), "y": y - 5, "y2": y + 5, "colour": colour})
        names.append({"x": frame.at(x + 15), "y": y, "text": turn(text, frame.rtl)})
        x += 15 + layout.text_width(text, LABEL) + 14
    return [boxes(swatches, stroke=SOFT), texts(names, align=frame.near())]
