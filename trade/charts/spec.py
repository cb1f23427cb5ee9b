"""Vega-Lite specifications made from plain points: what is drawn, not where it came from.

Widths are a phone's: a chart is read at 300 pixels as at 560, so names stand above their bars and series carry
their names beside their lines. In Arabic everything runs from the other side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 340
STEP = 42
HEIGHT = 220
# Letters of a name that stand on one line; the drawing cannot cut Arabic itself: it would keep the wrong end.
LETTERS = 44
INK, SOFT, GRID = "#17262b", "#4a5b5f", "#ddd6c6"
# Told apart by colour-blind readers and in grey print; dashes tell the series apart a second time.
COLOURS = ["#0a5a45", "#a3560f", "#3b5b8c", "#7a3b69"]
DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]
FONT = "Segoe UI, Noto Sans, Noto Sans Arabic, Tahoma, sans-serif"
ISOLATE = "\u2067%s\u2069"  # right-to-left isolate: a number and its unit keep their order inside a drawing


@dataclass(frozen=True, slots=True)
class Point:
    """One mark. `x` is the period of a line or the name of a bar; `value` in the unit that the axis names."""

    x: str
    value: float
    text: str
    series: str = ""
    whole: bool = True
    # Points of one stretch are joined; a hidden or missing period between two of them begins another.
    stretch: int = 0


def ranked(points: Sequence[Point], *, rtl: bool) -> dict[str, Any]:
    """Bars in the given order, each under its name and beside its figure."""
    longest = max((abs(point.value) for point in points), default=0) or 1
    rows = [
        {
            "at": position,
            "name": turn(shorten(point.x), rtl),
            "value": point.value,
            "text": turn(point.text, rtl),
        }
        for position, point in enumerate(points)
    ]
    near, far = ("right", "left") if rtl else ("left", "right")
    away = -6 if rtl else 6
    where = {"field": "at", "type": "ordinal", "sort": None, "axis": None}
    size = {
        "field": "value",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, longest * 1.42], "reverse": rtl, "nice": False},
    }
    return {
        **frame(rows),
        "height": {"step": STEP},
        "layer": [
            {
                "mark": {
                    "type": "bar",
                    "height": 13,
                    "yOffset": 9,
                    "color": COLOURS[0],
                    "cornerRadiusEnd": 2,
                },
                "encoding": {"x": size, "y": where},
            },
            {
                "mark": {
                    "type": "text",
                    "align": near,
                    "baseline": "middle",
                    "yOffset": -9,
                    "limit": 0 if rtl else WIDTH,
                    "dir": "rtl" if rtl else "ltr",
                    "fontSize": 14,
                },
                "encoding": {"x": {"value": WIDTH if rtl else 0}, "y": where, "text": {"field": "name"}},
            },
            {
                "mark": {
                    "type": "text",
                    "align": near,
                    "baseline": "middle",
                    "yOffset": 9,
                    "xOffset": away,
                    "fontSize": 13,
                    "fontWeight": 600,
                },
                "encoding": {"x": size, "y": where, "text": {"field": "text"}},
            },
        ],
        "config": {
            **CONFIG,
            "text": {**CONFIG["text"], "limit": WIDTH},
            "axis": {**CONFIG["axis"], "labelAlign": far},
        },
    }


def line(points: Sequence[Point], periods: Sequence[str], *, rtl: bool, unit: str) -> dict[str, Any]:
    """Series over all the periods, with a gap where one is hidden or missing.

    A partial period is a hollow point that no line reaches: it is not like the others.
    """
    series = list(dict.fromkeys(point.series for point in points))
    rows = [
        {
            "x": point.x,
            "value": point.value,
            "series": point.series,
            "whole": point.whole,
            "stretch": point.stretch,
        }
        for point in points
    ]
    across = {
        "field": "x",
        "type": "ordinal",
        "sort": None,
        "title": None,
        "scale": {"domain": list(periods), "reverse": rtl, "padding": 0.2},
        "axis": {"labelAngle": 0, "labelOverlap": "greedy", "grid": False},
    }
    up = {
        "field": "value",
        "type": "quantitative",
        "title": None,
        "scale": {"zero": True, "nice": True},
        "axis": {"orient": "right" if rtl else "left", "tickCount": 4, "format": ",~f"},
    }
    colour = {
        "field": "series",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": series, "range": COLOURS},
    }
    dash = {
        "field": "series",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": series, "range": DASHES},
    }
    return {
        **frame(rows),
        "height": HEIGHT,
        "title": {
            "text": turn(unit, rtl),
            "anchor": "end" if rtl else "start",
            "frame": "group",
            "fontSize": 13,
            "fontWeight": 400,
            "color": SOFT,
        },
        "layer": [
            {
                "transform": [{"filter": "datum.whole"}],
                "mark": {"type": "line", "strokeWidth": 2.5},
                "encoding": {
                    "x": across,
                    "y": up,
                    "color": colour,
                    "strokeDash": dash,
                    "detail": {"field": "stretch", "type": "nominal"},
                },
            },
            {
                "transform": [{"filter": "datum.whole"}],
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                "encoding": {"x": across, "y": up, "color": colour},
            },
            {
                "transform": [{"filter": "!datum.whole"}],
                "mark": {"type": "point", "filled": False, "size": 70, "strokeWidth": 2, "opacity": 1},
                "encoding": {"x": across, "y": up, "color": colour},
            },
            *[
                name_of_series(label, points, colour, across, up, rtl=rtl, halo=halo)
                for label in series
                for halo in (True, False)
            ],
        ],
        "config": CONFIG,
    }


def name_of_series(
    label: str,
    points: Sequence[Point],
    colour: dict[str, Any],
    across: dict[str, Any],
    up: dict[str, Any],
    *,
    rtl: bool,
    halo: bool,
) -> dict[str, Any]:
    """The series' name beside its last point: above it, or below where it ends under another.

    Drawn twice: first as a white halo, so that a line behind it does not cross the letters.
    """
    last = {point.series: point for point in points}
    under = any(other.value > last[label].value for name, other in last.items() if name != label)
    # A series that ends where the axis begins has its name on the other side, clear of the axis.
    early = last[label].x == min(point.x for point in points) < max(point.x for point in points)
    leftward = early == rtl
    return {
        "data": {
            "values": [
                {"x": last[label].x, "value": last[label].value, "series": label, "name": turn(label, rtl)}
            ]
        },
        "mark": {
            "type": "text",
            "align": "right" if leftward else "left",
            "baseline": "top" if under else "bottom",
            "yOffset": 10 if under else -10,
            "xOffset": (12 if leftward else -12) * (-0.5 if early else 1),
            "fontSize": 14,
            "fontWeight": 700,
            **({"stroke": "white", "strokeWidth": 5, "strokeJoin": "round"} if halo else {}),
        },
        "encoding": {
            "x": across,
            "y": up,
            "text": {"field": "name"},
            **({} if halo else {"color": colour}),
        },
    }


def frame(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "padding": 6,
        "background": "white",
        "data": {"values": rows},
    }


def shorten(text: str) -> str:
    """A name cut at a word, so that it stays on its line."""
    if len(text) <= LETTERS:
        return text
    return text[: LETTERS - 1].rsplit(" ", 1)[0].rstrip(" ,;،؛") + "…"


def turn(text: str, rtl: bool) -> str:
    return ISOLATE % text if rtl else text


CONFIG: dict[str, Any] = {
    "font": FONT,
    "view": {"stroke": None},
    "text": {"color": INK, "font": FONT},
    "axis": {
        "labelColor": SOFT,
        "labelFontSize": 13,
        "gridColor": GRID,
        "domainColor": SOFT,
        "tickColor": SOFT,
        "labelFont": FONT,
        "titleFont": FONT,
    },
}
