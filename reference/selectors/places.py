"""Regions and countries."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal.base import errors
from reference.models import Country, Region


def regions() -> QuerySet[Region]:
    return Region.objects.all()


def region_get(code: str) -> Region:
    """A region by its code, `MA-08`. Raises errors.Missing."""
    region = Region.objects.filter(code=code.upper()).first() if code.isprintable() else None
    if region is None:
        raise errors.Missing(
            _("There is no region %(code)s.") % {"code": code},
            hint=_("The twelve regions are MA-01 to MA-12."),
        )
    return region


def region_codes() -> frozenset[str]:
    return frozenset(Region.objects.values_list("code", flat=True))


def countries() -> QuerySet[Country]:
    """Every area of trade: ISO's countries (EH is in MA), `W`, `_X`, the UN's areas without an ISO code."""
    return Country.objects.all()


def country_get(code: str) -> Country:
    """A country by its code or by another letter code that means it (EH is MA). Raises errors.Missing."""
    code = code.strip().upper()
    known = Q(code=code) | Q(aliases__contains=[code])
    # A code of its own comes before another's alias; what no code can hold is not asked of the database.
    found = (
        sorted(Country.objects.filter(known), key=lambda row: row.code != code) if code.isprintable() else []
    )
    if not found:
        raise errors.Missing(
            _("There is no country with the code %(code)s.") % {"code": code},
            hint=_("Countries have ISO's two letters: FR, ES, US."),
        )
    return found[0]


def country_codes() -> frozenset[str]:
    return frozenset(Country.objects.values_list("code", flat=True))


def codes_of_un() -> dict[int, str]:
    """UN number -> our code: M49 and Comtrade's own (842 US, 251 FR), 0 -> W, 490 -> _X490.

    492 is Comtrade's "Europe EU, nes" (`_X492`), not Monaco, which Comtrade counts in France. A number that is not
    here is legal all the same: `_X<number>`.
    """
    return {
        number: code
        for code, numbers in Country.objects.values_list("code", "un_codes")
        for number in numbers
    }


def codes_of_alpha3() -> dict[str, str]:
    """Three letters, or what sources write in their place, -> our code.

    ESH -> MA, WLD and W00 -> W, S19 -> _X490. Comtrade writes `_X` for its 899 "Areas, nes": here it is `_X899`.
    """
    found: dict[str, str] = {}
    for code, alpha3, aliases in Country.objects.values_list("code", "alpha3", "aliases"):
        found.update(dict.fromkeys([*filter(None, [alpha3]), *aliases], code))
    return found
