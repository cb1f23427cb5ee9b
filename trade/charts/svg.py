"""An SVG as it is sent: named, in its language, without what a renderer repeats, with numbers that are long enough."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from trade.charts import layout
from trade.charts.frame import EDGE, FONT, WIDTH, turn
from trade.charts.palette import INK, PAPER, SOFT

NAMESPACE = "http://www.w3.org/2000/svg"
LONG = re.compile(r"-?\d*\.\d{2,}(?:e-?\d+)?")
GEOMETRY = ("d", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height")
# What Vega writes on every element and no reader needs.
NOISE = (
    "font-family",
    "class",
    "role",
    "aria-roledescription",
    "aria-label",
    "aria-hidden",
    "pointer-events",
    "stroke-miterlimit",
)
# What is so without being said.
USUAL = {
    "transform": {"translate(0,0)", "translate(0.0,0.0)"},
    "opacity": {"1"},
    "fill-opacity": {"1"},
    "stroke-opacity": {"1"},
    "font-weight": {"400", "normal"},
}
CITED = 10
STEP = 14


def tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def dress(drawn: str, title: str, words: str, language: str) -> str:
    """The drawing with title and description, slimmer, scaling with its frame."""
    root = ET.fromstring(drawn)  # noqa: S314  our own drawing: no document type, no entities
    for element in root.iter():
        slim(element)
    while prune(root):
        pass
    root.set("role", "img")
    root.set("lang", language)
    root.set("font-family", FONT)
    root.set("fill", INK)
    root.set("aria-labelledby", "t d")
    for name, text, key in (("desc", words, "d"), ("title", title, "t")):
        named = ET.Element(tag(name), {"id": key})
        named.text = text
        root.insert(0, named)
    return written(root)


def written(root: ET.Element) -> str:
    """The drawing as text; it is spent by it.

    The prefix is taken off here and not registered: that table is the whole process's, and a library that draws QR
    codes puts a prefix of its own there.
    """
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    root.set("xmlns", NAMESPACE)
    return ET.tostring(root, encoding="unicode")


def slim(element: ET.Element) -> None:
    attributes = element.attrib
    for name in NOISE:
        attributes.pop(name, None)
    for name in GEOMETRY:
        if name in attributes:
            attributes[name] = LONG.sub(short, attributes[name])
    for name, usual in USUAL.items():
        if attributes.get(name) in usual:
            del attributes[name]
    for name in ("fill", "stroke"):
        if attributes.get(name) == "transparent":
            attributes[name] = "none"
    if element.tag == tag("text"):
        # The groups around it say fill="none": a word without a colour of its own would not be seen.
        attributes.setdefault("fill", INK)
    if attributes.get("font-size", "").endswith("px"):
        attributes["font-size"] = attributes["font-size"].removesuffix("px")


def short(number: re.Match[str]) -> str:
    """One decimal is a tenth of a pixel. A scale factor of the map has four, and keeps them."""
    value = float(number.group())
    if abs(value) < 1 and value:
        return f"{value:.4f}".rstrip("0").rstrip(".") or "0"
    return f"{value:.1f}".removesuffix(".0")


def prune(parent: ET.Element) -> int:
    """Groups that hold nothing go; a group without attributes gives its place to what it holds."""
    changed = 0
    for child in list(parent):
        changed += prune(child)
        empty = child.tag == tag("g") and not len(child)
        blank = child.tag == tag("path") and (not child.get("d") or invisible(child))
        if empty or blank:
            parent.remove(child)
            changed += 1
        elif child.tag == tag("g") and not child.attrib:
            at = list(parent).index(child)
            parent.remove(child)
            for offset, inner in enumerate(list(child)):
                parent.insert(at + offset, inner)
            changed += 1
    return changed


def invisible(element: ET.Element) -> bool:
    return element.get("fill") == "none" and element.get("stroke", "none") == "none"


def notice(lines: Sequence[str], *, rtl: bool) -> str:
    """Words in place of a drawing, so that a page's image is not broken."""
    height = 40 + 22 * len(lines)
    side, x = ("end", WIDTH - 16) if rtl else ("start", 16)
    root = ET.Element(
        tag("svg"), {"width": str(WIDTH), "height": str(height), "viewBox": f"0 0 {WIDTH} {height}"}
    )
    frame = {"width": str(WIDTH), "height": str(height), "fill": PAPER}
    ET.SubElement(root, tag("rect"), frame)
    for position, line in enumerate(lines):
        place = {"x": str(x), "y": str(34 + 22 * position), "font-size": "15", "text-anchor": side}
        ET.SubElement(root, tag("text"), {**place, "fill": INK}).text = turn(line, rtl)
    return written(root)


def with_citation(drawn: str, citation: str, *, rtl: bool) -> str:
    """The drawing on white with its source under it, for a picture that leaves the page."""
    root = ET.fromstring(drawn)  # noqa: S314  our own drawing
    height = float(root.get("height", "0"))
    # An address has no spaces to break at; it is cut at its joints.
    text = layout.clean(citation).replace("&", " &").replace(",", ", ").replace("  ", " ")
    lines = layout.wrap(text, WIDTH - 2 * EDGE, CITED, most=9)
    tall = height + len(lines) * STEP + 10
    root.set("height", f"{tall:g}")
    root.set("viewBox", f"0 0 {WIDTH} {tall:g}")
    # The renderer takes letters that the first font lacks from any other, of any weight: theirs comes first.
    root.set("font-family", f"Noto Sans Arabic, {FONT}" if rtl else FONT)
    ground = ET.Element(tag("rect"), {"width": str(WIDTH), "height": f"{tall:g}", "fill": PAPER})
    root.insert(2, ground)
    side, x = ("end", WIDTH - EDGE) if rtl else ("start", EDGE)
    for position, line in enumerate(lines):
        place = {"x": str(x), "y": f"{height + 12 + STEP * position:g}", "text-anchor": side}
        word = ET.SubElement(root, tag("text"), {**place, "font-size": str(CITED), "fill": SOFT})
        word.text = turn(line, rtl)
    return written(root)
