"""Amounts upwards over periods or names: the scales of bars, lines and areas, with ticks and labels as marks."""

from collections.abc import Sequence
from typing import Any

from portal.base import formats
from trade.charts import layout
from trade.charts.frame import EDGE, LABEL, Frame, Spec, head_lines, head_room, rules, texts, turn
from trade.charts.kinds.base import Sheet
from trade.charts.palette import SOFT

HEIGHT, FOOT = 210, 26
# Parts of a step that stay empty between two bars.
GAP = 0.3


class Axes:
    """Positions and layers for `names` across and amounts from 0 to `largest` upwards, in the sheet's unit.

    `notes` stand above; `room` is kept past the end for labels; `bands` makes steps with width, for bars.
    """

    def __init__(
        self,
        sheet: Sheet,
        names: Sequence[str],
        largest: float,
        notes: Sequence[str],
        *,
        room: float = EDGE,
        bands: bool = False,
        lines: int = 1,
    ) -> None:
        self.sheet, self.names, self.bands = sheet, list(names), bands
        self.ticks = layout.ticks(largest)
        self.top = self.ticks[-1] or 1
        step = self.ticks[1] if len(self.ticks) > 1 else 1
        places = layout.decimals(step)
        self.figures = [formats.number(tick, sheet.language, decimals=places) for tick in self.ticks]
        self.head = head_lines([sheet.scale.unit, *notes])
        widest = max(layout.text_width(figure, LABEL) for figure in self.figures)
        self.frame = Frame(
            HEIGHT,
            sheet.rtl,
            top=head_room(self.head) + 6,
            bottom=FOOT + 14 * (lines - 1),
            start=round(widest) + 12,
            end=room,
        )

    @property
    def step(self) -> float:
        return self.frame.inner / (len(self.names) + (GAP if self.bands else 0))

    def middle(self, position: int) -> float:
        """The middle of a step, from the side where reading begins."""
        if self.bands:
            return self.step * (position + GAP + (1 - GAP) / 2)
        return self.step * (position + 0.5)

    def y(self, value: float) -> float:
        return round(HEIGHT * (1 - value / self.top), 1)

    def across(self) -> dict[str, Any]:
        kind = (
            {"type": "band", "paddingInner": GAP, "paddingOuter": GAP}
            if self.bands
            else {
                "type": "point",
                "padding": 0.5,
            }
        )
        scale = {**kind, "domain": self.names, "reverse": self.sheet.rtl}
        return {"field": "name", "type": "ordinal", "sort": None, "axis": None, "scale": scale}

    def up(self, field: str = "value") -> dict[str, Any]:
        scale = {"domain": [0, self.top], "nice": False}
        return {"field": field, "type": "quantitative", "axis": None, "scale": scale}

    def behind(self) -> list[Spec]:
        """The words above, the grid and its figures."""
        frame = self.frame
        grid = [{"x": 0, "x2": frame.inner, "y": self.y(tick), "y2": self.y(tick)} for tick in self.ticks]
        figures = [
            {"x": frame.at(-6), "y": self.y(tick), "text": turn(figure, frame.rtl)}
            for tick, figure in zip(self.ticks, self.figures, strict=True)
        ]
        return [
            frame.words(self.head),
            rules(grid),
            rules([{"x": 0, "x2": frame.inner, "y": HEIGHT, "y2": HEIGHT}], colour=SOFT),
            texts(figures, align=frame.far(), colour=SOFT),
        ]

    def below(self) -> Spec:
        """The names under their steps: each, or every second, third, … so that they do not touch; the last always."""
        frame = self.frame
        widths = [layout.text_width(name, LABEL) for name in self.names]
        every = layout.every(len(self.names), widths, self.step)
        last = len(self.names) - 1
        rows = [
            {"x": frame.at(self._inside(at, widths[at])), "y": HEIGHT + 14, "text": turn(name, frame.rtl)}
            for at, name in enumerate(self.names)
            if (last - at) % every == 0
        ]
        return texts(rows, align="center", colour=SOFT)

    def _inside(self, position: int, width: float) -> float:
        """A label's middle, moved where it would leave the drawing."""
        low, high = width / 2 + 2 - self.frame.start, self.frame.inner + self.frame.end - width / 2 - 2
        return min(max(self.middle(position), low), high)


def wrapped_below(axes: Axes, *, most: int, size: float) -> Spec:
    """Names of categories under their bars, on several lines each."""
    frame = axes.frame
    rows = []
    for at, name in enumerate(axes.names):
        for line, text in enumerate(layout.wrap(name, axes.step - 4, size, most=most)):
            rows.append(
                {
                    "x": frame.at(axes.middle(at)),
                    "y": HEIGHT + 14 + 14 * line,
                    "text": turn(text, frame.rtl),
                }
            )
    return texts(rows, align="center", size=size, colour=SOFT)
