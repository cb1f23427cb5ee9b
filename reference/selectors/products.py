"""Editions, the tree of products, sectors."""

import datetime as dt
import re

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal.base import errors
from reference.models import Edition, Product, SectorRule

CURRENT_EDITION = "HS2022"
YEAR = re.compile(r"^(?:FY)?(\d{4})(?:-(\d{2})|-Q([1-4]))?$")


def editions() -> QuerySet[Edition]:
    return Edition.objects.all()


def edition_at(period: str) -> str:
    """The edition in force in the first month of a period (`2024`, `2024-03`, `2024-Q1`, `FY2023`).

    Raises errors.Invalid where the period cannot be read or lies before the Harmonized System.
    """
    match = YEAR.match(period)
    month = 1 if match is None else int(match[2] or (int(match[3]) * 3 - 2 if match[3] else 1))
    if match is None or not 1 <= month <= 12:
        raise errors.Invalid(
            _("%(period)s is not a period.") % {"period": period},
            hint=_("Write a year (2024), a month (2024-03) or a quarter (2024-Q1)."),
        )
    day = dt.date(int(match[1]), month, 1)
    found = (
        Edition.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)
        .order_by("-valid_from")
        .values_list("code", flat=True)
        .first()
    )
    if found is None:
        raise errors.Invalid(
            _("No edition of the Harmonized System was in force in %(period)s.") % {"period": period},
            hint=_("The first one is of 1992."),
        )
    return found


def products(
    edition: str = CURRENT_EDITION, level: int | None = None, parent: str | None = None
) -> QuerySet[Product]:
    """The tree of one edition, by code: of one level (1 sections, 2, 4, 6), or the children of one code."""
    found = Product.objects.filter(edition_id=edition).select_related("parent").order_by("code")
    if level is not None:
        found = found.filter(level=level)
    if parent is not None:
        found = found.filter(parent__code=plain(parent))
    return found


def plain(code: str) -> str:
    """A code as the tables keep it: no dots or spaces, at most six digits, sections in capitals."""
    return re.sub(r"[.\s]", "", code).upper()[:6]


def product_get(code: str, edition: str = CURRENT_EDITION) -> Product:
    """A product by its code, with or without dots; 8 or 10 digits lead to their six. Raises errors.Missing."""
    product = products(edition).filter(code=plain(code)).first() if code.isprintable() else None
    if product is None:
        raise errors.Missing(
            _("There is no product %(code)s in %(edition)s.") % {"code": code, "edition": edition},
            hint=_("Codes have 2, 4, 6 or 10 digits: 07, 0702, 070200."),
        )
    return product


def product_codes(edition: str) -> frozenset[str]:
    """Codes of levels 2, 4 and 6; empty where the edition's list is not loaded."""
    found = Product.objects.filter(edition_id=edition, level__gt=1).order_by()
    return frozenset(found.values_list("code", flat=True))


def section_of() -> dict[str, str]:
    """Chapter -> section ("08" -> "S02"): the same in every edition."""
    chapters = Product.objects.filter(edition_id=CURRENT_EDITION, level=2)
    return dict(chapters.values_list("code", "section"))


def sector_rules(edition: str = CURRENT_EDITION) -> list[tuple[str, str]]:
    """(code begins with, sector), longest first, so that the first that fits a code is its sector.

    An edition without a map of its own has that of the current one: its chapters are the same.
    """
    rules = SectorRule.objects.filter(edition_id__in={edition, CURRENT_EDITION})
    by_edition: dict[str, list[tuple[str, str]]] = {}
    for of, prefix, sector in rules.values_list("edition_id", "prefix", "sector_id"):
        by_edition.setdefault(of, []).append((prefix, sector))
    found = by_edition.get(edition) or by_edition.get(CURRENT_EDITION, [])
    return sorted(found, key=lambda rule: (-len(rule[0]), rule[0]))
