"""Twelve small lines, one a region: one scale where the small ones can still be read on it, else each its own."""

from django.utils.translation import gettext, override

from trade.charts import layout
from trade.charts.frame import EDGE, WIDTH, Frame, Spec, head_lines, head_room, rules, texts, turn
from trade.charts.kinds.base import Plan, Sheet
from trade.charts.palette import GREEN, GRID, SOFT
from trade.charts.reading import Reading, Row

ACROSS, GUTTER = 3, 12
NAME, LINE, TALL, FOOT = 11, 14, 46, 20
# Two lines of name and one of figure stand above each line.
CELL = 3 * LINE + 6 + TALL + FOOT
NOT_ALLOCATED = "_U"
# One scale serves while the largest region is at most this many times the smallest.
ALIKE = 10
POINTS = 14


def fits(reading: Reading, telling: list[str]) -> bool:
    return {"period", "region"} <= set(reading.dimensions) and set(telling) <= {"period", "region"}


def plan(sheet: Sheet) -> Plan:
    periods = sorted(sheet.reading.distinct("period"))
    regions = sorted(code for code in sheet.reading.distinct("region") if code != NOT_ALLOCATED)
    lines_of = {code: rows_of(sheet, code) for code in regions}
    tops = {
        code: max((row.values["value"] or 0 for row in rows.values() if row.shown), default=0)
        for code, rows in lines_of.items()
    }
    seen = [top for top in tops.values() if top]
    shared = bool(seen) and max(seen) <= ALIKE * min(seen)
    notes = [scale_note(sheet, shared=shared), *sheet.partials(), *sheet.left_out()]
    head = head_lines([sheet.scale.unit, *notes])
    deep = -(-len(regions) // ACROSS)
    frame = Frame(deep * CELL, sheet.rtl, top=head_room(head), start=EDGE, end=EDGE, bottom=2)
    layers = [frame.words(head)]
    words: list[Spec] = []
    small: list[Spec] = []
    lines: list[Spec] = []
    for position, code in enumerate(regions):
        cell = Cell(sheet, frame, position, periods, max(seen, default=0) if shared else tops[code])
        words += cell.title(lines_of[code])
        lines += cell.points(lines_of[code], code)
        small += cell.ends()
    grounds = [Cell(sheet, frame, at, periods, 0).ground() for at in range(len(regions))]
    layers += [rules(grounds, colour=GRID), *drawn(lines, len(periods))]
    layers += [
        texts(words, align=frame.near(), size=NAME),
        texts(small, align="center", size=10, colour=SOFT),
    ]
    return Plan(frame.spec(layers), frame.size, sheet.marks, notes)


def rows_of(sheet: Sheet, region: str) -> dict[str, Row]:
    return {row.codes["period"]: row for row in sheet.reading.rows if row.codes["region"] == region}


def scale_note(sheet: Sheet, *, shared: bool) -> str:
    with override(sheet.language):
        if shared:
            return gettext("All regions are drawn on one scale; beside each stands its latest amount.")
        return gettext("Each region is drawn on its own scale; beside each stands its latest amount.")


class Cell:
    """The place of one region's line: its words, its ground and its points in pixels."""

    def __init__(self, sheet: Sheet, frame: Frame, position: int, periods: list[str], top: int) -> None:
        self.sheet, self.frame, self.periods, self.top = sheet, frame, periods, top
        self.width = (WIDTH - 2 * EDGE - (ACROSS - 1) * GUTTER) / ACROSS
        self.left = (position % ACROSS) * (self.width + GUTTER)
        self.above = (position // ACROSS) * CELL
        self.floor = self.above + 3 * LINE + 6 + TALL

    def title(self, rows: dict[str, Row]) -> list[Spec]:
        """Name and latest amount. A region without any figure has a mark in its place."""
        name = self.sheet.label(next(iter(rows.values())), "region")
        last = next((rows[period] for period in reversed(self.periods) if period in rows), None)
        lines = layout.wrap(name, self.width, NAME, most=2)
        if last is not None and last.shown:
            lines.append(self.sheet.short(last.values["value"]))
        else:
            lines.append("c" if last is not None and last.status == "c" else "–")
        return [
            {
                "x": self.frame.at(self.left),
                "y": self.above + LINE * (at + 3 - len(lines) + 0.5),
                "text": turn(line, self.sheet.rtl),
            }
            for at, line in enumerate(lines)
        ]

    def x(self, period: str) -> float:
        """A period's distance from the cell's beginning; a single one stands in the middle."""
        steps = len(self.periods) - 1
        share = self.periods.index(period) / steps if steps else 0.5
        return self.frame.at(self.left + 4 + share * (self.width - 8))

    def points(self, rows: dict[str, Row], region: str) -> list[Spec]:
        found: list[Spec] = []
        stretch = 0
        for period in self.periods:
            row = rows.get(period)
            if row is None or not row.shown:
                stretch += 1
                continue
            amount = row.values["value"] or 0
            more = self.sheet.partial(period)
            name = f"{self.sheet.label(row, 'region')} · {self.sheet.period(period)}"
            found.append(
                {
                    "x": self.x(period),
                    "y": round(self.floor - TALL * amount / (self.top or 1), 1),
                    "line": f"{region}{stretch}",
                    "whole": not more,
                    "at": self.sheet.mark(name, amount, more=more),
                }
            )
            stretch += bool(more)
        return found

    def ground(self) -> Spec:
        return {
            "x": self.frame.at(self.left),
            "x2": self.frame.at(self.left + self.width),
            "y": self.floor,
            "y2": self.floor,
        }

    def ends(self) -> list[Spec]:
        """The first and the last period under the ground."""
        found = []
        for period in dict.fromkeys((self.periods[0], self.periods[-1])):
            name = self.sheet.period(period)
            half = layout.text_width(name, 10) / 2
            if len(self.periods) == 1:
                x = self.left + self.width / 2
            else:
                x = self.left + (half if period == self.periods[0] else self.width - half)
            if half * 4 > self.width and period == self.periods[0] and len(self.periods) > 1:
                continue
            found.append({"x": self.frame.at(x), "y": self.floor + 10, "text": turn(name, self.sheet.rtl)})
        return found


def drawn(points: list[Spec], periods: int) -> list[Spec]:
    whole = [point for point in points if point["whole"]]
    counts: dict[str, int] = {}
    for point in whole:
        counts[point["line"]] = counts.get(point["line"], 0) + 1
    place = {
        "x": {"field": "x", "type": "quantitative", "scale": None, "axis": None},
        "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
    }
    marked = [point for point in whole if periods <= POINTS or counts[point["line"]] == 1]
    return [
        {
            "data": {"values": [bare(point) for point in whole]},
            "mark": {"type": "line", "color": GREEN, "strokeWidth": 2},
            "encoding": {**place, "detail": {"field": "line", "type": "nominal"}},
        },
        {
            "data": {"values": [bare(point) for point in marked]},
            "mark": {"type": "point", "filled": True, "size": 16, "opacity": 1, "color": GREEN},
            "encoding": place,
        },
        {
            "data": {"values": [bare(point) for point in points if not point["whole"]]},
            "mark": {
                "type": "point",
                "filled": True,
                "fill": "#ffffff",
                "stroke": GREEN,
                "strokeWidth": 1.5,
                "size": 26,
                "opacity": 1,
            },
            "encoding": place,
        },
    ]


def bare(point: Spec) -> Spec:
    return {name: value for name, value in point.items() if name != "whole"}
