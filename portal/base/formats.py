"""Numbers, money, weights, dates as Morocco writes them, through CLDR (`fr_MA`, `ar_MA`, `en`).

Every function takes the plain value and a language and returns text; `None` becomes an en dash, never a zero.
"""

import datetime as dt
from decimal import Decimal
from functools import lru_cache

from babel import Locale, dates, numbers
from django.utils.translation import gettext, ngettext, override

# Numbers in French are written 1 234 567,89 in Morocco, which CLDR's `fr_MA` (1.234.567,89) does not know.
NUMBER_LOCALES = {"fr": "fr", "ar": "ar_MA", "en": "en"}
DATE_LOCALES = {"fr": "fr_MA", "ar": "ar_MA", "en": "en"}
EMPTY = "–"
# The count whose plural stands in a heading: "millions de dirhams".
HEADING = 100
Number = int | float | Decimal


@lru_cache
def number_locale(language: str) -> Locale:
    return Locale.parse(NUMBER_LOCALES.get(language, "fr"))


@lru_cache
def date_locale(language: str) -> Locale:
    return Locale.parse(DATE_LOCALES.get(language, "fr_MA"))


def number(value: Number | None, language: str, *, decimals: int = 0) -> str:
    """A grouped number with a fixed count of decimals."""
    if value is None:
        return EMPTY
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return numbers.format_decimal(value, format=pattern, locale=number_locale(language))


def percent(ratio: Number | None, language: str, *, decimals: int = 1, signed: bool = False) -> str:
    """A ratio (0.123) as a percentage; the sign and the percent mark stay on the number's side in Arabic."""
    if ratio is None:
        return EMPTY
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "") + ("\u00a0%" if language == "fr" else "%")
    text = numbers.format_percent(ratio, format=pattern, locale=number_locale(language))
    if signed and ratio > 0:
        text = "+" + text
    return text


def money(thousandths: int | None, language: str, currency: str = "MAD") -> str:
    """An amount stored in thousandths of its currency, in the scale a reader takes in at a glance.

    From a billion: "456.3 billion dirhams"; from a million: "12.4 million dirhams"; below, whole units. The names
    of the units are those of the tables.
    """
    if thousandths is None:
        return EMPTY
    amount = Decimal(thousandths) / 1000
    with override(language):
        text = gettext("%(amount)s %(unit)s")
        for floor, size in ((Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million")):
            if abs(amount) >= floor:
                scaled = round(amount / floor, 1)
                unit = currency_name(currency, size, scaled)
                return text % {"amount": number(scaled, language, decimals=1), "unit": unit}
        unit = currency_name(currency, "", round(amount))
        return text % {"amount": number(amount, language), "unit": unit}


def currency_name(currency: str, size: str = "", count: Number = HEADING) -> str:
    """The name of a unit, whole, in the active language: "million US dollars".

    `size` is "", "thousand", "million" or "billion". `count` is the amount before the unit, for languages where it
    changes the word (1,4 milliard, 2,1 milliards); without it the form is the one of a heading.
    """
    many = abs(int(count))
    names = {
        ("MAD", "billion"): ngettext("billion dirhams", "billion dirhams", many),
        ("MAD", "million"): ngettext("million dirhams", "million dirhams", many),
        ("MAD", "thousand"): ngettext("thousand dirhams", "thousand dirhams", many),
        ("MAD", ""): ngettext("dirham", "dirhams", many),
        ("USD", "billion"): ngettext("billion US dollars", "billion US dollars", many),
        ("USD", "million"): ngettext("million US dollars", "million US dollars", many),
        ("USD", "thousand"): ngettext("thousand US dollars", "thousand US dollars", many),
        ("USD", ""): ngettext("US dollar", "US dollars", many),
        ("EUR", "billion"): ngettext("billion euros", "billion euros", many),
        ("EUR", "million"): ngettext("million euros", "million euros", many),
        ("EUR", "thousand"): ngettext("thousand euros", "thousand euros", many),
        ("EUR", ""): ngettext("euro", "euros", many),
    }
    fallback = {
        "billion": ngettext("billion %(currency)s", "billion %(currency)s", many),
        "million": ngettext("million %(currency)s", "million %(currency)s", many),
        "thousand": ngettext("thousand %(currency)s", "thousand %(currency)s", many),
        "": "%(currency)s",
    }
    return names.get((currency, size)) or fallback[size] % {"currency": currency}


def weight(grams: int | None, language: str) -> str:
    """A net weight stored in grams (thousandths of a kilogram), in tonnes from a tonne up."""
    if grams is None:
        return EMPTY
    kilograms = Decimal(grams) / 1000
    with override(language):
        if kilograms >= 1000:
            return gettext("%(amount)s t") % {"amount": number(kilograms / 1000, language)}
        return gettext("%(amount)s kg") % {"amount": number(kilograms, language)}


def date(value: dt.date | None, language: str) -> str:
    return EMPTY if value is None else dates.format_date(value, format="long", locale=date_locale(language))


def moment(value: dt.datetime | None, language: str) -> str:
    """A moment in Moroccan time."""
    if value is None:
        return EMPTY
    from django.utils.timezone import localtime

    pattern = "d MMM y، HH:mm" if language == "ar" else "d MMM y, HH:mm"
    return dates.format_datetime(localtime(value), format=pattern, locale=date_locale(language))


def period(code: str, language: str) -> str:
    """`2024` → 2024, `2024-03` → March 2024, `2024-Q1` → Q1 2024, `FY2023` → 2023/24."""
    if code.startswith("FY"):
        year = int(code[2:])
        return f"{year}/{(year + 1) % 100:02d}"
    if "-Q" in code:
        year_text, quarter = code.split("-Q")
        with override(language):
            return gettext("Q%(quarter)s %(year)s") % {"quarter": quarter, "year": year_text}
    if "-" in code:
        year_text, month = code.split("-")
        return dates.format_date(
            dt.date(int(year_text), int(month), 1), format="LLLL y", locale=date_locale(language)
        )
    return code
