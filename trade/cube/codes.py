"""Codes that are written well but do not exist are refused."""

import re

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.base.errors import Invalid
from reference import selectors as reference
from trade.cube.grammar import TOTAL
from trade.cube.query import Query
from trade.models import Cell, Rollup

# The world, the unknown, and areas that keep the UN's number: any number is legal.
UN_AREA = re.compile(r"_X\d*|W")


def check(query: Query, rollups: list[Rollup]) -> None:
    """Raises Invalid for a code that neither its list nor the release knows."""
    areas = {
        name: [code for code in query.filters.get(name, ()) if not UN_AREA.fullmatch(code)]
        for name in ("partner", "reporter")
    }
    if any(areas.values()):
        countries = reference.country_codes()
        for name, asked in areas.items():
            _known(name, asked, countries)
    edition = query.filters.get("edition", (reference.CURRENT_EDITION,))[0]
    if "sector" in query.filters:
        _known(
            "sector", query.filters["sector"], frozenset(code for _, code in reference.sector_rules(edition))
        )
    products = [code for code in query.filters.get("product", ()) if code != TOTAL and code[0] != "S"]
    if products:
        listed = reference.products(edition).filter(code__in={code[:6] for code in products})
        known = set(listed.values_list("code", flat=True))
        unknown = [code for code in products if code[:6] not in known]
        if unknown:
            _check_products_used(unknown, rollups)


def _known(name: str, asked: list[str] | tuple[str, ...], known: frozenset[str]) -> None:
    for code in asked:
        if code not in known:
            raise Invalid(
                _("%(parameter)s: there is no code %(value)s.") % {"parameter": name, "value": code}
            )


def _check_products_used(codes: list[str], rollups: list[Rollup]) -> None:
    """A code of another edition is known by being used in the release."""
    used = Q(pk__in=[])
    for code in codes:
        used |= Q(product__gte=code, product__lte=code + "9" * 10)
    tables = [rollup.pk for rollup in rollups if rollup.table != "regional"]
    found = set(
        Cell.objects.filter(used, rollup__in=tables).values_list("product", flat=True).distinct()[:10_000]
    )
    for code in codes:
        if not any(product.startswith(code) for product in found):
            raise Invalid(
                _("product: there is no code %(value)s.") % {"value": code},
                hint=_("/api/v1/products/ lists the codes; add edition= for those of an earlier edition."),
            )
