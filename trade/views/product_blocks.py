"""The blocks of a product's page: the country's own customs figures, or what countries report to each other."""

from dataclasses import dataclass, field, replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.base import formats, i18n
from portal.base.errors import DomainError
from portal.base.search import fold
from reference import selectors as reference
from reference.models import Product
from trade.charts import answers, figures
from trade.charts.reading import in_order
from trade.models import Dataset
from trade.tables import Block, block_make, headlines, sentences
from trade.tables.headlines import Headline
from trade.tables.order import Asked
from trade.tables.rows import Layout
from trade.tables.sentences import Writer
from trade.views import choices

HOME = "MA"
SUBHEADING = 6
LIMIT = str(choices.SHOWN)
Choices = dict[str, list[choices.Choice]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a product's page shows: its first words, figures at a glance, blocks, and what can be chosen."""

    lead: str = ""
    figures: list[Headline] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    choice: Choices = field(default_factory=dict)


def periods_of(dataset: Dataset, node: Product) -> list[str]:
    """The periods in which the published release holds anything of this product that a reader may see."""
    level = "6" if dataset.has_companies else str(node.level)
    return _column(figures.ask(dataset.code, by="period", product=node.code, level=level, flow="X,M"))


@dataclass(frozen=True, slots=True)
class Subject:
    """What a product's page is about, in one dataset and the periods that it has."""

    dataset: str
    node: Product
    name: str
    periods: list[str]
    language: str
    asked: Asked


def national(request: HttpRequest, about: Subject) -> Found:
    """Customs: a subheading by year; above it, its subheadings in one year."""
    if about.node.level == SUBHEADING:
        caption = _("%(product)s: exports and imports by year") % {"product": about.name}
        block = block_make(
            figures.product_trend(about.dataset, about.node.code, SUBHEADING),
            language=about.language,
            anchor="trend",
            title=_("Exports and imports of Morocco by year"),
            place=about.name,
            kind="line",
            words=sentences.trend,
            layout=Layout(caption=caption, pivot="flow"),
            asked=about.asked,
        )
        newest = max(about.periods, default="")
        figures_found = _flows(block, newest, about.language)
        return Found(_lead(block, about.name, newest), figures_found, [replace(block, sentences=[])])
    period, years = choices.years(request, about.periods, about.language)
    titles = {
        "X": _("Exports by subheading, %(period)s") % {"period": period},
        "M": _("Imports by subheading, %(period)s") % {"period": period},
    }
    blocks = []
    for flow, title in titles.items():
        anchor = f"below-{flow.lower()}"
        params = figures.products_below(about.dataset, about.node.code, flow=flow, period=period, limit=LIMIT)
        blocks.append(_ranked(params, about, anchor, title, sentences.products))
    return Found(blocks=blocks, choice={"years": years})


def international(request: HttpRequest, about: Subject) -> Found:
    """One reporter's partners, Morocco's where it reports; then who sells and who buys in the world."""
    node, language = about.node, about.language
    period, years = choices.years(request, about.periods, language)
    asking = figures.ask(
        about.dataset, by="reporter", product=node.code, level=str(node.level), flow="X,M", period=period
    )
    codes = list(dict.fromkeys(_column(asking)))
    reporter = choices.chosen(request, "reporter", codes, HOME)
    names = reference.labels("reporter", codes, language)
    options = sorted(((code, names[code]) for code in codes), key=lambda option: fold(option[1]))
    country = names.get(reporter, reporter)
    years_block = _by_year(about, reporter, country)
    blocks = _partners(about, period, reporter, country)
    if years_block is not None and years_block.reading and len(years_block.reading.distinct("period")) > 1:
        blocks.append(replace(years_block, sentences=[]))
    blocks += _world(about, period)
    chosen = {"years": years, "reporters": choices.chips(request, "reporter", options, reporter)}
    figures_found = _flows(years_block, period, language, country)
    return Found(_lead(years_block, country, period), figures_found, blocks, chosen)


def _lead(block: Block | None, place: str, period: str) -> str:
    """The page's first words: exports and imports of the chosen period, and how they moved."""
    reading = block.reading if block else None
    return " ".join(sentences.trend(reading, place, None, period)) if reading and reading.rows else ""


def _by_year(about: Subject, reporter: str, country: str) -> Block | None:
    """One reporter's trade with the whole world over the years."""
    if not reporter:
        return None
    return block_make(
        figures.product_trend(about.dataset, about.node.code, about.node.level, reporter=reporter),
        language=about.language,
        anchor="trend",
        title=_("%(country)s: exports and imports by year") % {"country": country},
        place=country,
        kind="line",
        words=sentences.trend,
        layout=Layout(caption=about.name, pivot="flow"),
        asked=about.asked,
    )


def _flows(block: Block | None, period: str, language: str, country: str = "") -> list[Headline]:
    """Exports and imports of a period at a glance."""
    if block is None or block.reading is None:
        return []
    words = {"period": formats.period(period, language) if period else "", "country": country}
    if country:
        titles = {
            "X": _("%(country)s: exports, %(period)s") % words,
            "M": _("%(country)s: imports, %(period)s") % words,
        }
    else:
        titles = {"X": _("Exports, %(period)s") % words, "M": _("Imports, %(period)s") % words}
    found = [headlines.of_period(block.reading, title, period, flow=flow) for flow, title in titles.items()]
    return [figure for figure in found if figure is not None]


def _partners(about: Subject, period: str, reporter: str, country: str) -> list[Block]:
    """A block for each flow that the country reports."""
    code, level = about.node.code, about.node.level
    params = figures.flows_with_world(about.dataset, code, level, reporter=reporter, period=period)
    whole = block_make(params, language=about.language, anchor="", title="")
    titles = {
        "X": _("%(country)s: exports by destination, %(period)s"),
        "RX": _("%(country)s: re-exports by destination, %(period)s"),
        "M": _("%(country)s: imports by origin, %(period)s"),
        "RM": _("%(country)s: re-imports by origin, %(period)s"),
    }
    blocks = []
    for flow in sorted(whole.reading.distinct("flow"), key=in_order) if whole.reading else []:
        anchor = f"partners-{flow.lower()}"
        params = figures.partners(
            about.dataset, code, level, reporter=reporter, flow=flow, period=period, limit=LIMIT
        )
        title = titles[flow] % {"country": country, "period": period}
        total = whole.reading.value(flow=flow) if whole.reading else None
        blocks.append(_ranked(params, about, anchor, title, sentences.partners, total))
    return blocks


def _world(about: Subject, period: str) -> list[Block]:
    titles = {
        "X": _("Who exports it, %(period)s") % {"period": period},
        "M": _("Who imports it, %(period)s") % {"period": period},
    }
    blocks = []
    for flow, title in titles.items():
        anchor = f"world-{flow.lower()}"
        params = figures.reporters(
            about.dataset, about.node.code, about.node.level, flow=flow, period=period, limit=LIMIT
        )
        blocks.append(_ranked(params, about, anchor, title, sentences.reporters))
    return blocks


def _ranked(  # noqa: PLR0917  one call for one block
    params: figures.Params, about: Subject, anchor: str, title: str, words: Writer, total: int | None = None
) -> Block:
    return block_make(
        params,
        language=about.language,
        anchor=anchor,
        title=title,
        place=about.name,
        kind="ranked",
        words=words,
        layout=Layout(caption=title, total=total),
        asked=about.asked,
    )


def _column(params: figures.Params) -> list[str]:
    """The first dimension's codes of an answer that only serves to offer a choice; none where it is refused."""
    try:
        reading = answers.reading(params, i18n.current())
    except DomainError:
        return []
    return [row.codes[params["by"]] for row in reading.rows]
