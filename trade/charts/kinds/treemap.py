"""A whole and its parts as a treemap: laid out here, drawn as rectangles. The largest begins where reading begins."""

from portal.base import formats
from trade.charts import layout
from trade.charts.frame import EDGE, WIDTH, Frame, Spec, boxes, head_lines, head_room, texts, turn
from trade.charts.kinds.base import Plan, Sheet
from trade.charts.palette import OTHER, STEPS, ink_on
from trade.charts.reading import Reading
from trade.charts.squarify import Box, squarify

HEIGHT, TILES = 250, 14
# A tile this small is invisible: it goes to the rest.
SMALLEST = 0.006
SIZE, LINE, PAD = 12, 15, 5
# Lower bounds of the four darker colours, as shares.
BOUNDS = (0.02, 0.05, 0.10, 0.20)


def fits(reading: Reading, telling: list[str]) -> bool:
    """Parts add up to one whole: years and directions of trade do not."""
    return len(telling) <= 1 and not {"period", "flow"} & set(telling)


def plan(sheet: Sheet) -> Plan:
    rows = sorted(
        (row for row in sheet.rows if (row.values["value"] or 0) > 0),
        key=lambda row: -(row.values["value"] or 0),
    )
    total = sum(row.values["value"] or 0 for row in rows)
    parts = [
        (sheet.name(row), row.values["value"] or 0)
        for row in rows[:TILES]
        if (row.values["value"] or 0) >= total * SMALLEST
    ]
    rest = total - sum(value for _, value in parts)
    colours = [STEPS[sum(value / total >= bound for bound in BOUNDS)] for _, value in parts]
    if rest > 0:
        parts.append((sheet.other(), rest))
        colours.append(OTHER)
    notes = sheet.left_out()
    lines = head_lines(notes)
    top = head_room(lines) if lines else EDGE
    frame = Frame(HEIGHT, sheet.rtl, top=top, start=EDGE, end=EDGE)
    tiles: list[Spec] = []
    words: list[Spec] = []
    places = squarify([max(value, total * 0.004) for _, value in parts], Box(0, 0, WIDTH - 2 * EDGE, HEIGHT))
    for (name, value), box, colour in zip(parts, places, colours, strict=True):
        share = formats.percent(value / total, sheet.language)
        at = sheet.mark(name, value, more=share)
        tiles.append(
            {
                "x": frame.at(box.x),
                "x2": frame.at(box.x + box.width),
                "y": round(box.y, 2),
                "y2": round(box.y + box.height, 2),
                "colour": colour,
                "name": name,
                "value": sheet.scaled(value),
                "at": at,
            }
        )
        words += letters(frame, box, name, share, ink_on(colour))
    layers = [
        frame.words(lines),
        boxes(tiles, radius=2),
        texts(words, align=frame.near(), size=SIZE),
    ]
    return Plan(frame.spec(layers), frame.size, sheet.marks, notes)


def letters(frame: Frame, box: Box, name: str, share: str, ink: str) -> list[Spec]:
    """A tile's name and share: both where they fit, else the share, else nothing."""
    room, tall = box.width - 2 * PAD, box.height - 2 * PAD
    if tall < LINE or layout.text_width(share, SIZE) > room:
        return []
    most = min(3, int(tall // LINE) - 1)
    lines = layout.wrap(name, room, SIZE, most=most) if most > 0 and room > 34 else []
    if any(len(line.rstrip("…")) < 3 for line in lines):
        lines = []
    return [
        {
            "x": frame.at(box.x + PAD),
            "y": round(box.y + PAD + LINE * (position + 0.5), 1),
            "text": turn(line, frame.rtl),
            "colour": ink,
        }
        for position, line in enumerate([*lines, share])
    ]
