"""What pages made of several rooms read."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.base import search
from portal.base.models import SearchEntry

LIMIT = 60


@dataclass(frozen=True, slots=True)
class Group:
    """Results of one kind under its name, in the order in which they were found."""

    kind: str
    title: str
    entries: list[SearchEntry]


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
    found: dict[str, list[SearchEntry]] = {}
    for entry in search.find(plain_code(text), language, limit=LIMIT):
        found.setdefault(entry.kind, []).append(entry)
    order = {kind: position for position, kind in enumerate(titles)}
    return [
        Group(kind, titles.get(kind, _("Other results")), entries)
        for kind, entries in sorted(found.items(), key=lambda pair: order.get(pair[0], len(order)))
    ]


def plain_code(text: str) -> str:
    """A national code of eight or ten digits leads to its six; anything else stays as it was typed."""
    digits = text.replace(".", "").replace(" ", "")
    return digits[:6] if digits.isdigit() and len(digits) in {8, 10} else text
