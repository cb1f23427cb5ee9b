"""Series over periods: a gap where a figure is hidden or missing, a hollow point where a period is not whole."""

from trade.charts.axes import Axes
from trade.charts.frame import Spec, beside
from trade.charts.kinds import ranked
from trade.charts.kinds.base import Plan, Sheet, by_size
from trade.charts.palette import DASHES, SERIES
from trade.charts.reading import Row, in_order

ROOM = 112
# More points than these are a texture: only single ones are marked.
POINTS = 24


def plan(sheet: Sheet) -> Plan:
    periods = sorted(sheet.reading.distinct("period"))
    if len({row.codes["period"] for row in sheet.rows}) < 2:
        return ranked.plan(sheet)
    series = series_of(sheet)
    every = by_size(sheet.rows, series) if series else [""]
    codes = sorted(every[: len(SERIES)], key=in_order) if series == "flow" else every[: len(SERIES)]
    names = [sheet.period(code) for code in periods]
    notes = [*sheet.partials(), *sheet.left_out(), *sheet.largest(len(codes), len(every))]
    lines = {code: points(sheet, series, code, periods) for code in codes}
    largest = max((point["value"] for found in lines.values() for point in found), default=0)
    axes = Axes(sheet, names, largest, notes, room=ROOM if series else 64)
    labels, layers = [], axes.behind()
    for position, code in enumerate(codes):
        found = lines[code]
        if not found:
            continue
        colour, dash = SERIES[position], DASHES[position]
        last = found[-1]
        labels.append(
            (last["series"], sheet.short(last["amount"]), axes.y(last["value"]), colour),
        )
        layers += drawn(axes, found, colour, dash, len(periods))
    layers += [axes.below(), *beside(axes.frame, labels, axes.frame.end - 8)]
    return Plan(axes.frame.spec([strip(layer) for layer in layers]), axes.frame.size, sheet.marks, notes)


def series_of(sheet: Sheet) -> str:
    """The dimension that tells the lines apart; of several, the one that varies."""
    others = [name for name in sheet.reading.dimensions if name != "period"]
    return next((name for name in others if name in sheet.varying()), others[0] if others else "")


def points(sheet: Sheet, series: str, code: str, periods: list[str]) -> list[Spec]:
    """The points of one series. Those with the same `stretch` follow each other without a gap."""
    rows: dict[str, Row] = {
        row.codes["period"]: row for row in sheet.rows if not series or row.codes[series] == code
    }
    found: list[Spec] = []
    stretch = 0
    for period in periods:
        row = rows.get(period)
        if row is None:
            stretch += 1
            continue
        whole = period not in sheet.reading.partial
        at = sheet.mark(sheet.name(row), row.values["value"], more=sheet.partial(period))
        found.append(
            {
                "name": sheet.period(period),
                "value": sheet.scaled(row.values["value"]),
                "stretch": stretch,
                "whole": whole,
                "at": at,
                "amount": row.values["value"],
                "series": sheet.label(row, series) if series else "",
            }
        )
        if not whole:
            stretch += 1
    return found


def drawn(axes: Axes, found: list[Spec], colour: str, dash: tuple[int, ...], periods: int) -> list[Spec]:
    """A line, its points and its hollow points: a partial period is one that no line reaches."""
    place = {"x": axes.across(), "y": axes.up()}
    whole = [point for point in found if point["whole"]]
    alone = {point["stretch"] for point in whole if sum(p["stretch"] == point["stretch"] for p in whole) == 1}
    marked = whole if periods <= POINTS else [point for point in whole if point["stretch"] in alone]
    dashes = {} if dash[1] == 0 else {"strokeDash": list(dash)}
    return [
        {
            "data": {"values": whole},
            "mark": {"type": "line", "strokeWidth": 2.5, "color": colour, **dashes},
            "encoding": {**place, "detail": {"field": "stretch", "type": "nominal"}},
        },
        {
            "data": {"values": marked},
            "mark": {"type": "point", "filled": True, "size": 50, "opacity": 1, "color": colour},
            "encoding": place,
        },
        {
            "data": {"values": [point for point in found if not point["whole"]]},
            "mark": {
                "type": "point",
                "filled": True,
                "fill": "#ffffff",
                "size": 60,
                "strokeWidth": 2,
                "opacity": 1,
                "stroke": colour,
            },
            "encoding": place,
        },
    ]


def strip(layer: Spec) -> Spec:
    """A layer without what only the making of it needed."""
    for row in layer["data"]["values"]:
        for name in ("amount", "series", "whole"):
            row.pop(name, None)
    return layer
