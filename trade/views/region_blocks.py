"""The blocks and figures of the regions' pages."""

from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.base import formats
from trade.charts import figures
from trade.tables import Block, block_make, headlines, sentences
from trade.tables.atlas import Atlas
from trade.tables.headlines import Headline
from trade.tables.order import Asked
from trade.tables.rows import Layout
from trade.views import choices

# A line or an area says something from this many periods on.
YEARS = 2
REGIONS = 12


@dataclass(frozen=True, slots=True)
class Subject:
    """The region that a page is about."""

    code: str
    name: str
    language: str
    asked: Asked


def trend(about: Subject) -> Block:
    """Exports and imports by year; what it says in words opens the page (`lead`) and is not said again beside it."""
    made = block_make(
        figures.region_trend(figures.CUSTOMS, about.code),
        language=about.language,
        anchor="trend",
        title=_("Exports and imports by year"),
        place=about.name,
        kind="line",
        layout=Layout(
            caption=_("%(place)s: exports and imports by year") % {"place": about.name}, pivot="flow"
        ),
        words=sentences.trend,
        asked=about.asked,
    )
    return replace(made, sentences=[])


def lead(about: Subject, trend: Block, period: str) -> str:
    """The page's first words: the chosen year's exports and imports, and how they moved."""
    reading = trend.reading
    return " ".join(sentences.trend(reading, about.name, None, period)) if reading and reading.rows else ""


def sections(about: Subject, trend: Block, period: str) -> list[Block]:
    """What the region sells, how that changed over the years, and what it buys."""
    blocks = [_sections(about, trend, "X", period), _sections(about, trend, "M", period)]
    if trend.reading and len(trend.reading.distinct("period")) >= YEARS:
        blocks.insert(1, _over_years(about))
    return blocks


def _sections(about: Subject, trend: Block, flow: str, period: str) -> Block:
    words = {"place": about.name, "period": period}
    titles = {
        "X": _("Exports by section, %(period)s") % words,
        "M": _("Imports by section, %(period)s") % words,
    }
    captions = {
        "X": _("%(place)s: exports by section, %(period)s") % words,
        "M": _("%(place)s: imports by section, %(period)s") % words,
    }
    total = trend.reading.value(period=period, flow=flow) if trend.reading else None
    anchor = f"sections-{flow.lower()}"
    # The first rows fit a phone; who asks for all of them gets the count of firms too.
    hide = () if about.asked.everything(anchor) else ("firms",)
    return block_make(
        figures.region_sections(figures.CUSTOMS, about.code, flow, period),
        language=about.language,
        anchor=anchor,
        title=titles[flow],
        place=about.name,
        # What is bought needs no drawing: the bars of the table say it in half the room.
        kind="treemap" if flow == "X" else "",
        words=sentences.products,
        layout=Layout(caption=captions[flow], total=total, show=choices.FEW, hide=hide),
        asked=about.asked,
    )


def _over_years(about: Subject) -> Block:
    return block_make(
        figures.region_sections_years(figures.CUSTOMS, about.code, "X"),
        language=about.language,
        anchor="sections-years",
        title=_("Exports by section over the years"),
        place=about.name,
        kind="area",
        layout=Layout(
            caption=_("%(place)s: exports by section and year") % {"place": about.name}, pivot="period"
        ),
        asked=about.asked,
        folded=True,
    )


def figures_of(about: Subject, trend: Block, period: str) -> list[Headline]:
    """What the region sells and buys, how many firms sell, and its weight in the country."""
    reading = trend.reading
    if reading is None or not period:
        return []
    when = {"period": formats.period(period, about.language)}
    found = [
        headlines.of_period(reading, _("Exports, %(period)s") % when, period, flow="X"),
        headlines.of_period(reading, _("Imports, %(period)s") % when, period, flow="M"),
        _weight(about, period),
        _firms(about, trend, period),
    ]
    return [figure for figure in found if figure is not None]


def _weight(about: Subject, period: str) -> Headline | None:
    """The region's share of the country's exports and its place among the regions that are shown."""
    whole, every = (
        block_make(question, language=about.language, anchor="", title="").reading
        for question in (figures.country(figures.CUSTOMS), figures.regions(figures.CUSTOMS, period=period))
    )
    total = whole.value(period=period, flow="X") if whole else None
    value = every.value(region=about.code) if every else None
    if every is None or not total or value is None:
        return None
    shown = [row for row in every.rows if row.shown and row.codes["region"].startswith("MA-")]
    place = 1 + sum((row.values["value"] or 0) > value for row in shown)
    return Headline(
        _("Share of the country’s exports"),
        formats.percent(value / total, about.language),
        note=_("number %(place)s of the %(count)s regions") % {"place": place, "count": REGIONS},
        url=reverse("regions"),
    )


def _firms(about: Subject, trend: Block, period: str) -> Headline | None:
    rows = trend.reading.rows if trend.reading else []
    row = next((r for r in rows if r.codes["period"] == period and r.codes["flow"] == "X" and r.shown), None)
    firms = row.values.get("firms") if row else None
    if not firms:
        return None
    number = formats.number(firms, about.language)
    return Headline(_("Exporting firms"), number, note=_("rounded to the nearest five"))


def country(atlas: Atlas, language: str, asked: Asked) -> list[Block]:
    """Below the map: every region over the years, and the sections of each in one year."""
    if not atlas.period:
        return []
    blocks = []
    if len(atlas.periods) >= YEARS:
        blocks.append(
            block_make(
                figures.regions_years(figures.CUSTOMS, "X"),
                language=language,
                anchor="years",
                title=_("Every region over the years"),
                kind="multiples",
                layout=Layout(caption=_("Exports by region and year"), pivot="period"),
                asked=asked,
                folded=True,
            )
        )
    title = _("What each region sells, %(period)s") % {"period": atlas.period}
    blocks.append(
        block_make(
            figures.regions_sections(figures.CUSTOMS, "X", atlas.period),
            language=language,
            anchor="sections",
            title=title,
            kind="heat",
            layout=Layout(caption=title, show=choices.SHOWN),
            asked=asked,
            folded=True,
        )
    )
    return blocks


def country_figures(atlas: Atlas) -> list[Headline]:
    """The country's exports, the weight of the first three regions, and how many regions sell how little."""
    reading = atlas.block.reading
    if reading is None or not reading.rows or atlas.table is None or atlas.table.total is None:
        return []
    when = {"period": formats.period(atlas.period, reading.language)}
    found = [headlines.amount(_("Exports of goods, %(period)s") % when, atlas.total, reading)]
    shares = [outline.share for outline in atlas.ranking if outline.share is not None]
    if len(shares) > 3:
        label = _("Share of the first three regions, %(period)s") % when
        text = formats.percent(sum(shares[:3]), reading.language)
        names = _("%(first)s, %(second)s, %(third)s") % dict(
            zip(("first", "second", "third"), (o.name for o in atlas.ranking[:3]), strict=True)
        )
        found.append(Headline(label, text, note=names))
    return found
