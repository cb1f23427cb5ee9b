"""Style sheets know no left and no right: one sheet serves pages that run either way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

SIDED_NAME = re.compile(r"(?:^|-)(?:left|right)(?:-|$)")
SIDED_VALUE = re.compile(r"(?<![\w-])(?:left|right)(?![\w-])")
# Properties whose value may say left or right.
POSITIONED = re.compile(
    r"^(?:text-align(?:-last)?|float|clear|(?:background|mask|object|offset)(?:-position(?:-x)?)?|justify-\w+"
    r"|(?:transform|perspective)-origin|background-image|mask-image|list-style-image|shape-outside)$"
)
FOUR_SIDES = re.compile(
    r"^(?:margin|padding|inset|border-(?:width|style|color)|scroll-(?:margin|padding)|border-image-\w+)$"
)
# Properties whose first length counts from the left edge.
PLACED = re.compile(
    r"^(?:(?:background|mask|object|offset)-position(?:-x)?|(?:transform|perspective)-origin)$"
)
DROPPED = re.compile(r"drop-shadow\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
MOVES = re.compile(r"(translate(?:3d|X)?|skewX|rotate|scaleX|matrix(?:3d)?)\(([^()]*(?:\([^()]*\)[^()]*)*)\)")


@dataclass(frozen=True, slots=True)
class Declaration:
    selectors: tuple[str, ...]  # outermost first
    name: str
    value: str
    line: int


def declarations(sheet: str) -> Iterator[Declaration]:
    """Every `name: value` with the selectors that it stands in; comments and strings are blanked."""
    plain = re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), sheet, flags=re.DOTALL)
    plain = re.sub(r"url\([^)]*\)", "url()", plain)
    held: list[str] = []
    piece, line = "", 1
    for letter in plain:
        line += letter == "\n"
        if letter not in "{};":
            piece += letter
            continue
        text = " ".join(piece.split())
        piece = ""
        if letter == "{":
            held.append(text)
            continue
        if ":" in text and not text.startswith("@"):
            name, value = text.split(":", 1)
            yield Declaration(tuple(held), name.strip().lower(), value.strip(), line)
        if letter == "}":
            held.pop()


def split(value: str) -> list[str]:
    """The parts of a value between spaces that stand in no brackets."""
    parts, depth = [""], 0
    for letter in value.replace("!important", "").strip():
        depth += (letter == "(") - (letter == ")")
        if letter.isspace() and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part for part in parts if part]


def sided(name: str, value: str) -> str:
    """Why a declaration is tied to one direction; empty where it is not."""
    parts = split(value)
    return _named(name, value) or _sized(name, value, parts) or _gradient(value) or _moved(name, value, parts)


def _named(name: str, value: str) -> str:
    if SIDED_NAME.search(name) and not name.startswith("--"):
        return "the property names a side"
    if (POSITIONED.match(name) and SIDED_VALUE.search(value)) or re.search(r"\bpan-(?:left|right)\b", value):
        return "the value names a side"
    return "the direction is the document's: `dir` tells it" if name == "direction" else ""


def _sized(name: str, value: str, parts: list[str]) -> str:
    if PLACED.match(name) and any(_placed(split(layer)) for layer in re.split(r",(?![^(]*\))", value)):
        return "it is placed from one side"
    if FOUR_SIDES.match(name) and len(parts) == 4 and parts[1] != parts[3]:
        return "its second and fourth values differ"
    if name == "border-radius" and "/" not in value and _uneven(parts):
        return "the corners of the two sides differ"
    if name == "clip-path" and _cut(value):
        return "it cuts one side"
    shadows = [value] if name in {"box-shadow", "text-shadow"} else DROPPED.findall(value)
    return "the shadow falls to one side" if any(map(_shifted, shadows)) else ""


def _uneven(parts: list[str]) -> bool:
    corners = (parts * 4)[:4] if len(parts) in (1, 2, 4) else [*parts, parts[1]] if len(parts) == 3 else parts
    return len(corners) == 4 and (corners[0] != corners[1] or corners[3] != corners[2])


def _zero(length: str) -> bool:
    return re.fullmatch(r"[+-]?0(?:\.0+)?[a-z%]*", length) is not None


def _placed(parts: list[str]) -> bool:
    """From the middle, or from above or below alone, it is the same in both directions."""
    return bool(parts) and re.match(r"[+-]?[\d.]", parts[0]) is not None and parts[0] != "50%"


def _cut(value: str) -> bool:
    if edges := re.match(r"inset\(\s*([^)]*?)(?:\s+round\b.*)?\)", value):
        parts = split(edges[1])
        return len(parts) == 4 and parts[1] != parts[3]
    return value.startswith(("polygon(", "path("))


def _shifted(value: str) -> bool:
    for shadow in re.split(r",(?![^(]*\))", value):
        lengths = [part for part in split(shadow) if re.match(r"[+-]?[\d.]", part)]
        if lengths and not _zero(lengths[0]):
            return True
    return False


def _gradient(value: str) -> str:
    """A gradient that stands beside its own mirror image is even; stripes have no direction of reading."""
    angles = []
    for first in re.findall(r"(?<!repeating-)linear-gradient\(\s*([^,]*)", value):
        if SIDED_VALUE.search(first):
            return "the gradient runs to one side"
        if level := re.fullmatch(r"(-?[\d.]+)deg", first.strip()):
            angles.append(float(level[1]) % 360)
        elif re.fullmatch(r"-?[\d.]+(?:turn|rad|grad)", first.strip()):
            return "its angle is to be told in degrees"
    even = sorted(angles) == sorted(-angle % 360 for angle in angles)
    return "" if even else "the gradient runs to one side"


def _moved(name: str, value: str, parts: list[str]) -> str:
    if name == "translate" and parts and not _zero(parts[0]) and parts[0] != "none":
        return "it moves to one side"
    if name != "transform":
        return ""
    for move, arguments in MOVES.findall(value):
        first = re.split(r",(?![^(]*\))", arguments)[0].strip()
        if move in {"scaleX", "matrix", "matrix3d"} or (not _zero(first) and move != "rotate"):
            return f"{move} moves to one side"
    return ""


def mirrored(found: Declaration, rules: list[Declaration]) -> bool:
    """The same property is set for the other direction, on what the rule is about or in a rule of its own."""
    own = " ".join(found.selectors)
    if re.search(r"\[dir=\"?(?:rtl|ltr)\"?\]|:dir\(", own):
        return True
    last = found.selectors[-1].split(",")[0].split()[-1] if found.selectors else ""
    return any(
        rule.name == found.name and re.search(r"\[dir=\"?rtl\"?\]|:dir\(rtl\)", " ".join(rule.selectors))
        and last in " ".join(rule.selectors)
        for rule in rules
    )  # fmt: skip


def one_sided(sheet: str) -> list[tuple[int, str]]:
    rules = list(declarations(sheet))
    return [
        (rule.line, f"{rule.name}: {rule.value}: {reason}")
        for rule in rules
        if (reason := sided(rule.name, rule.value)) and not mirrored(rule, rules)
    ]


def test_style_sheets_know_no_left_and_no_right() -> None:
    sheets = sorted((ROOT / "static").rglob("*.css"))
    assert len(sheets) > 10
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in sheets
        for line, text in one_sided(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


def test_colours_come_from_the_tokens() -> None:
    """But for print, which is black on white."""
    colour = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|oklab|lab|lch|hwb)a?\(", flags=re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{rule.line}: {rule.name}: {rule.value}"
        for path in sorted((ROOT / "static").rglob("*.css"))
        if path.name not in {"tokens.css", "print.css"}
        for rule in declarations(path.read_text(encoding="utf-8"))
        # A mask knows only how much shines through.
        if colour.search(rule.value) and "mask" not in rule.name
    ]
    assert not found, "\n".join(found)


def test_every_value_that_is_named_is_given_and_used() -> None:
    """A misspelt `var(--…)` falls back in silence; a token that nothing asks for is a leftover."""
    sheets = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "static" / "css").rglob("*.css"))
    sheets = re.sub(r"/\*.*?\*/", "", sheets, flags=re.DOTALL)
    given = set(re.findall(r"(--[\w-]+)\s*:", sheets))
    # The drawings take their colours from the tokens too.
    drawn = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "trade" / "charts").glob("*.py"))
    asked = set(re.findall(r"var\(\s*(--[\w-]+)", sheets))
    assert asked - given == set()
    assert {name for name in given - asked if name.removeprefix("--") not in drawn} == set()


def test_every_class_of_a_sheet_is_used() -> None:
    """By a template, or by the beginning that a template completes (`tag-{{ kind }}`)."""
    blank = re.compile(r"/\*.*?\*/|\{[^{}]*\}|url\([^)]*\)", flags=re.DOTALL)
    sheets = [path.read_text(encoding="utf-8") for path in (ROOT / "static" / "css").rglob("*.css")]
    named = {name for text in sheets for name in re.findall(r"\.(-?[a-zA-Z_][\w-]*)", blank.sub(" ", text))}
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))
    words = set(re.findall(r"[\w-]+", pages))
    begun = tuple(set(re.findall(r"([a-z]+-)\{[{%]", pages)))
    assert {name for name in named - words if not name.startswith(begun)} == set()


def test_neither_do_scripts() -> None:
    physical = re.compile(r"\.style\.(?:left|right|(?:margin|padding|border)(?:Left|Right))\b")
    found = [path for path in (ROOT / "static" / "js").rglob("*.js") if physical.search(path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    "declaration",
    [
        "margin-left: 1rem", "padding-right: 0", "left: 0", "right: 50%", "border-left: 1px solid", "inset: 0 1px 0 0",
        "border-right-color: red", "border-top-left-radius: 2px", "border-bottom-right-radius: 2px",
        "scroll-margin-left: 1px", "scroll-padding-right: 1px", "text-align: left", "text-align: right",
        "float: left", "float: right", "clear: right", "margin: 1px 2px 3px 4px", "padding: 0 1rem 0 0",
        "border-width: 0 0 0 3px", "border-style: none solid none none", "border-color: red blue red green",
        "border-radius: 1px 2px", "border-radius: 0 4px 4px 0", "border-radius: 1px 2px 3px",
        "background-position: left top", "background: url(a.svg) no-repeat right center", "object-position: right",
        "background-position-x: right", "transform-origin: left", "transform: translateX(4px)",
        "transform: translate(-50%, 0)", "transform: scaleX(-1)", "translate: 1rem 0", "box-shadow: 3px 0 2px red",
        "text-shadow: 1px 1px red", "background: linear-gradient(to right, red, blue)",
        "background: linear-gradient(90deg, red, blue)", "mask-image: linear-gradient(270deg, red, blue)",
        "background-position: 4px center", "object-position: 0 0", "transform-origin: 0 50%", "direction: ltr",
        "mask-position: center, 100% 0", "clip-path: inset(0 1px 0 0)", "clip-path: polygon(0 0, 100% 50%, 0 100%)",
        "filter: drop-shadow(2px 0 1px red)", "transform: matrix(1, 0, 0, 1, 5, 0)", "touch-action: pan-left",
        "justify-content: left", "background-image: radial-gradient(circle at left, red, blue)",
    ],
)  # fmt: skip
def test_a_side_is_found(declaration: str) -> None:
    assert one_sided(f"@media print {{ .a > .b {{ color: red; {declaration}; }} }}")
    assert one_sided(f".a {{ & .b {{ {declaration} }} color: red }}")


@pytest.mark.parametrize(
    "declaration",
    [
        "margin-inline-start: 1rem", "inset-inline-end: 0", "border-inline-start: 1px solid", "text-align: start",
        "float: inline-start", "margin: 1px 2px 3px 2px", "padding: 0 1rem", "inset: 0", "border-radius: 4px",
        "border-radius: 4px 4px 0 0", "border-start-start-radius: 2px", "background-position: center top",
        "transform: translateY(4px)", "transform: translate(0, 4px)", "transform: rotate(45deg)", "translate: 0 1rem",
        "box-shadow: 0 1px 3px rgb(0 0 0 / 50%)", "box-shadow: none", "box-shadow: inset 0 0 0 2px var(--edge)",
        "background: linear-gradient(to bottom, red, blue)", "background: linear-gradient(red, blue)",
        "background: url(img/left.svg)", "background: linear-gradient(180deg, red, blue)",
        "background: linear-gradient(90deg, red, blue) 0 0, linear-gradient(-90deg, red, blue) 100% 0",
        "background: repeating-linear-gradient(45deg, red 0 3px, blue 3px 4px)", "--left: 0",
        "justify-content: end", "grid-area: left", "clip-path: inset(50%)", "clip-path: inset(0 1px)",
        "transform-origin: center", "object-position: 50% 0", "filter: drop-shadow(0 2px 1px red)",
    ],
)  # fmt: skip
def test_what_serves_both_directions_passes(declaration: str) -> None:
    assert one_sided(f".a {{ {declaration}; }}") == []


def test_a_side_with_its_mirror_passes() -> None:
    sheet = '.tip { transform: translateX(-50%) } [dir="rtl"] .tip { transform: translateX(50%) }'
    assert one_sided(sheet) == []
    assert one_sided(sheet.replace(".tip { transform: translateX(50%)", ".other { transform: none")) != []
    assert one_sided("/* margin-left: 0 */ .a { color: red }") == []


def test_the_sheet_for_paper_is_for_paper_alone() -> None:
    """It is bundled with the others: a rule outside `@media print` would strip the screen too."""
    rules = declarations((ROOT / "static" / "css" / "print.css").read_text(encoding="utf-8"))
    outside = [rule for rule in rules if not rule.selectors[0].startswith(("@media print", "@page"))]
    assert outside == []
