"""Codes that are written well but do not exist are refused."""

import re
from collections.abc import Callable, Collection, Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.base.errors import Invalid
from reference import selectors as reference
from trade.cube import grouping, splice
from trade.cube.catalogue import Held
from trade.cube.grammar import TOTAL
from trade.cube.query import Query
from trade.models import Cell

# The world, the unknown, and areas that keep the UN's number: any number is legal.
UN_AREA = re.compile(r"_X\d*|W")
# Codes known to exist, by list. Lists only grow while the process lives.
_seen: dict[str, set[str]] = {}


def check(query: Query, rollups: Sequence[Held]) -> None:
    """Raises Invalid for a code that neither its list nor the release knows.

    A code that was found once is not looked up again: a page asks for the same ones again and again.
    """
    for name in ("partner", "reporter"):
        asked = [code for code in query.filters.get(name, ()) if not UN_AREA.fullmatch(code)]
        _known(name, asked, "country", reference.country_codes)
    edition = query.filters.get("edition", (reference.CURRENT_EDITION,))[0]
    _known("customs_union", query.filters.get("customs_union", ()), "customs_union", grouping.unions)
    _known(
        "sector",
        query.filters.get("sector", ()),
        f"sector {edition}",
        lambda: {code for _prefix, code in reference.sector_rules(edition)},
    )
    products = [code for code in query.filters.get("product", ()) if code != TOTAL and code[0] != "S"]
    if query.splice:
        spliced = splice.marks(query.splice)
        products = [code for code in products if code not in spliced]
    seen = _seen.setdefault(f"product {edition}", set())
    products = [code for code in products if code[:6] not in seen]
    if products:
        listed = reference.products(edition).filter(code__in={code[:6] for code in products})
        seen.update(listed.values_list("code", flat=True))
        unknown = [code for code in products if code[:6] not in seen]
        if unknown:
            _check_products_used(unknown, rollups)


def forget() -> None:
    """Drop what was found, for example between tests."""
    _seen.clear()


def _known(name: str, asked: Collection[str], kind: str, listed: Callable[[], Collection[str]]) -> None:
    seen = _seen.setdefault(kind, set())
    if not seen.issuperset(asked):
        seen.update(listed())
    for code in asked:
        if code not in seen:
            raise Invalid(
                _("%(parameter)s: there is no code %(value)s.") % {"parameter": name, "value": code}
            )


def _check_products_used(codes: list[str], rollups: Sequence[Held]) -> None:
    """A code of another edition is known by being used in the release."""
    used = Q(pk__in=[])
    for code in codes:
        used |= Q(product__gte=code, product__lte=code + "9" * 10)
    tables = [rollup.pk for rollup in rollups]
    found = set(
        Cell.objects.filter(used, rollup__in=tables).values_list("product", flat=True).distinct()[:10_000]
    )
    for code in codes:
        if not any(product.startswith(code) for product in found):
            raise Invalid(
                _("product: there is no code %(value)s.") % {"value": code},
                hint=_("/api/v1/products/ lists the codes; add edition= for those of an earlier edition."),
            )
