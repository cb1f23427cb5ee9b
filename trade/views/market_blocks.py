"""The blocks of a market's page: the same trade told by both sides, which value it differently."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from reference.models import Country
from trade.charts import figures
from trade.cube.whole import whole_trade
from trade.tables import Block, block_make, sentences
from trade.tables.rows import Layout
from trade.views import choices

HOME = "MA"
WORLD = "W"
LEVEL = 6


def both_sides(
    request: HttpRequest, dataset: str, country: Country, name: str, language: str
) -> tuple[list[Block], list[choices.Choice]]:
    """Morocco's reports, the other country's, and what that country buys from the whole world; by year."""
    sides = [(HOME, country.code), (country.code, HOME), (country.code, WORLD)]
    totals = [
        block_make(
            figures.market_totals(dataset, reporter, partner, LEVEL), language=language, anchor="", title=""
        )
        for reporter, partner in sides
    ]
    known = [block.reading.distinct("period") if block.reading else [] for block in totals]
    # The newest year in which Morocco itself reports, else the newest of the others.
    preferred = max(known[0] or known[1] or known[2], default="")
    period, years = choices.years(request, [p for periods in known for p in periods], language, preferred)
    if not period:
        return [], []
    words = {"country": name, "period": period}
    release = next((block.reading.result.release for block in totals if block.reading), None)
    whole = whole_trade(release, (HOME, country.code), period) if release else frozenset()
    plan = [
        (
            0,
            "X",
            "home-x",
            _("Morocco’s exports to %(country)s, %(period)s, as Morocco reports them") % words,
        ),
        (
            0,
            "M",
            "home-m",
            _("Morocco’s imports from %(country)s, %(period)s, as Morocco reports them") % words,
        ),
        (1, "M", "mirror-m", _("The same exports as %(country)s reports them, %(period)s") % words),
        (1, "X", "mirror-x", _("The same imports as %(country)s reports them, %(period)s") % words),
        (2, "M", "world-m", _("What %(country)s buys from the whole world, %(period)s") % words),
    ]
    blocks = []
    for side, flow, anchor, title in plan:
        reading = totals[side].reading
        if reading is None or period not in reading.distinct("period"):
            continue
        reporter, partner = sides[side]
        some = (reporter, flow) not in whole
        blocks.append(
            block_make(
                figures.market_products(
                    dataset,
                    reporter,
                    partner,
                    LEVEL,
                    flow=flow,
                    period=period,
                    limit=choices.limit(request, anchor),
                ),
                language=language,
                anchor=anchor,
                title=title,
                place=name,
                kind="ranked",
                words=sentences.some_products if some else sentences.products,
                layout=Layout(caption=title, total=reading.value(period=period, flow=flow), some=some),
            )
        )
    return blocks, years
