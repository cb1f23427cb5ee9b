"""The parts that every specification is made of: frame, words above it, marks at a point, labels beside a drawing.

A drawing is 360 pixels wide and is read at 300 as at 560. It has no axis of Vega's own: ticks and labels are marks
with text from the server, so the numbers are the page's in every language and the size is known before drawing.
`x` in pixels runs from the side where reading begins; `Frame.at` mirrors it for Arabic.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trade.charts import layout
from trade.charts.palette import GRID, INK, PAPER, SOFT

Spec = dict[str, Any]
WIDTH, EDGE = 360, 6
HEAD_SIZE, HEAD_STEP = 13, 18
LABEL = 12
FONT = "Segoe UI, Noto Sans, Noto Sans Arabic, Tahoma, sans-serif"
ISOLATE = "\u2067%s\u2069"  # right-to-left isolate: a number and its unit keep their order inside a drawing
ACROSS = {"field": "x", "type": "quantitative", "scale": None, "axis": None}
DOWN = {"field": "y", "type": "quantitative", "scale": None, "axis": None}


def turn(text: str, rtl: bool) -> str:
    return ISOLATE % text if rtl and text else text


@dataclass(frozen=True, slots=True)
class Frame:
    """The box of a drawing: its size, the room around the marks, and which way it runs.

    `start` is the room on the side where reading begins, `end` on the other.
    """

    height: float
    rtl: bool
    top: float = 0
    bottom: float = EDGE
    start: float = EDGE
    end: float = EDGE

    @property
    def inner(self) -> float:
        return WIDTH - self.start - self.end

    @property
    def size(self) -> tuple[int, int]:
        return WIDTH, round(self.top + self.height + self.bottom)

    def at(self, x: float) -> float:
        """A distance from the side where reading begins, in the plane of the marks."""
        return round(self.inner - x if self.rtl else x, 2)

    def near(self) -> str:
        """The side on which a text begins."""
        return "right" if self.rtl else "left"

    def far(self) -> str:
        return "left" if self.rtl else "right"

    def spec(self, layers: Sequence[Spec]) -> Spec:
        left, right = (self.end, self.start) if self.rtl else (self.start, self.end)
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "width": self.inner,
            "height": self.height,
            "padding": {"left": left, "right": right, "top": self.top, "bottom": self.bottom},
            "autosize": {"type": "none"},
            "background": PAPER,
            "layer": [layer for layer in layers if layer["data"]["values"]],
            "config": {
                "font": FONT,
                # The drawing is one picture with words of its own; its marks say nothing by themselves.
                "aria": False,
                "mark": {"aria": False},
                "view": {"stroke": None},
                "text": {"color": INK, "fontSize": LABEL},
            },
        }

    def words(self, lines: Sequence[str]) -> Spec:
        """The unit and the notes above a drawing."""
        rows = [
            {
                "x": self.at(EDGE - self.start),
                "y": -self.top + HEAD_STEP * (position + 0.5) + 2,
                "text": turn(line, self.rtl),
            }
            for position, line in enumerate(lines)
        ]
        return texts(rows, align=self.near(), size=HEAD_SIZE, colour=SOFT)


def head_lines(texts_above: Sequence[str]) -> list[str]:
    """Whole sentences on as many lines as they need."""
    return [
        line
        for text in texts_above
        for line in layout.wrap(layout.clean(text), WIDTH - 2 * EDGE, HEAD_SIZE, most=3)
    ]


def head_room(lines: Sequence[str]) -> float:
    return len(lines) * HEAD_STEP + 8


def texts(
    rows: Sequence[Spec], *, align: str, size: float = LABEL, colour: str = INK, weight: int = 400
) -> Spec:
    """Text at `x`, `y` in pixels; a row may bring its own `colour`."""
    own = any("colour" in row for row in rows)
    return {
        "data": {"values": list(rows)},
        "mark": {
            "type": "text",
            "align": align,
            "baseline": "middle",
            "fontSize": size,
            "fontWeight": weight,
            **({} if own else {"color": colour}),
        },
        "encoding": {
            "x": ACROSS,
            "y": DOWN,
            "text": {"field": "text"},
            **({"color": {"field": "colour", "type": "nominal", "scale": None}} if own else {}),
        },
    }


def boxes(rows: Sequence[Spec], *, stroke: str = PAPER, radius: float = 0) -> Spec:
    """Rectangles from `x`, `y` to `x2`, `y2` in pixels, each in its `colour`."""
    return {
        "data": {"values": list(rows)},
        "mark": {"type": "rect", "stroke": stroke, "strokeWidth": 1, "cornerRadius": radius},
        "encoding": {
            "x": ACROSS,
            "y": DOWN,
            "x2": {"field": "x2"},
            "y2": {"field": "y2"},
            "color": {"field": "colour", "type": "nominal", "scale": None},
        },
    }


def rules(rows: Sequence[Spec], *, colour: str = GRID) -> Spec:
    """Lines from `x`, `y` to `x2`, `y2` in pixels."""
    return {
        "data": {"values": list(rows)},
        "mark": {"type": "rule", "color": colour},
        "encoding": {"x": ACROSS, "y": DOWN, "x2": {"field": "x2"}, "y2": {"field": "y2"}},
    }


def beside(frame: Frame, labels: Sequence[tuple[str, str, float, str]], width: float) -> list[Spec]:
    """Labels past the end of a drawing, each as near its `y` as there is room, with its colour's swatch before it.

    A label is (name, amount, y, colour).
    """
    size, step = 12, 15
    for most in (2, 1):
        lines = [
            layout.wrap(name, width - 14, size, most=most) + ([amount] if amount else [])
            for name, amount, *_ in labels
        ]
        rooms = [len(found) * step + 3 for found in lines]
        if sum(rooms) <= frame.height + 12:
            break
    middles = layout.spread([y for _, _, y, _ in labels], rooms, low=-6, high=frame.height + 6)
    rows, swatches = [], []
    for (*_, colour), found, middle in zip(labels, lines, middles, strict=True):
        top = middle - len(found) * step / 2
        swatches.append(
            {
                "x": frame.at(frame.inner + 8),
                "x2": frame.at(frame.inner + 17),
                "y": round(top + 3, 1),
                "y2": round(top + 12, 1),
                "colour": colour,
            }
        )
        for position, line in enumerate(found):
            y = round(top + step * (position + 0.5), 1)
            rows.append({"x": frame.at(frame.inner + 21), "y": y, "text": turn(line, frame.rtl)})
    return [boxes(swatches, stroke=SOFT), texts(rows, align=frame.near(), size=size)]
