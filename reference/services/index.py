"""The room's entries in the site's search: written in the transaction that changes a name."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import translation

from portal.base import i18n, search
from reference.models import Country, Product, Province, Region
from reference.selectors.products import CURRENT_EDITION

LEVEL_WEIGHT = {2: 30, 4: 20, 6: 10}


@transaction.atomic
def index_refresh(kind: str) -> int:
    """Write the search index of one kind (region province country product) anew; the number of rows written."""
    return search.replace(kind, KINDS[kind]())


def _urls(name: str, code: str) -> dict[str, str]:
    """The address of one page in every language."""
    urls = {}
    for language in i18n.languages():
        with translation.override(language):
            urls[language] = reverse(name, kwargs={"code": code})
    return urls


def _titles(row: Any) -> dict[str, str]:
    return {language: i18n.localized(row, "name", language) for language in i18n.languages()}


def _everywhere(words: str) -> dict[str, str]:
    """The same words in each language: who reads in French may still type a name in Arabic or English."""
    return dict.fromkeys(i18n.languages(), words)


def _regions() -> Iterator[search.Entry]:
    for region in Region.objects.all():
        names = _titles(region)
        seats = {region.seat_fr, region.seat_ar, region.seat_en}
        words = " ".join([*names.values(), *sorted(seats)])
        yield search.Entry(region.code, names, _urls("region", region.code), _everywhere(words), weight=50)


def _provinces() -> Iterator[search.Entry]:
    """A province has no page of its own: it leads to its region's, and carries its name after its own."""
    for province in Province.objects.select_related("region"):
        names, regions = _titles(province), _titles(province.region)
        titles = {language: f"{name} – {regions[language]}" for language, name in names.items()}
        words = " ".join(sorted({*names.values()}))
        yield search.Entry(
            province.code, titles, _urls("region", province.region_id), _everywhere(words), weight=35
        )


def _countries() -> Iterator[search.Entry]:
    """Countries with a code of ISO's: the world, the unknown and the UN's remainders are nobody's market."""
    for country in Country.objects.filter(parent=None).exclude(code__in=("W", "_X")):
        names = _titles(country)
        words = " ".join([*names.values(), country.alpha3])
        yield search.Entry(country.code, names, _urls("market", country.code), _everywhere(words), weight=40)


def _products() -> Iterator[search.Entry]:
    """Chapters, headings, subheadings; a subheading goes by its heading's short name, and by its official text."""
    rows = Product.objects.filter(edition_id=CURRENT_EDITION, level__gt=1).order_by("level", "code")
    names: dict[str, dict[str, str]] = {}
    for product in rows:
        own = _titles(product)
        named = names[product.code] = own if any(own.values()) else names.get(product.code[:4], own)
        dotted = f"{product.code[:4]}.{product.code[4:]}" if product.level == 6 else product.code
        titles = {language: f"{name or product.text_en} ({dotted})" for language, name in named.items()}
        words = " ".join([*named.values(), product.text_en])
        yield search.Entry(
            product.code,
            titles,
            _urls("product", product.code),
            _everywhere(words),
            LEVEL_WEIGHT[product.level],
        )


KINDS: dict[str, Callable[[], Iterator[search.Entry]]] = {
    "region": _regions,
    "province": _provinces,
    "country": _countries,
    "product": _products,
}
