"""From an answer to a drawing, a picture or an explorable specification, cached by what they show."""

import hashlib
import json

from django.core.cache import cache
from django.utils.translation import override

from portal.base import i18n
from trade import cube
from trade.charts import engine, explore, layout, svg, words
from trade.charts.frame import WIDTH
from trade.charts.kinds import Kind, Plan, check, kind_get, plan_make
from trade.charts.reading import Reading
from trade.cube import Query, Result
from trade.models import Release

KEEP_SECONDS = 30 * 24 * 3600
VERSION = "5"  # a change of drawing makes every cached chart another one
PICTURE_SCALE = 2
FORMS = ("svg", "png", "vl.json")


def chart_svg(result: Result, kind: str, language: str) -> bytes:
    """The chart of a result as SVG, in words where nothing can be drawn. Raises Invalid where the kind does not fit."""
    return chart_file(result.query, result.release, kind, "svg", language, result=result)


def chart_file(
    query: Query, release: Release, kind: str, form: str, language: str, *, result: Result | None = None
) -> bytes:
    """A chart in one of `FORMS`. Where nothing is kept of it yet, the cube is asked unless a result is there."""
    key = cache_key(query, release, kind, language, form)
    if (kept := cache.get(key)) is not None:
        return bytes(kept)
    made = make(Reading(result or cube.answer(query, release), language), kind_get(kind), form)
    cache.set(key, made, KEEP_SECONDS)
    return made


def cache_key(query: Query, release: Release, kind: str, language: str, form: str) -> str:
    """The same whether the question names its release or not; another one when the dataset's texts have changed."""
    question = json.dumps(query.with_changes(release=release.number).to_params(), sort_keys=True)
    text = f"{VERSION} {question} {release.dataset.updated_at.isoformat()} {kind} {form} {language}"
    # A full table of the cache drops its first keys in order: drawings, and not the rate limits of sign-in.
    return "0chart:" + hashlib.sha256(text.encode()).hexdigest()


def chart_size(reading: Reading, kind: str) -> tuple[int, int]:
    """Width and height in pixels that the drawing will have, without drawing it."""
    chosen = kind_get(kind)
    check(reading, chosen)
    if not any(row.shown for row in reading.rows):
        return WIDTH, 40 + 22 * len(_nothing(reading))
    return plan_make(reading, chosen).size


def make(reading: Reading, kind: Kind, form: str) -> bytes:
    check(reading, kind)
    shows = any(row.shown for row in reading.rows)
    if form == "vl.json":
        plan = plan_make(reading, kind) if shows else None
        return json.dumps(explore.spec(reading, plan, kind), ensure_ascii=False).encode()
    drawn = picture(reading, kind) if shows else in_words(reading)
    if form == "svg":
        return drawn.encode()
    rtl = i18n.direction(reading.language) == "rtl"
    cited = svg.with_citation(drawn, reading.result.citation(reading.language), rtl=rtl)
    return engine.to_png(cited, PICTURE_SCALE)


def picture(reading: Reading, kind: Kind) -> str:
    plan = plan_make(reading, kind)
    return dressed(reading, plan.svg or engine.to_svg(plan.spec), plan, kind)


def dressed(reading: Reading, drawn: str, plan: Plan, kind: Kind) -> str:
    sums = kind.name in {"treemap", "area", "map"}
    description = words.describe(reading, plan, sums=sums)
    return svg.dress(drawn, words.title(reading), description, reading.language)


def in_words(reading: Reading) -> str:
    rtl = i18n.direction(reading.language) == "rtl"
    lines = _nothing(reading)
    with override(reading.language):
        return svg.dress(svg.notice(lines, rtl=rtl), words.title(reading), " ".join(lines), reading.language)


def _nothing(reading: Reading) -> list[str]:
    return layout.wrap(words.nothing(reading), WIDTH - 32, 15, most=4)
