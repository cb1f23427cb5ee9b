"""Bars in the order of their amounts, each under its name and beside its figure: the form for a phone."""

from django.utils.translation import gettext, override

from trade.charts import layout
from trade.charts.frame import EDGE, WIDTH, Frame, Spec, head_lines, head_room, texts, turn
from trade.charts.kinds.base import Plan, Sheet
from trade.charts.palette import GREEN

BARS, STEP, NAME, FIGURE = 12, 42, 14, 13


def plan(sheet: Sheet) -> Plan:
    rows = sorted(sheet.rows, key=lambda row: -(row.values["value"] or 0))[:BARS]
    with override(sheet.language):
        pattern = gettext("%(amount)s %(unit)s")
    # The same words for the whole answer as for its first page, which is all that pages ask for.
    total = max(sheet.reading.result.total_rows, len(sheet.reading.rows))
    notes = sheet.largest(len(rows), total) if total > BARS else sheet.left_out()
    lines = head_lines(notes)
    frame = Frame(
        len(rows) * STEP, sheet.rtl, top=head_room(lines) if lines else EDGE, start=EDGE + 2, end=EDGE
    )
    # The unit stands beside the first bar only; the others are read in it.
    figures = [sheet.short(row.values["value"]) for row in rows]
    figures[0] = pattern % {"amount": figures[0], "unit": sheet.scale.unit}
    # Room past the longest bars for their own figures.
    limit = max(
        sheet.scaled(row.values["value"]) * frame.inner / (frame.inner - 12 - layout.text_width(text, FIGURE))
        for row, text in zip(rows, figures, strict=True)
    )
    limit = limit or 1
    bars: list[Spec] = []
    names: list[Spec] = []
    for position, row in enumerate(rows):
        name = sheet.name(row)
        at = sheet.mark(name, row.values["value"])
        bars.append(
            {"y": position * STEP + 30, "value": sheet.scaled(row.values["value"]), "name": name, "at": at}
        )
        names.append(
            {
                "x": frame.at(0),
                "y": position * STEP + 11,
                "text": turn(layout.shorten(name, WIDTH - 2 * EDGE - 4, NAME), sheet.rtl),
            }
        )
    labels = [
        {
            "x": frame.at(bar["value"] / limit * frame.inner + 6),
            "y": bar["y"],
            "text": turn(text, sheet.rtl),
        }
        for bar, text in zip(bars, figures, strict=True)
    ]
    layers = [
        frame.words(lines),
        bar_layer(bars, limit, sheet.rtl),
        texts(names, align=frame.near(), size=NAME),
        texts(labels, align=frame.near(), size=FIGURE, weight=600),
    ]
    return Plan(frame.spec(layers), frame.size, sheet.marks, notes)


def bar_layer(bars: list[Spec], limit: float, rtl: bool) -> Spec:
    return {
        "data": {"values": bars},
        "mark": {"type": "bar", "height": 13, "color": GREEN, "orient": "horizontal"},
        "encoding": {
            "x": {
                "field": "value",
                "type": "quantitative",
                "axis": None,
                "scale": {"domain": [0, limit], "reverse": rtl, "nice": False},
            },
            "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
        },
    }
