"""Layers of a whole over periods: the largest by name, the rest together; what is not whole stands as thin bars."""

from trade.charts.axes import Axes
from trade.charts.frame import Spec, beside, boxes
from trade.charts.kinds import line
from trade.charts.kinds.base import Plan, Sheet, by_size
from trade.charts.palette import OTHER, PAPER, PARTS
from trade.charts.reading import Reading, Row

ROOM = 122
REST = "\0"


def fits(reading: Reading, telling: list[str]) -> bool:
    """Layers add up to a whole: exports and imports do not."""
    others = [name for name in telling if name != "period"]
    return len(others) <= 1 and "flow" not in others and set(reading.dimensions) > {"period"}


def plan(sheet: Sheet) -> Plan:
    periods = sorted(sheet.reading.distinct("period"))
    series = line.series_of(sheet)
    every = by_size(sheet.rows, series)
    named = every[: len(PARTS)] if len(every) > len(PARTS) + 1 else every[: len(PARTS) + 1]
    colours = dict(zip(named, (*PARTS, OTHER), strict=False))
    codes = [*named, REST] if len(every) > len(named) else named
    colours[REST] = OTHER
    layers_of = {code: layer_name(sheet, series, code) for code in codes}
    sums = sums_of(sheet, series, named)
    notes = [*sheet.partials(), *sheet.left_out()]
    tallest = max((sum(found.values()) for found in sums.values()), default=0)
    axes = Axes(
        sheet,
        [sheet.period(code) for code in periods],
        sheet.scaled(tallest),
        notes,
        room=ROOM,
    )
    broken = holes(sheet, series, named)
    drawn = stacked(sheet, axes, periods=periods, codes=codes, names=layers_of, sums=sums, broken=broken)
    layers = axes.behind()
    layers += [area(axes, drawn, code, colours[code]) for code in codes]
    layers += [bars(axes, drawn, code, colours[code]) for code in codes]
    labels = labels_of(sheet, axes, drawn, codes=codes, names=layers_of, colours=colours)
    layers += [axes.below(), *beside(axes.frame, labels, ROOM - 8)]
    return Plan(axes.frame.spec([slim(layer) for layer in layers]), axes.frame.size, sheet.marks, notes)


def layer_name(sheet: Sheet, series: str, code: str) -> str:
    if code == REST:
        return sheet.other()
    return next(sheet.label(row, series) for row in sheet.rows if row.codes[series] == code)


def sums_of(sheet: Sheet, series: str, named: list[str]) -> dict[str, dict[str, int]]:
    """Period -> layer -> amount in thousandths."""
    found: dict[str, dict[str, int]] = {}
    for row in sheet.rows:
        code = row.codes[series] if row.codes[series] in named else REST
        layers = found.setdefault(row.codes["period"], {})
        layers[code] = layers.get(code, 0) + (row.values["value"] or 0)
    return found


def holes(sheet: Sheet, series: str, named: list[str]) -> set[str]:
    """Periods in which a named layer is hidden or missing: their stack would be too low."""

    def unknown(row: Row) -> bool:
        return not row.shown and row.codes[series] in named

    return {row.codes["period"] for row in sheet.reading.rows if unknown(row)}


def stacked(
    sheet: Sheet,
    axes: Axes,
    *,
    periods: list[str],
    codes: list[str],
    names: dict[str, str],
    sums: dict[str, dict[str, int]],
    broken: set[str],
) -> list[Spec]:
    """A row for each layer and period, from `low` to `high`. A stretch ends where a period is unknown or not whole."""
    rows: list[Spec] = []
    stretch = 0
    for position, period in enumerate(periods):
        partial = period in sheet.reading.partial
        if period in broken or period not in sums:
            stretch += 1
            continue
        stretch += partial
        ground = 0
        for code in codes:
            amount = sums[period].get(code, 0)
            at = sheet.mark(f"{names[code]} · {sheet.period(period)}", amount, more=sheet.partial(period))
            rows.append(
                {
                    "code": code,
                    "name": axes.names[position],
                    "place": position,
                    "low": sheet.scaled(ground),
                    "high": sheet.scaled(ground + amount),
                    "amount": amount,
                    "stretch": stretch,
                    "partial": partial,
                    "at": at,
                }
            )
            ground += amount
        stretch += partial
    return rows


def alone(rows: list[Spec]) -> set[int]:
    """The stretches of a single period, which has no area: it is a bar."""
    places: dict[int, set[int]] = {}
    for row in rows:
        places.setdefault(row["stretch"], set()).add(row["place"])
    return {stretch for stretch, found in places.items() if len(found) == 1}


def area(axes: Axes, rows: list[Spec], code: str, colour: str) -> Spec:
    single = alone(rows)
    return {
        "data": {
            "values": [dict(row) for row in rows if row["code"] == code and row["stretch"] not in single]
        },
        "mark": {"type": "area", "color": colour, "opacity": 1, "stroke": PAPER, "strokeWidth": 1},
        "encoding": {
            "x": axes.across(),
            "y": axes.up("low"),
            "y2": {"field": "high"},
            "detail": {"field": "stretch", "type": "nominal"},
        },
    }


def bars(axes: Axes, rows: list[Spec], code: str, colour: str) -> Spec:
    """Periods that stand by themselves; one that is not whole is pale within its colour's edge."""
    width = min(axes.step * 0.6, 26)
    found, single = [], alone(rows)
    for row in rows:
        if row["code"] == code and row["stretch"] in single:
            middle = axes.middle(row["place"])
            edges = {
                "x": axes.frame.at(middle - width / 2),
                "x2": axes.frame.at(middle + width / 2),
                "y": axes.y(row["low"]),
                "y2": axes.y(row["high"]),
            }
            found.append({**edges, "colour": PAPER if row["partial"] else colour, "at": row["at"]})
    layer = boxes(found, stroke=colour)
    layer["mark"]["strokeWidth"] = 1.5
    return layer


def labels_of(
    sheet: Sheet,
    axes: Axes,
    rows: list[Spec],
    *,
    codes: list[str],
    names: dict[str, str],
    colours: dict[str, str],
) -> list[tuple[str, str, float, str]]:
    """The layers' names beside the last period, each at the middle of its layer."""
    last = max((row["place"] for row in rows), default=-1)
    return [
        (
            names[row["code"]],
            sheet.short(row["amount"]),
            axes.y((row["low"] + row["high"]) / 2),
            colours[row["code"]],
        )
        for row in rows
        if row["place"] == last and row["code"] in codes
    ]


def slim(layer: Spec) -> Spec:
    """A layer without what only the making of it needed."""
    for row in layer["data"]["values"]:
        for name in ("amount", "code", "place", "partial"):
            row.pop(name, None)
    return layer
