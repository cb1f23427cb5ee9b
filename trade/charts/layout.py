"""Where things stand in a drawing: widths of text, ticks of an axis, lines of a name, labels that do not collide.

Pure functions of numbers and text. Widths are estimates for the fonts that readers have: a little too wide, so that
nothing is cut; a name that has no room is shortened at its end here: a drawing would cut Arabic at the wrong one.
"""

import math
import re
import unicodedata
from collections.abc import Sequence

NARROW = frozenset("iljtfrI.,:;|!'()[]·\u00a0\u202f ")
WIDE = frozenset("mwMWOQ@%")
# What must not reach a drawing: controls, and marks that would turn the text around it.
UNFIT = re.compile("[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+")


def clean(text: str) -> str:
    """A name from a file or a form as text that any drawing can hold, on one line."""
    return " ".join(UNFIT.sub(" ", text).split())


def text_width(text: str, size: float) -> float:
    """The width of a line in pixels, roughly."""
    return sum(_advance(letter) for letter in text) * size


def _advance(letter: str) -> float:
    if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf":
        return 0
    if letter in NARROW:
        return 0.32
    if letter in WIDE:
        return 0.92
    if "\u0600" <= letter <= "\u06ff":
        return 0.54
    return 0.68 if letter.isupper() else 0.57


def shorten(text: str, width: float, size: float) -> str:
    """A name cut at a word, so that it stays within a width."""
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size) > width:
        kept = kept[:-1]
    at_word = kept.rsplit(" ", 1)[0] if " " in kept.strip() else kept
    kept = at_word if len(at_word) * 2 > len(kept) else kept
    return kept.rstrip(" ,;،؛-–·") + "…"


def wrap(text: str, width: float, size: float, *, most: int) -> list[str]:
    """A name on at most so many lines; the last one is shortened."""
    lines: list[str] = []
    # A compound breaks after its hyphens, as the names of regions do.
    words = re.findall(r"[^\s-]*-+|[^\s-]+\s*|\s+", text.strip())
    while words and len(lines) < most - 1:
        line = words.pop(0)
        while words and text_width((line + words[0]).rstrip(), size) <= width:
            line += words.pop(0)
        lines.append(shorten(line.strip(), width, size))
    if words:
        lines.append(shorten("".join(words).strip(), width, size))
    return lines


def ticks(largest: float, *, about: int = 4) -> list[float]:
    """Round numbers from zero to just above the largest value."""
    if largest <= 0:
        return [0.0]
    rough = largest / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= rough * 0.999)
    return [step * count for count in range(math.ceil(largest / step * 0.9999) + 1)]


def decimals(step: float) -> int:
    """How many decimals tell two ticks apart."""
    return next((count for count in range(4) if math.isclose(round(step, count), step, rel_tol=1e-6)), 4)


def spread(wanted: Sequence[float], room: Sequence[float], *, low: float, high: float) -> list[float]:
    """Middles of labels as near to what is wanted as they can be without touching, all between low and high.

    `room` is each label's height. Order is kept by what is wanted. Labels that cannot all fit overlap evenly.
    """
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    places = list(wanted)
    edge = low
    for at in order:
        places[at] = max(places[at], edge + room[at] / 2)
        edge = places[at] + room[at] / 2
    edge = high
    for at in reversed(order):
        places[at] = min(places[at], edge - room[at] / 2)
        edge = places[at] - room[at] / 2
    return places


def every(count: int, widths: Sequence[float], step: float) -> int:
    """Which labels of an axis are written: each, every second, … so that two never touch."""
    widest = max(widths, default=0) + 8
    return max(1, math.ceil(widest / step)) if count > 1 else 1
