"""Long series over editions of the Harmonized System, in the codes of an earlier one (`splice=HS2017`).

Each later subheading goes to its single earlier one of the conversion table; headings, chapters and totals stay as
reported. Where goods were split or mixed among codes the row says so (`relation`, `links`); an earlier code that no
later one is converted to ends with its edition (`discontinued`). Source: UN Statistics Division's tables.
"""

from collections.abc import Iterable
from functools import cache

from django.utils.translation import gettext_lazy as _

from portal.base.errors import Invalid, Text
from reference import selectors as reference
from trade.cube.query import Query

SUBHEADING = 6
LATER = {"HS2017": ("HS2022",)}
DISCONTINUED = "discontinued"
# The least simple relation of a code's links is the row's.
RELATIONS = ("1:1", "n:1", "1:n", "n:n")
# Codes listed in one row; a hub of the tables is linked to hundreds.
MOST_LINKS = 40


def check(query: Query, level: int) -> None:
    """Raises Invalid for tariff lines: national codes of eight and ten digits have no international table."""
    if query.splice and level > SUBHEADING:
        raise Invalid(
            _("splice: codes of more than six digits are not converted."), hint=_("Ask for level 6.")
        )


def applies(query: Query, level: int) -> bool:
    return query.splice is not None and level == SUBHEADING


@cache
def conversions(base: str) -> dict[tuple[str, str], str]:
    """(later edition, code) -> code of the base edition, for codes that change; the others keep theirs."""
    return {
        (later, link.later): link.earlier
        for later in LATER.get(base, ())
        for link in reference.hs_links(later, base)
        if link.converts and link.later != link.earlier
    }


def sources(base: str, codes: Iterable[str]) -> set[str]:
    """The codes under which the trade of these base codes may be reported, themselves among them."""
    wanted = set(codes)
    return wanted | {
        later
        for (_edition, later), earlier in conversions(base).items()
        if any(earlier.startswith(code) for code in wanted)
    }


@cache
def marks(base: str) -> dict[str, tuple[str, str]]:
    """Base code -> (relation, links): how it is related to later codes, and which they are."""
    found: dict[str, list[reference.Link]] = {}
    for later in LATER.get(base, ()):
        for link in reference.hs_links(later, base):
            found.setdefault(link.earlier, []).append(link)
    return {code: _mark(links) for code, links in found.items()}


def _mark(links: list[reference.Link]) -> tuple[str, str]:
    relation = max((link.relation for link in links), key=RELATIONS.index)
    if not any(link.converts for link in links):
        relation = DISCONTINUED
    listed = [link.later for link in links]
    more = f" +{len(listed) - MOST_LINKS}" if len(listed) > MOST_LINKS else ""
    return relation, " ".join(listed[:MOST_LINKS]) + more


def notes(query: Query, level: int, editions: tuple[str, ...]) -> list[Text]:
    if query.splice is None:
        return []
    if level != SUBHEADING:
        return [
            _("Only subheadings are converted: totals, sections, chapters and headings stand as reported.")
        ]
    told: list[Text] = [
        _("Codes of later editions are told under their single code of %(edition)s (UN Statistics Division).")
        % {"edition": query.splice}
    ]
    named = {code for code in query.filters.get("product", ()) if len(code) == SUBHEADING}
    known = marks(query.splice)
    for code in sorted(named)[:20]:
        relation, links = known.get(code, ("1:1", ""))
        if relation != "1:1":
            told.append(
                _("%(code)s is related %(relation)s to the later codes %(links)s.")
                % {"code": code, "relation": relation, "links": links}
            )
    without = [edition for edition in editions if edition not in {query.splice, *LATER[query.splice]}]
    if without:
        told.append(
            _("No conversion table is held for %(edition)s: its codes stand as reported.")
            % {"edition": ", ".join(without)}
        )
    return told
