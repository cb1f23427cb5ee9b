"""Numbers, money, weights, dates as Morocco writes them, through CLDR (`fr_MA`, `ar_MA`, `en`).

Every function takes the plain value and a language and returns text; `None` becomes an en dash, never a zero.
"""

import datetime as dt
from decimal import Decimal
from functools import lru_cache

from babel import Locale, dates, numbers
from django.utils.translation import gettext, ngettext, override

from portal.base import i18n

# A sign, a number and its percent mark stay in this order in a line that runs from the right.
LRM = "\u200e"
EMPTY = "–"
# The count whose plural stands in a heading: "millions de dirhams".
HEADING = 100
Number = int | float | Decimal


@lru_cache
def number_locale(language: str) -> Locale:
    return Locale.parse(i18n.way(language).numbers)


@lru_cache
def date_locale(language: str) -> Locale:
    return Locale.parse(i18n.way(language).dates)


def separators(language: str) -> tuple[str, str]:
    """The decimal mark and the mark between thousands, for what is drawn by others."""
    locale = number_locale(language)
    return numbers.get_decimal_symbol(locale), numbers.get_group_symbol(locale)


def sided(text: str, language: str) -> str:
    """A number with a sign or a percent mark, so that they keep their side in Arabic, wherever it is put."""
    return LRM + text if i18n.way(language).rtl else text


def number(value: Number | None, language: str, *, decimals: int = 0) -> str:
    """A grouped number with a fixed count of decimals."""
    if value is None:
        return EMPTY
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = numbers.format_decimal(value, format=pattern, locale=number_locale(language))
    return sided(text, language) if value < 0 else text


def figure(value: Number | None, language: str, *, decimals: int) -> str:
    """A figure at a table's scale: what is too small for it is said to be small, since only zero is zero."""
    smallest = Decimal(1).scaleb(-decimals)
    if value and abs(Decimal(value)) < smallest / 2:
        return sided("< " + number(smallest, language, decimals=decimals), language)
    return number(value, language, decimals=decimals)


def percent(ratio: Number | None, language: str, *, decimals: int = 1, signed: bool = False) -> str:
    """A ratio (0.123) as a percentage; the sign and the percent mark stay on the number's side in Arabic."""
    if ratio is None:
        return EMPTY
    locale = number_locale(language)
    mark = locale.percent_formats[None].suffix[1]
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "") + mark
    text = numbers.format_percent(ratio, format=pattern, locale=locale)
    return sided("+" + text if signed and ratio > 0 else text, language)


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
    if value is None:
        return EMPTY
    text = dates.format_date(value, format="long", locale=date_locale(language))
    # The first of a month is an ordinal in French, which CLDR does not know.
    return text.replace("1", "1er", 1) if language == "fr" and value.day == 1 else text


def moment(value: dt.datetime | None, language: str) -> str:
    """A moment in Moroccan time."""
    if value is None:
        return EMPTY
    from django.utils.timezone import localtime

    return dates.format_datetime(
        localtime(value), format=i18n.way(language).moment, locale=date_locale(language)
    )


def period(code: str, language: str) -> str:
    """`2024` → 2024, `2024-03` → March 2024, `2024-Q1` → Q1 2024, `FY2023` → 2023/24."""
    if code.startswith("FY"):
        year = int(code[2:])
        return f"{year}/{(year + 1) % 100:02d}"
    if "-Q" in code:
        year_text, quarter = code.split("-Q")
        return _calendar(year_text, 3 * int(quarter) - 2, i18n.way(language).quarter, language)
    if "-" in code:
        year_text, month = code.split("-")
        return _calendar(year_text, int(month), "LLLL y", language)
    return code


def _calendar(year: str, month: int, pattern: str, language: str) -> str:
    return dates.format_date(dt.date(int(year), month, 1), format=pattern, locale=date_locale(language))
