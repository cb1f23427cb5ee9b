"""The specification that a reader explores: the drawing's own, its marks told in words, one of them lit at a time.

`usermeta.marks` holds the words of every mark in order; a row's `at` is a mark's place in it. The signal `at` lights
one: the page's script sets it from the pointer and from the arrow keys.
"""

from copy import deepcopy

from portal.base import i18n
from trade.charts import words
from trade.charts.frame import WIDTH, Frame, Spec, texts, turn
from trade.charts.kinds import Kind, Plan
from trade.charts.layout import wrap
from trade.charts.palette import INK, PAPER
from trade.charts.reading import Reading

# The mark that is lit has an edge; a line and an area stay as they are: their points are lit.
TEST = "datum.at == at"
LIGHTABLE = {"bar", "rect", "point"}


def spec(reading: Reading, plan: Plan | None, kind: Kind) -> Spec:
    """A whole specification; without a plan, one that says why there is nothing to explore."""
    if plan is None:
        return empty(reading)
    made = deepcopy(plan.spec)
    told = [words.told(mark, reading.language) for mark in plan.marks]
    made["layer"] += [edges(layer) for layer in made["layer"] if layer["mark"]["type"] == "area"]
    for layer in made["layer"]:
        rows = layer["data"]["values"]
        if any("at" in row for row in rows) and layer["mark"]["type"] in LIGHTABLE:
            light(layer)
            layer["encoding"]["tooltip"] = {"field": "words", "type": "nominal"}
            for row in (row for row in rows if "at" in row):
                row["words"] = told[row["at"]]
    made["params"] = [{"name": "at", "value": -1}]
    made["title"] = None
    made["description"] = words.describe(reading, plan, sums=False)
    made["usermeta"] = {
        "marks": told,
        "kind": kind.name,
        "citation": reading.result.citation(reading.language),
        "language": reading.language,
        "embedOptions": {"actions": False, "renderer": "svg"},
    }
    return made


def light(layer: Spec) -> None:
    """An edge around the mark that the signal names; the others keep what they have."""
    mark, encoding = layer["mark"], layer["encoding"]
    usual = encoding.get("stroke") or {"value": mark.get("stroke", mark.get("color", PAPER))}
    encoding["stroke"] = {"condition": {"test": TEST, "value": INK}, **usual}
    encoding["strokeWidth"] = {"condition": {"test": TEST, "value": 4}, "value": mark.get("strokeWidth", 1)}


def edges(layer: Spec) -> Spec:
    """Points along an area's upper edge, which a pointer can meet."""
    mark = {"type": "point", "filled": True, "size": 40, "fill": PAPER, "stroke": INK, "strokeWidth": 1}
    upper = {**layer["encoding"]["y"], "field": "high"}
    return {
        "data": {"values": [dict(row) for row in layer["data"]["values"]]},
        "mark": mark,
        "encoding": {"x": layer["encoding"]["x"], "y": upper},
    }


def empty(reading: Reading) -> Spec:
    lines = wrap(words.nothing(reading), WIDTH - 32, 15, most=4)
    frame = Frame(40 + 22 * len(lines), False, start=0, end=0, bottom=0)
    rows = [
        {"x": WIDTH / 2, "y": 30 + 22 * at, "text": turn(line, i18n.direction(reading.language) == "rtl")}
        for at, line in enumerate(lines)
    ]
    made = frame.spec([texts(rows, align="center", size=15)])
    made["usermeta"] = {"marks": [], "language": reading.language}
    made["params"] = [{"name": "at", "value": -1}]
    return made
