"""The country's regions, undivided, in five steps of their share: an SVG of our own, since Vega-Lite does not hatch.

The explored map is the same outlines as Vega-Lite marks. The country is never mirrored; its words are.
"""

from xml.sax.saxutils import escape

from django.utils.translation import gettext, override

from portal.base import formats
from portal.base.errors import DomainError
from reference import selectors as reference
from trade.charts import answers, layout, limits
from trade.charts.frame import EDGE, HEAD_SIZE, LABEL, WIDTH, Frame, Spec, head_lines, head_room, texts, turn
from trade.charts.kinds.base import Plan, Sheet
from trade.charts.outlines import middles
from trade.charts.palette import HIDDEN, PAPER, SOFT, STEPS, ink_on
from trade.charts.reading import SUPPRESSED, Reading, Row

NAMESPACE = "http://www.w3.org/2000/svg"
# The plane of the outlines is 1000 wide.
SCALE = (WIDTH - 2 * EDGE) / 1000
HATCH = "hatch"
KEY = 17
# From this step a region is large enough in trade to carry its share.
LABELLED = 4


def fits(reading: Reading, telling: list[str]) -> bool:
    return "region" in reading.dimensions and set(telling) <= {"region"}


def plan(sheet: Sheet) -> Plan:
    total = whole(sheet)
    rows = {row.codes["region"]: row for row in sheet.reading.rows}
    paths = reference.outlines()
    notes = sheet.left_out()
    with override(sheet.language):
        unit = gettext("Share of the country")
    lines = head_lines([unit, *notes])
    tall = float(reference.outlines_viewbox().split()[3]) * SCALE
    frame = Frame(round(tall), sheet.rtl, top=head_room(lines), start=EDGE, end=EDGE)
    shapes: list[Spec] = []
    figures: list[Spec] = []
    for code, path in sorted(paths.items()):
        row = rows.get(code)
        share = (row.values["value"] or 0) / total if row is not None and row.shown and total else None
        step = limits.step_of(share)
        colour = STEPS[step - 1] if step else PAPER
        if row is not None and row.status == SUPPRESSED:
            colour = HIDDEN
        shape: Spec = {"x": 0, "y": 0, "code": code, "path": path, "colour": colour}
        if row is not None:
            shape["at"] = noted(sheet, row, share)
            if step >= LABELLED:
                figures.append(figure(sheet, code, share, colour))
        shapes.append(shape)
    keys = legend(sheet, hidden=any(row.status == SUPPRESSED for row in rows.values()))
    layers = [frame.words(lines), outlines_layer(shapes), texts(figures, align="center", weight=600)]
    svg = drawing(sheet, frame, lines=lines, shapes=shapes, figures=figures, keys=keys)
    return Plan(frame.spec(layers), frame.size, sheet.marks, notes, svg=svg)


def whole(sheet: Sheet) -> int:
    """The country's total: asked for where the rows do not hold it all, for a part of them is confidential."""
    reading = sheet.reading
    known = sum(row.values["value"] or 0 for row in sheet.rows)
    query = reading.result.pinned()
    if len(sheet.rows) == len(reading.rows) and "region" not in query.filters:
        return known
    filters = {name: codes for name, codes in query.filters.items() if name != "region"}
    by = tuple(name for name in query.by if name != "region") or ("flow",)
    asked = query.with_changes(by=by, filters=filters, measures=("value",), order=None, limit=None, offset=0)
    try:
        found = answers.reading(asked.to_params(), sheet.language)
    except DomainError:
        return known
    return max(sum(row.values["value"] or 0 for row in found.rows), known)


def noted(sheet: Sheet, row: Row, share: float | None) -> int:
    more = formats.percent(share, sheet.language) if share is not None else ""
    return sheet.mark(sheet.label(row, "region"), row.values["value"], row.status, more=more)


def figure(sheet: Sheet, code: str, share: float | None, colour: str) -> Spec:
    x, y = middles()[code]
    text = turn(formats.percent(share, sheet.language, decimals=0), sheet.rtl)
    return {"x": round(x * SCALE, 1), "y": round(y * SCALE, 1), "text": text, "colour": ink_on(colour)}


def outlines_layer(shapes: list[Spec]) -> Spec:
    """Each outline as the symbol of one point: a symbol of size 4 is drawn in the units of its path."""
    return {
        "data": {"values": shapes},
        "mark": {"type": "point", "filled": True, "opacity": 1, "stroke": SOFT, "strokeWidth": 0.7},
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "scale": None, "axis": None},
            "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
            "shape": {"field": "path", "type": "nominal", "scale": None},
            "size": {"value": round((2 * SCALE) ** 2, 5)},
            "fill": {"field": "colour", "type": "nominal", "scale": None},
        },
    }


def legend(sheet: Sheet, *, hidden: bool) -> list[tuple[str, str]]:
    """What each colour stands for, from the largest share; hatched is confidential."""
    keys = [(STEPS[step - 1], text) for step, text in reversed(limits.legend(sheet.language))]
    if hidden:
        with override(sheet.language):
            keys.append((f"url(#{HATCH})", gettext("confidential")))
    return keys


def drawing(
    sheet: Sheet,
    frame: Frame,
    *,
    lines: list[str],
    shapes: list[Spec],
    figures: list[Spec],
    keys: list[tuple[str, str]],
) -> str:
    """The SVG without its title: outlines, shares in them, legend in the sea."""
    width, height = frame.size
    side = "end" if sheet.rtl else "start"
    begin: float = WIDTH - EDGE if sheet.rtl else EDGE
    parts = [
        f'<svg xmlns="{NAMESPACE}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
        f'<defs><pattern id="{HATCH}" width="6" height="6" patternUnits="userSpaceOnUse">',
        f'<rect width="6" height="6" fill="{HIDDEN}"/>',
        f'<path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke="{SOFT}"/></pattern></defs>',
        f'<g transform="translate({EDGE} {frame.top}) scale({SCALE:.4f})" stroke="{SOFT}" stroke-width="2">',
    ]
    for shape in shapes:
        fill = f"url(#{HATCH})" if shape["colour"] == HIDDEN else shape["colour"]
        parts.append(f'<path d="{shape["path"]}" fill="{fill}"/>')
    parts.append(f'</g><g fill="{SOFT}" font-size="{HEAD_SIZE}" text-anchor="{side}">')
    for at, line in enumerate(lines):
        parts.append(f'<text x="{begin}" y="{18 * at + 15}">{escape(turn(line, sheet.rtl))}</text>')
    parts.append(f'</g><g font-size="{LABEL}" font-weight="600" text-anchor="middle">')
    for word in figures:
        x, y = word["x"] + EDGE, word["y"] + frame.top + 4
        parts.append(f'<text x="{x:g}" y="{y:g}" fill="{word["colour"]}">{escape(word["text"])}</text>')
    parts.append("</g>")
    # The sea is in the north-west: the legend stands there in every language, its words after its colours.
    across = float(EDGE) + (max(layout.text_width(text, LABEL) for _, text in keys) + 20 if sheet.rtl else 0)
    for at, (colour, text) in enumerate(keys):
        y = frame.top + 6 + KEY * at
        swatch, begin = (across - 14, across - 20) if sheet.rtl else (across, across + 20)
        parts.append(
            f'<rect x="{swatch:g}" y="{y:g}" width="14" height="12" fill="{colour}" stroke="{SOFT}"/>'
            f'<text x="{begin:g}" y="{y + 10:g}" font-size="{LABEL}" text-anchor="{side}">'
            f"{escape(turn(text, sheet.rtl))}</text>"
        )
    parts.append("</svg>")
    return "".join(parts)
