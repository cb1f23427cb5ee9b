"""What pages made of several rooms read."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.base import formats, i18n, search
from portal.base.models import SearchEntry
from reference.models import Region
from trade.charts import figures
from trade.tables import headlines
from trade.tables.atlas import Atlas
from trade.tables.block import block_make
from trade.tables.headlines import Headline

LIMIT = 60
# How many regions, and sections of a region's exports, the home page names.
FIRST = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One result as `components/results.html` draws it."""

    title: str
    url: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Results of one kind under its name, in the order in which they were found."""

    kind: str
    title: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Option:
    """One of a list to choose from."""

    code: str
    text: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a whole: its name, its share from 0 to 1, the share as text, and where it is told in full."""

    text: str
    share: float
    figure: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a region exports, at a glance. `headline` is None where the figure is hidden or missing."""

    url: str
    hidden: bool
    headline: Headline | None
    place: str
    parts: list[Part]


def region_options(regions: list[Region], chosen: Region | None) -> list[Option]:
    named = sorted((i18n.localized(region), region) for region in regions)
    return [Option(region.code, name, region == chosen) for name, region in named]


def region_seats(regions: list[Region]) -> list[tuple[str, str]]:
    """Each region with its seat, by name."""
    return sorted((i18n.localized(region), i18n.localized(region, "seat")) for region in regions)


def first_regions(atlas: Atlas) -> list[Part]:
    """The regions that export the most, for a reader who has not chosen one yet."""
    known = [one for one in atlas.ranking if one.share is not None]
    return [Part(one.name, one.share or 0.0, one.text, one.url) for one in known[:FIRST]]


def region_answer(region: Region, atlas: Atlas, language: str) -> Answer | None:
    """The region's exports in the year of the map, their place among the twelve, and the first goods."""
    order = atlas.ranking
    outline = next((one for one in order if one.code == region.code), None)
    if outline is None or atlas.block.reading is None:
        return None
    found = Answer(outline.url, outline.hidden, None, "", [])
    if outline.amount is None or outline.share is None:
        return found
    label = _("Exports of goods, %(period)s") % {"period": formats.period(atlas.period, language)}
    plain = headlines.amount(label, outline.amount, atlas.block.reading)
    trend = "" if outline.growth is None else "up" if outline.growth > 0 else "down"
    before = formats.period(str(int(atlas.period) - 1), language) if outline.change else ""
    note = _("compared with %(period)s") % {"period": before} if before else ""
    known = [one for one in order if one.share is not None]
    place = _("%(share)s of the country’s exports: number %(rank)s of %(count)s regions.") % {
        "share": outline.text,
        "rank": formats.number(known.index(outline) + 1, language),
        "count": formats.number(len(order), language),
    }
    headline = Headline(label, plain.value, plain.unit, outline.change, note, trend)
    return Answer(
        outline.url, False, headline, place, first_parts(region, atlas.period, outline.amount, language)
    )


def first_parts(region: Region, period: str, total: int, language: str) -> list[Part]:
    """The largest sections of a region's exports that are shown."""
    params = figures.region_sections(figures.CUSTOMS, region.code, "X", period)
    reading = block_make(params, language=language, anchor="mine", title="").reading
    rows = [row for row in reading.rows if row.shown] if reading and total else []
    shares = [(row.names["product"], (row.values["value"] or 0) / total) for row in rows[:FIRST]]
    return [Part(name, share, formats.percent(share, language)) for name, share in shares]


def search_grouped(text: str, language: str) -> list[Group]:
    """Findings grouped by kind: regions and countries first, since they are few, then products."""
    titles = {
        "region": _("Regions"),
        "country": _("Markets"),
        "section": _("Sections"),
        "chapter": _("Chapters"),
        "product": _("Products"),
        "sector": _("Sectors"),
    }
    found: dict[str, list[Entry]] = {}
    for entry in search.find(plain_code(text), language, limit=LIMIT):
        found.setdefault(entry.kind, []).append(entry_made(entry))
    order = {kind: position for position, kind in enumerate(titles)}
    return [
        Group(kind, titles.get(kind, _("Other results")), entries)
        for kind, entries in sorted(found.items(), key=lambda pair: order.get(pair[0], len(order)))
    ]


def entry_made(entry: SearchEntry) -> Entry:
    return Entry(entry.title, entry.url)


def search_count(question: str, groups: list[Group]) -> str:
    """How many were found, in a sentence; at the limit it says how to find fewer."""
    count = sum(len(group.entries) for group in groups)
    if count >= LIMIT:
        text = _("The first %(count)s results for “%(question)s”. More words narrow the search.")
    else:
        text = ngettext("%(count)s result for “%(question)s”", "%(count)s results for “%(question)s”", count)
    return text % {"count": count, "question": question}


def plain_code(text: str) -> str:
    """A national code of eight or ten digits leads to its six; anything else stays as it was typed."""
    digits = text.replace(".", "").replace(" ", "")
    return digits[:6] if digits.isdigit() and len(digits) in {8, 10} else text
