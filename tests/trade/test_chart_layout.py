"""Where things stand in a drawing, and the colours that they have: properties that hold for any input."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as some

from trade.charts import layout, limits, palette
from trade.charts.squarify import Box, squarify

AMOUNTS = some.lists(some.floats(0.01, 1e9), min_size=1, max_size=40)
SIDES = some.floats(20, 800)


@given(AMOUNTS, SIDES, SIDES)
def test_a_treemap_fills_its_frame_in_proportion(values: list[float], width: float, height: float) -> None:
    values = sorted(values, reverse=True)
    boxes = squarify(values, Box(0, 0, width, height))
    assert len(boxes) == len(values)
    area, total = width * height, sum(values)
    for value, box in zip(values, boxes, strict=True):
        assert box.width * box.height == pytest.approx(area * value / total, rel=1e-6, abs=area * 1e-9)
        assert -1e-6 <= box.x <= box.x + box.width <= width + 1e-6
        assert -1e-6 <= box.y <= box.y + box.height <= height + 1e-6
    for one, other in itertools.combinations(boxes, 2):
        across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
        down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
        assert across <= 1e-6 * width or down <= 1e-6 * height


def test_equal_parts_are_nearly_square() -> None:
    for box in squarify([1.0] * 12, Box(0, 0, 348, 250)):
        assert 0.5 < box.width / box.height < 2


def test_nothing_has_no_boxes() -> None:
    assert squarify([], Box(0, 0, 10, 10)) == []
    assert squarify([0.0], Box(0, 0, 10, 10)) == []


@given(some.floats(1e-6, 1e16))
def test_ticks_are_round_few_and_reach_the_largest(largest: float) -> None:
    found = layout.ticks(largest)
    assert 2 <= len(found) <= 8
    assert found[0] == 0
    assert found[-1] >= largest * 0.999
    assert found[-1] <= largest * 2.6


@given(some.text(max_size=80), some.floats(10, 300))
def test_a_shortened_name_stays_within_its_width(text: str, width: float) -> None:
    text = layout.clean(text)
    kept = layout.shorten(text, width, 12)
    assert kept == text or kept.endswith("…")
    assert layout.text_width(kept, 12) <= max(width, layout.text_width("…", 12))


@given(some.text(max_size=80))
def test_clean_text_can_be_drawn(text: str) -> None:
    kept = layout.clean(text)
    assert kept.isprintable() or all(letter.isprintable() or letter not in "\r\n\t" for letter in kept)
    kept.encode()
    assert not set(kept) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00")


def test_a_compound_name_breaks_after_its_hyphen() -> None:
    assert layout.wrap("Casablanca-Settat", 70, 11, most=2) == ["Casablanca-", "Settat"]


@given(some.lists(some.tuples(some.floats(0, 200), some.floats(5, 30)), min_size=1, max_size=6))
def test_labels_do_not_touch(wanted: list[tuple[float, float]]) -> None:
    rooms = [room for _, room in wanted]
    places = layout.spread([y for y, _ in wanted], rooms, low=0, high=220)
    spans = sorted((y - room / 2, y + room / 2) for y, room in zip(places, rooms, strict=True))
    for (_, below), (above, _) in itertools.pairwise(spans):
        assert above >= below - 1e-6
    assert spans[0][0] >= -1e-6
    assert spans[-1][1] <= 220 + 1e-6


# --- Colours as others see them: Machado, Oliveira and Fernandes (2009), severity 1 ----------------------------------

EYES = {
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}


def lab(colour: str, eye: str) -> tuple[float, float, float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    seen = [min(1, max(0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in EYES[eye]]
    red, green, blue = seen
    planes = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (plane ** (1 / 3) if plane > 0.008856 else 7.787 * plane + 16 / 116 for plane in planes)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: str, other: str, eye: str) -> float:
    pairs = zip(lab(one, eye), lab(other, eye), strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


@pytest.mark.parametrize("eye", list(EYES))
@pytest.mark.parametrize("colours", [palette.SERIES, (*palette.PARTS, palette.OTHER), palette.STEPS])
def test_every_eye_tells_the_colours_apart(colours: tuple[str, ...], eye: str) -> None:
    for one, other in itertools.combinations(colours, 2):
        assert distance(one, other, eye) >= (12 if colours is palette.STEPS else 16), (one, other)


@pytest.mark.parametrize("colours", [(*palette.PARTS, palette.OTHER), palette.STEPS])
def test_neighbours_differ_in_grey_print(colours: tuple[str, ...]) -> None:
    for one, other in itertools.pairwise(colours):
        assert abs(lab(one, "usual")[0] - lab(other, "usual")[0]) >= 8, (one, other)


def test_steps_grow_darker() -> None:
    grey = [palette.luminance(colour) for colour in palette.STEPS]
    assert grey == sorted(grey, reverse=True)


def test_lines_and_letters_stand_out() -> None:
    assert all(palette.contrast(colour, palette.PAPER) >= 3 for colour in palette.SERIES)
    assert len(set(palette.DASHES)) == len(palette.SERIES)
    for colour in (*palette.STEPS, palette.OTHER, palette.HIDDEN):
        assert palette.contrast(palette.ink_on(colour), colour) >= 4.5, colour


def test_the_maps_steps() -> None:
    assert [limits.step_of(share) for share in (None, 0, 0.004, 0.005, 0.015, 0.03, 0.1, 0.5)] == [
        0,
        1,
        1,
        2,
        3,
        4,
        5,
        5,
    ]
    assert [step for step, _ in limits.legend("fr")] == [1, 2, 3, 4, 5]
    assert "0,5\u00a0%" in limits.legend("fr")[0][1]
