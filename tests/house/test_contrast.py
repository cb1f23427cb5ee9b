"""The colours of the tokens against each other: axe passes over the contrast of some joined Arabic text.

Ratios are WCAG 2's. What colour-blind readers see is simulated with the matrices of Machado, Oliveira and Fernandes
(2009) at full severity; distances are in OKLab, where 0.02 is about what an eye can just tell apart side by side.
"""

import itertools
import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parent.parent.parent / "static" / "css" / "tokens.css"
SCHEMES = ("light", "dark")
Colour = tuple[float, float, float]

# Text -> the grounds on which it is read: 4.5:1.
TEXT = {
    "ink": ("paper", "card", "sand", "green-pale", "ochre-pale", "red-pale"),
    "soft": ("paper", "card", "sand"),
    "link": ("paper", "card", "sand", "green-pale"),
    "on-green": ("green", "green-deep"),
    "on-deep": ("green-deep",),
    "on-deep-mark": ("green-deep",),
    "on-ochre": ("ochre",),
    "ochre-deep": ("paper", "card", "sand", "ochre-pale"),
    "red": ("paper", "card", "red-pale"),
}
# Edges of controls, signs of focus, marks that carry a meaning -> what they stand on: 3:1.
MARKS = {
    "edge": ("paper", "card", "sand"),
    "focus": ("paper", "card", "sand", "green-pale", "ochre-pale", "red-pale"),
    "focus-deep": ("green", "green-deep"),
    "ochre": ("card",),
}
STEPS = ("step-1", "step-2", "step-3", "step-4", "step-5")
# Lines that part what belongs together anyway, the ground of a drawing.
DECORATION = {"line", "drawing"}
SIGHTS = {
    "every colour": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}  # fmt: skip
# Two steps that meet on the map: told apart at a glance, and in grey print.
APART, APART_IN_GREY = 0.06, 1.25


def tokens() -> dict[str, dict[str, str]]:
    """Scheme -> token -> colour as it is written; the dark scheme changes the light one's."""
    text = re.sub(r"/\*.*?\*/", "", TOKENS.read_text(), flags=re.DOTALL)
    before, after = text.split("@media (prefers-color-scheme: dark)", 1)
    colour = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{3,8})\s*;", flags=re.IGNORECASE)
    light = dict(colour.findall(before))
    return {"light": light, "dark": light | dict(colour.findall(after))}


def linear(written: str) -> Colour:
    """Red, green and blue as amounts of light, from 0 to 1."""
    digits = written.lstrip("#")
    digits = "".join(letter * 2 for letter in digits) if len(digits) == 3 else digits
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return _light(red), _light(green), _light(blue)


def _light(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def luminance(colour: Colour) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def contrast(one: Colour, other: Colour) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def seen(colour: Colour, sight: str) -> Colour:
    red, green, blue = (sum(w * c for w, c in zip(row, colour, strict=True)) for row in SIGHTS[sight])
    return min(max(red, 0), 1), min(max(green, 0), 1), min(max(blue, 0), 1)


def oklab(colour: Colour) -> Colour:
    red, green, blue = colour
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def distance(one: Colour, other: Colour) -> float:
    return sum((a - b) ** 2 for a, b in zip(oklab(one), oklab(other), strict=True)) ** 0.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("table", "least"), [(TEXT, 4.5), (MARKS, 3.0)], ids=["text", "marks"])
def test_what_is_read_stands_out(scheme: str, table: dict[str, tuple[str, ...]], least: float) -> None:
    colours = tokens()[scheme]
    found = {
        f"{over} on {under}": round(ratio, 2)
        for over, grounds in table.items()
        for under in grounds
        if (ratio := contrast(linear(colours[over]), linear(colours[under]))) < least
    }
    assert found == {}


def test_every_colour_is_in_a_table() -> None:
    known = {*TEXT, *MARKS, *STEPS, *DECORATION}
    known |= {under for table in (TEXT, MARKS) for grounds in table.values() for under in grounds}
    assert set(tokens()["light"]) == known
    assert set(tokens()["dark"]) == known


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_neighbouring_steps_of_the_map_are_told_apart(scheme: str, sight: str) -> None:
    colours = [seen(linear(tokens()[scheme][step]), sight) for step in STEPS]
    found = [round(distance(one, other), 3) for one, other in itertools.pairwise(colours)]
    assert min(found) >= APART, found


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_steps_of_the_map_keep_their_order_in_grey(scheme: str) -> None:
    """More is darker on paper and lighter on the dark scheme's ground, by a step that a printer keeps."""
    colours = [linear(tokens()[scheme][step]) for step in STEPS]
    order = sorted(colours, key=luminance, reverse=scheme == "light")
    assert colours == order
    found = [round(contrast(one, other), 2) for one, other in itertools.pairwise(colours)]
    assert min(found) >= APART_IN_GREY, found


def test_the_measures_are_right() -> None:
    """Known values: WCAG's own extremes and middle, and that a red and a green are one to who sees no green."""
    assert contrast(linear("#fff"), linear("#000")) == pytest.approx(21)
    assert contrast(linear("#767676"), linear("#fff")) == pytest.approx(4.54, abs=0.01)
    assert oklab(linear("#fff"))[0] == pytest.approx(1, abs=0.001)
    red, green = linear("#a65c00"), linear("#6f7200")
    assert distance(seen(red, "no green"), seen(green, "no green")) < distance(red, green) / 2
