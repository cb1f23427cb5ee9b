"""Codes to the words that a reader sees: one query a call, whatever the count of codes."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db.models import Manager, Q
from django.utils.translation import gettext, override

from portal.base import formats, i18n
from reference.models import Country, Product, Region, Sector
from reference.selectors import files
from reference.selectors.products import CURRENT_EDITION

NOT_ALLOCATED = "_U"
NAMED: dict[str, Manager[Any]] = {
    "region": Region.objects,
    "partner": Country.objects,
    "reporter": Country.objects,
    "sector": Sector.objects,
}
LISTS = {
    "flow": "flows",
    "mode": "modes",
    "unit": "units",
    "continent": "continents",
    "customs_union": "customs_unions",
}
# Sections and chapters mean the same in every edition; headings and subheadings do not.
STABLE_LEVELS = (1, 2)


def labels(
    dimension: str, codes: Collection[str], language: str, *, edition: str = CURRENT_EDITION
) -> dict[str, str]:
    """Code -> name in `language`, for the cube's dimensions. A code that is not known stands for itself.

    `dimension`: region product partner reporter sector flow mode unit period continent customs_union. A subheading
    without a short name has its heading's in the same language. Raises KeyError for another dimension, which is a
    mistake of the caller.
    """
    wanted = [code for code in codes if code]
    if dimension == "period":
        return {code: _period(code, language) for code in wanted}
    if dimension in LISTS:
        known = files.names(LISTS[dimension])
        return {code: _listed(known[code], language) if code in known else code for code in wanted}
    if not wanted:
        return {}
    found = (
        _products(wanted, language, edition)
        if dimension == "product"
        else _named(dimension, wanted, language)
    )
    return {code: found.get(code) or _without_row(code, dimension, language) for code in wanted}


def _period(code: str, language: str) -> str:
    try:
        return formats.period(code, language)
    except (ValueError, IndexError):
        return code


def _listed(row: dict[str, str], language: str) -> str:
    return row.get(language) or i18n.Text(row[settings.LANGUAGE_CODE], settings.LANGUAGE_CODE)


def _named(dimension: str, codes: list[str], language: str) -> dict[str, str]:
    rows = NAMED[dimension].filter(pk__in=codes).order_by()
    return {row.pk: i18n.localized(row, "name", language) for row in rows}


def _products(codes: list[str], language: str, edition: str) -> dict[str, str]:
    asked = {*codes, *(code[:4] for code in codes)}
    rows = Product.objects.filter(
        Q(edition_id=edition) | Q(edition_id=CURRENT_EDITION, level__in=STABLE_LEVELS), code__in=asked
    ).order_by()
    names: dict[str, str] = {}
    column, written_in = i18n.column(Product, "name", language)
    for of, code, name in rows.values_list("edition_id", "code", column):
        if of == edition or code not in names:
            names[code] = name if written_in == language else i18n.Text(name, written_in)
    return {code: names[code] or names.get(code[:4], "") for code in codes if code in names}


def _without_row(code: str, dimension: str, language: str) -> str:
    with override(language):
        if code == NOT_ALLOCATED:
            return gettext("Not allocated")
        if code == "TOTAL" and dimension == "product":
            return gettext("All products")
    return code
