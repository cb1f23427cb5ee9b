"""The blocks of a market's page: the same trade told by both sides, which value it differently."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.base import formats
from reference.models import Country
from trade.charts import figures
from trade.charts.reading import Reading
from trade.cube.whole import whole_trade
from trade.tables import Block, block_make, headlines, sentences
from trade.tables.headlines import Headline
from trade.tables.order import Asked
from trade.tables.rows import Layout
from trade.views import choices

HOME = "MA"
WORLD = "W"
LEVEL = 6
# Over more years than these no line is drawn: each is asked whether it holds all goods.
MOST_YEARS = 8
# (reporter, flow) whose trade is known whole, not only some products of it.
Whole = Collection[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Subject:
    """The country that a page is about, in one dataset."""

    dataset: str
    country: Country
    name: str
    language: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class Found:
    """What a market's page shows of what countries report."""

    blocks: list[Block] = field(default_factory=list)
    years: list[choices.Choice] = field(default_factory=list)
    figures: list[Headline] = field(default_factory=list)
    lead: str = ""


def both_sides(request: HttpRequest, about: Subject) -> Found:
    """Morocco's reports, the other country's, and what that country buys from the whole world; by year."""
    code = about.country.code
    sides = [(HOME, code), (code, HOME), (code, WORLD)]
    totals = [
        block_make(
            figures.market_totals(about.dataset, reporter, partner, LEVEL),
            language=about.language,
            anchor="",
            title="",
        ).reading
        for reporter, partner in sides
    ]
    known = [reading.distinct("period") if reading else [] for reading in totals]
    # The newest year in which Morocco itself reports, else the newest of the others.
    preferred = max(known[0] or known[1] or known[2], default="")
    every = [period for periods in known for period in periods]
    period, years = choices.years(request, every, about.language, preferred)
    release = next((reading.result.release for reading in totals if reading), None)
    if not period or release is None:
        return Found()
    whole = whole_trade(release, (HOME, code), period)
    words = {"country": about.name, "period": period}
    plan = [
        (0, "X", "home-x", _("Morocco’s exports to %(country)s, %(period)s, as Morocco reports them") % words),
        (0, "M", "home-m", _("Morocco’s imports from %(country)s, %(period)s, as Morocco reports them") % words),
        (1, "M", "mirror-m", _("The same exports as %(country)s reports them, %(period)s") % words),
        (1, "X", "mirror-x", _("The same imports as %(country)s reports them, %(period)s") % words),
        (2, "M", "world-m", _("What %(country)s buys from the whole world, %(period)s") % words),
    ]  # fmt: skip
    blocks = [
        _products(about, sides[side], flow, period, reading, anchor, title, some=(sides[side][0], flow) not in whole)
        for side, flow, anchor, title in plan
        if (reading := totals[side]) is not None and period in known[side]
    ]  # fmt: skip
    blocks += _by_year(about, totals[0])
    return Found(blocks, years, _figures(totals[0], words, whole), _lead(totals[0], words, whole))


def _products(  # noqa: PLR0917  the parts of one block
    about: Subject,
    side: tuple[str, str],
    flow: str,
    period: str,
    totals: Reading,
    anchor: str,
    title: str,
    *,
    some: bool,
) -> Block:
    """What one side reports of the other in one flow, by product."""
    reporter, partner = side
    limit = str(choices.SHOWN)
    return block_make(
        figures.market_products(
            about.dataset, reporter, partner, LEVEL, flow=flow, period=period, limit=limit
        ),
        language=about.language,
        anchor=anchor,
        title=title,
        place=about.name,
        kind="ranked",
        words=sentences.some_products if some else sentences.products,
        layout=Layout(caption=title, total=totals.value(period=period, flow=flow), some=some),
        asked=about.asked,
    )


def _by_year(about: Subject, totals: Reading | None) -> list[Block]:
    """Morocco's reports over the years, where each of several years holds all goods: else a line would mislead."""
    periods = totals.distinct("period") if totals else []
    if totals is None or not 1 < len(periods) <= MOST_YEARS:
        return []
    release = totals.result.release
    if any((HOME, "X") not in whole_trade(release, (HOME,), period) for period in periods):
        return []
    title = _("Morocco’s trade with %(country)s by year") % {"country": about.name}
    block = block_make(
        figures.market_totals(about.dataset, HOME, about.country.code, LEVEL),
        language=about.language,
        anchor="trend",
        title=title,
        place=about.name,
        kind="line",
        words=sentences.trend,
        layout=Layout(caption=title, pivot="flow"),
        asked=about.asked,
    )
    return [block]


def _lead(totals: Reading | None, words: dict[str, str], whole: Whole) -> str:
    """The page's first words, where all of the trade is known: a part of it is not called the whole."""
    if totals is None or not {(HOME, "X"), (HOME, "M")} <= set(whole):
        return ""
    exports, imports = (totals.value(period=words["period"], flow=flow) for flow in ("X", "M"))
    if exports is None or imports is None:
        return ""
    text = _(
        "In %(period)s Morocco sold goods for %(exports)s to %(country)s and bought goods for %(imports)s."
    )
    return text % {
        "period": formats.period(words["period"], totals.language),
        "exports": sentences.amount(totals, exports),
        "country": words["country"],
        "imports": sentences.amount(totals, imports),
    }


def _figures(totals: Reading | None, words: dict[str, str], whole: Whole) -> list[Headline]:
    """What Morocco reports of its trade with the country at a glance; a part of it is called one."""
    if totals is None:
        return []
    titles = {
        "X": _("Morocco’s exports to %(country)s, %(period)s") % words,
        "M": _("Morocco’s imports from %(country)s, %(period)s") % words,
    }
    found = []
    for flow, title in titles.items():
        if (HOME, flow) in whole:
            figure = headlines.of_period(totals, title, words["period"], flow=flow)
        elif (value := totals.value(period=words["period"], flow=flow)) is not None:
            note = _("only the products that this dataset holds")
            figure = headlines.amount(title, value, totals, note=note)
        else:
            figure = None
        if figure is not None:
            found.append(figure)
    return found
