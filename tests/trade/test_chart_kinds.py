"""Every kind of chart in every language: named, told in words, mirrored, small, safe from what names hold."""

import gzip
import json
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from portal.base.errors import Invalid, Missing
from tests.trade.drawing import ARABIC, PARTNERS, REGIONS, YEARS, reading
from trade.charts import draw, engine, words
from trade.charts.frame import WIDTH
from trade.charts.kinds import KINDS, kind_get, plan_make
from trade.charts.reading import Reading

LANGUAGES = ("fr", "ar", "en")
SVG = "{http://www.w3.org/2000/svg}"
MOST_BYTES = 8_000


def partners(language: str) -> Reading:
    return reading([(code, 10_000_000 // (at + 1)) for at, code in enumerate(PARTNERS)], "partner", language)


def years(language: str) -> Reading:
    rows = [(year, flow, 1_000_000 + at * 1000) for at, year in enumerate(YEARS) for flow in ("X", "M")]
    rows[6] = (YEARS[3], "X", None)  # type: ignore[assignment]
    return reading(rows, "period,flow", language, partial=[YEARS[-1]])


def layers(language: str) -> Reading:
    rows = [
        (year, code, 5_000_000 // (at + 1) + int(year)) for year in YEARS for at, code in enumerate(PARTNERS)
    ]
    return reading(rows, "period,partner", language, partial=[YEARS[-1]])


def cells(language: str) -> Reading:
    rows = [
        (region, code, None if (region, code) == ("MA-03", "FR") else 9_000_000 // (at + 1))
        for at, region in enumerate(REGIONS)
        for code in PARTNERS[:5]
        if (region, code) != ("MA-04", "ES")
    ]
    return reading(rows, "region,partner", language)


def region_years(language: str) -> Reading:
    rows = [
        (region, year, 10 ** (5 + at % 4) + int(year)) for at, region in enumerate(REGIONS) for year in YEARS
    ]
    return reading(rows, "region,period", language, partial=[YEARS[-1]])


def regions(language: str) -> Reading:
    rows = [(region, 2 ** (at + 10)) for at, region in enumerate(REGIONS)]
    return reading(rows, "region", language)


SAMPLES: dict[str, tuple[Callable[[str], Reading], int]] = {
    "ranked": (partners, 9),
    "bar": (years, 20),
    "line": (years, 19),
    "area": (layers, 60),
    "treemap": (partners, 9),
    "heat": (cells, 59),
    "multiples": (region_years, 120),
    "map": (regions, 12),
}
ALL = [(kind, language) for kind in SAMPLES for language in LANGUAGES]


def drawn(found: Reading, kind: str) -> ET.Element:
    return ET.fromstring(draw.make(found, KINDS[kind], "svg"))


def words_of(root: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def test_every_kind_is_tried() -> None:
    assert set(SAMPLES) == set(KINDS)


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_a_drawing_is_named_told_and_of_the_size_that_was_said(kind: str, language: str) -> None:
    found = SAMPLES[kind][0](language)
    root = drawn(found, kind)
    assert root.get("role") == "img"
    assert root.get("lang") == language
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert title.text
    assert desc is not None
    assert len(desc.text or "") > 60
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert (float(root.get("width", 0)), float(root.get("height", 0))) == draw.chart_size(found, kind)
    assert len(plan_make(found, KINDS[kind]).marks) == SAMPLES[kind][1]


def test_no_prefix_of_another_library_gets_into_a_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that draws the second factor's QR code puts its own into a table of the whole process."""
    monkeypatch.setitem(ET._namespace_map, SVG.strip("{}"), "svg")  # type: ignore[attr-defined]
    drawings = [draw.make(SAMPLES[kind][0]("fr"), KINDS[kind], "svg") for kind in ("line", "map")]
    assert [drawing[:5] for drawing in drawings] == [b"<svg "] * 2
    assert not any(b"svg:" in drawing for drawing in drawings)


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_a_drawing_is_small_and_without_noise(kind: str, language: str) -> None:
    svg = draw.make(SAMPLES[kind][0](language), KINDS[kind], "svg")
    assert len(gzip.compress(svg)) <= MOST_BYTES
    assert b"aria-roledescription" not in svg
    assert not re.search(rb"<g\s*/>|<g></g>", svg)
    numbers = re.findall(rb'(?:\sx|\sy|width|height)="(-?[\d.]+)"', svg)
    assert all(len(number.partition(b".")[2]) <= 1 for number in numbers if abs(float(number)) >= 1)


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if kind != "map"])
def test_arabic_is_the_mirror_of_the_others(kind: str) -> None:
    """What begins at the left in French begins at the right in Arabic; every text is isolated from its neighbours."""
    french, arabic = (plan_make(SAMPLES[kind][0](language), KINDS[kind]).spec for language in ("fr", "ar"))
    assert len(french["layer"]) == len(arabic["layer"])
    assert french["padding"]["top"] == arabic["padding"]["top"] or kind == "multiples"
    svg = drawn(SAMPLES[kind][0]("ar"), kind)
    assert all(word.startswith("\u2067") for word in words_of(svg) if word not in {"c", "–"})
    aligned = {layer["mark"].get("align") for layer in arabic["layer"] if layer["mark"]["type"] == "text"}
    assert "right" in aligned
    rects = [
        [row for layer in spec["layer"] if layer["mark"]["type"] == "rect" for row in layer["data"]["values"]]
        for spec in (french, arabic)
    ]
    if rects[0] and kind in {"treemap", "heat"}:
        inner = french["width"]
        assert [round(inner - row["x"], 1) for row in rects[0]] == [round(row["x"], 1) for row in rects[1]]


def test_the_country_is_never_mirrored() -> None:
    paths = [
        [path.get("d") for path in drawn(regions(language), "map").iter(f"{SVG}path")]
        for language in ("fr", "ar")
    ]
    assert paths[0] == paths[1]
    assert len(paths[0]) == 13


def test_a_gap_breaks_the_line_and_a_partial_year_is_hollow() -> None:
    plan = plan_make(years("en"), KINDS["line"])
    lines = [layer["data"]["values"] for layer in plan.spec["layer"] if layer["mark"]["type"] == "line"]
    assert len(lines) == 2
    assert len({row["stretch"] for row in lines[0]}) == 2
    assert len({row["stretch"] for row in lines[1]}) == 1
    assert all(YEARS[-1] not in row["name"] for line in lines for row in line)
    hollow = [layer for layer in plan.spec["layer"] if layer["mark"].get("fill") == "#ffffff"]
    assert [len(layer["data"]["values"]) for layer in hollow] == [1, 1]
    assert any("7 of 12 months" in word for word in words_of(drawn(years("en"), "line")))
    assert any("7 of 12 months" in mark.text for mark in plan.marks)


def test_hidden_and_missing_cells_are_told_apart() -> None:
    found = cells("en")
    root = drawn(found, "heat")
    assert words_of(root).count("c") == 1
    assert words_of(root).count("–") == 1
    assert any(mark.text == "confidential" for mark in plan_make(found, KINDS["heat"]).marks)


def test_hidden_regions_are_hatched_on_the_map(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise Missing("no release here")

    monkeypatch.setattr("trade.charts.kinds.regions.answers.reading", refused)
    rows = [(region, None if region == "MA-02" else 1_000_000) for region in REGIONS]
    found = reading(rows, "region", "en")
    root = drawn(found, "map")
    hatched = [path for path in root.iter(f"{SVG}path") if path.get("fill") == "url(#hatch)"]
    assert len(hatched) == 1
    assert "confidential" in words_of(root)
    assert "1 confidential amount is not drawn." in words_of(root)
    assert "confidential" not in words_of(drawn(regions("en"), "map"))


def test_zero_is_an_amount() -> None:
    rows = [(YEARS[0], 0), (YEARS[1], 5_000), (YEARS[2], 0)]
    for kind in ("bar", "line", "ranked"):
        plan = plan_make(reading(rows, "period", "en"), KINDS[kind])
        assert len(plan.marks) == 3
        assert sum(mark.text == "0 dirhams" for mark in plan.marks) == 2


@pytest.mark.parametrize("kind", ["ranked", "bar", "line", "treemap", "map"])
def test_all_zero_draws(kind: str) -> None:
    by, codes = {"line": ("period", YEARS), "map": ("region", REGIONS)}.get(kind, ("partner", PARTNERS))
    assert drawn(reading([(code, 0) for code in codes], by), kind) is not None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(SAMPLES))
def test_nothing_to_show_is_said_in_words(kind: str, language: str) -> None:
    by = {"line": "period", "area": "period,partner", "heat": "region,partner", "multiples": "region,period"}
    dims = by.get(kind, "region")
    empty = reading([], dims, language)
    hidden = reading([(*["MA-01"] * len(dims.split(",")), None)], dims, language)
    said = [" ".join(words_of(drawn(found, kind))) for found in (empty, hidden)]
    assert all(said)
    assert said[0] != said[1]
    assert json.loads(draw.make(empty, KINDS[kind], "vl.json"))["usermeta"]["marks"] == []


@pytest.mark.parametrize(
    ("kind", "by"),
    [
        ("ranked", "partner"),
        ("bar", "partner"),
        ("line", "period"),
        ("area", "period,partner"),
        ("treemap", "partner"),
        ("heat", "region,partner"),
        ("multiples", "region,period"),
        ("map", "region"),
    ],
)
def test_one_row_and_amounts_beyond_measure(kind: str, by: str) -> None:
    codes = {"partner": "FR", "period": "2024", "region": "MA-01"}
    for amount in (1, 10**15):
        row = (*[codes[name] for name in by.split(",")], amount)
        found = reading([row], by, "ar")
        root = drawn(found, kind)
        assert float(root.get("width", 0)) == WIDTH


HOSTILE = "</text><script>alert(1)</script>\u202e\u0000\ud800 & \"'${datum.x} {{7*7}} http://x.example/a.png"


@pytest.mark.parametrize("kind", list(SAMPLES))
def test_hostile_names_stay_text(kind: str) -> None:
    found = SAMPLES[kind][0]("en")
    for row in found.rows:
        for name in row.names:
            row.names[name] = HOSTILE
    for form in ("svg", "vl.json", "png"):
        assert draw.make(found, KINDS[kind], form)
    root = drawn(found, kind)
    assert not list(root.iter(f"{SVG}script"))
    assert not list(root.iter(f"{SVG}image"))
    assert "\u202e" not in "".join(words_of(root))


@pytest.mark.parametrize("kind", list(SAMPLES))
def test_very_long_arabic_names_keep_their_beginning(kind: str) -> None:
    found = SAMPLES[kind][0]("ar")
    for row in found.rows:
        for name in row.names:
            row.names[name] = ARABIC * 3
    words = [word.strip("\u2067\u2069") for word in words_of(drawn(found, kind))]
    cut = [word for word in words if "…" in word]
    assert all(word.endswith("…") for word in cut)
    if kind not in {"map", "multiples", "treemap"}:
        assert any(word.startswith("جهة") for word in words)


@pytest.mark.parametrize(
    ("kind", "by", "rows"),
    [
        ("map", "region,period", [("MA-01", "2023", 1), ("MA-01", "2024", 1), ("MA-02", "2024", 1)]),
        ("map", "partner", [("FR", 1)]),
        ("line", "partner", [("FR", 1)]),
        ("area", "period,flow", [("2023", "X", 1), ("2023", "M", 1), ("2024", "X", 1)]),
        ("treemap", "period", [("2023", 1), ("2024", 1)]),
        ("treemap", "flow", [("X", 1), ("M", 1)]),
        ("heat", "region", [("MA-01", 1)]),
        ("multiples", "region", [("MA-01", 1)]),
    ],
)
def test_a_kind_that_does_not_fit_says_what_it_needs(kind: str, by: str, rows: list[tuple[str, int]]) -> None:
    with pytest.raises(Invalid) as refused:
        draw.make(reading(rows, by, "en"), KINDS[kind], "svg")
    assert str(KINDS[kind].needs) in str(refused.value)


def test_other_questions_that_cannot_be_drawn() -> None:
    many = reading([(f"{at:06d}", 1) for at in range(2_001)], "partner", "en")
    with pytest.raises(Invalid, match="2001 rows"):
        draw.make(many, KINDS["ranked"], "svg")
    page = reading([("FR", 1), ("ES", 1)], "partner", "en", total=9, following=2)
    with pytest.raises(Invalid, match="whole answer"):
        draw.make(page, KINDS["treemap"], "svg")
    with pytest.raises(Invalid, match="values"):
        draw.make(reading([("FR", 1)], "partner", "en", measures="firms"), KINDS["ranked"], "svg")
    with pytest.raises(Invalid, match="treemap"):
        kind_get("pie")


@pytest.mark.parametrize("kind", list(SAMPLES))
def test_the_specification_to_explore_tells_every_mark(kind: str) -> None:
    spec = json.loads(draw.make(SAMPLES[kind][0]("ar"), KINDS[kind], "vl.json"))
    marks = spec["usermeta"]["marks"]
    assert len(marks) == SAMPLES[kind][1]
    places = {
        row["at"]
        for layer in spec["layer"]
        for row in layer["data"]["values"]
        if "at" in row and "words" in row
    }
    # A bar that is hidden has words and no rectangle.
    assert places >= set(range(len(marks))) - ({6} if kind == "bar" else set())
    assert engine.to_svg(spec)


def test_a_picture_is_a_png_with_its_source() -> None:
    found = partners("fr")
    picture = draw.make(found, KINDS["ranked"], "png")
    assert picture.startswith(b"\x89PNG")
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    assert width == 2 * WIDTH
    assert height > 2 * draw.chart_size(found, "ranked")[1]


def test_labels_of_a_full_stack_stay_inside_the_drawing() -> None:
    """Six layers with long names and an amount each."""
    found = layers("fr")
    for row in found.rows:
        row.names["partner"] = f"{row.codes['partner']} un nom assez long pour deux lignes"
    plan = plan_make(found, KINDS["area"])
    words = [layer for layer in plan.spec["layer"] if layer["mark"]["type"] == "text"]
    tops = [row["y"] for layer in words for row in layer["data"]["values"]]
    assert min(tops) >= -plan.spec["padding"]["top"]
    assert max(tops) <= plan.spec["height"] + plan.spec["padding"]["bottom"]


def test_marks_are_told_as_each_language_joins_them() -> None:
    for language, joined, colon in (("fr", " ; ", " : "), ("ar", "؛ ", ": "), ("en", "; ", ": ")):
        found = reading([(code, 1_000_000) for code in PARTNERS[:3]], "partner", language)
        plan = plan_make(found, KINDS["ranked"])
        said = words.describe(found, plan, sums=False)
        assert said.count(joined) == 2
        assert said.count(colon) == 3
        assert (";" in said) == (language != "ar")
