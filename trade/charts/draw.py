"""From a result to a drawing: an SVG of its own, with title and description, cached by what it shows."""

import hashlib
import json
from xml.sax.saxutils import escape

import vl_convert
from django.core.cache import cache
from django.utils.translation import gettext, override

from portal.base import formats, i18n
from trade.charts import spec
from trade.charts.reading import Reading, Row, Scale, in_order, scale_for
from trade.cube import Result

BARS = 12
KEEP_SECONDS = 30 * 24 * 3600
VERSION = "3"  # a change of drawing makes every cached chart another one


def chart_svg(result: Result, kind: str, language: str) -> bytes:
    """The chart of a result: `ranked` bars or a `line` by period."""
    key = cache_key(result, kind, language)
    if (drawn := cache.get(key)) is not None:
        return bytes(drawn)
    drawn = draw(Reading(result, language), kind)
    cache.set(key, drawn, KEEP_SECONDS)
    return drawn


def cache_key(result: Result, kind: str, language: str) -> str:
    question = json.dumps(result.pinned().to_params(), sort_keys=True)
    text = f"{VERSION} {question} {kind} {language}"
    # A full table of the cache drops its first keys in order: drawings, and not the rate limits of sign-in.
    return "0chart:" + hashlib.sha256(text.encode()).hexdigest()


def draw(reading: Reading, kind: str) -> bytes:
    language = reading.language
    rtl = i18n.direction(language) == "rtl"
    rows = [row for row in reading.rows if row.shown]
    scale = scale_for([row.values["value"] for row in rows], reading.currency, language)
    if kind == "line" and "period" in reading.dimensions and len({row.codes["period"] for row in rows}) > 1:
        periods = sorted(reading.distinct("period"))
        plan = spec.line(
            line_points(reading, rows, scale),
            [formats.period(code, language) for code in periods],
            rtl=rtl,
            unit=scale.unit,
        )
    else:
        plan = spec.ranked(bar_points(reading, rows[:BARS], scale), rtl=rtl)
    svg = vl_convert.vegalite_to_svg(plan, format_locale=number_locale(language))
    return dress(svg, title(reading), describe(reading, rows[:BARS]), language).encode()


def bar_points(reading: Reading, rows: list[Row], scale: Scale) -> list[spec.Point]:
    with override(reading.language):
        pattern = gettext("%(amount)s %(unit)s")
    return [
        spec.Point(
            x=name_of(reading, row),
            value=float(row.values["value"] or 0) / scale.divisor,
            # The unit stands beside the first bar only; the others are read in it.
            text=pattern % {"amount": scale.text(row.values["value"], reading.language), "unit": scale.unit}
            if position == 0
            else scale.text(row.values["value"], reading.language),
        )
        for position, row in enumerate(rows)
    ]


def line_points(reading: Reading, rows: list[Row], scale: Scale) -> list[spec.Point]:
    periods = sorted(reading.distinct("period"))
    shown = {(row.codes.get("flow", ""), row.codes["period"]) for row in rows}
    return [
        spec.Point(
            x=formats.period(row.codes["period"], reading.language),
            value=float(row.values["value"] or 0) / scale.divisor,
            text="",
            series=row.names.get("flow", ""),
            whole=row.codes["period"] not in reading.partial,
            stretch=gaps_before(periods, shown, row),
        )
        for row in sorted(rows, key=lambda row: (in_order(row.codes.get("flow", "")), row.codes["period"]))
    ]


def gaps_before(periods: list[str], shown: set[tuple[str, str]], row: Row) -> int:
    """How many periods before a row its flow has no figure for: rows with the same count follow each other."""
    flow = row.codes.get("flow", "")
    return sum((flow, period) not in shown for period in periods[: periods.index(row.codes["period"])])


def name_of(reading: Reading, row: Row) -> str:
    """A bar's name: the names of what tells the rows apart."""
    telling = [name for name in reading.dimensions if len(reading.distinct(name)) > 1] or reading.dimensions[
        :1
    ]
    return " · ".join(full_name(row, name) for name in telling)


def full_name(row: Row, dimension: str) -> str:
    """A product's code stands before its name: subheadings may share their heading's."""
    code, name = row.codes[dimension], row.names[dimension]
    return f"{code} {name}" if dimension == "product" and code.isdigit() and name != code else name


def title(reading: Reading) -> str:
    with override(reading.language):
        return gettext("Chart: %(citation)s") % {"citation": reading.result.citation(reading.language)}


def describe(reading: Reading, rows: list[Row]) -> str:
    """The drawing in words: every mark with its amount, for a reader who cannot see it."""
    parts = [
        f"{name_of(reading, row)}: {formats.money(row.values['value'], reading.language, reading.currency)}"
        for row in rows
    ]
    return "; ".join(parts)


def number_locale(language: str) -> dict[str, object]:
    decimal, thousands = {"fr": (",", "\u202f"), "ar": (",", ".")}.get(language, (".", ","))
    return {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}


def dress(svg: str, heading: str, words: str, language: str) -> str:
    """Name the drawing, give it its language, let it scale; nothing of Vega's own accessibility chatter is needed."""
    head, _, rest = svg.partition(">")
    head += f' role="img" lang="{language}" aria-labelledby="t d"'
    return f'{head}><title id="t">{escape(heading)}</title><desc id="d">{escape(words)}</desc>{rest}'
