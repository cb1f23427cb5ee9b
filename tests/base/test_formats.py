"""Numbers, money, weights and dates as readers in Morocco expect them."""

import datetime as dt

import pytest

from portal.base import formats

NBSP, NNBSP = "\u00a0", "\u202f"


def plain(text: str) -> str:
    return text.replace(NBSP, " ").replace(NNBSP, " ").replace("\u200f", "").replace("\u200e", "")


@pytest.mark.parametrize(
    ("language", "expected"), [("fr", "1 234 567,89"), ("ar", "1.234.567,89"), ("en", "1,234,567.89")]
)
def test_a_number_is_grouped_by_the_language(language: str, expected: str) -> None:
    assert plain(formats.number(1234567.89, language, decimals=2)) == expected


def test_arabic_keeps_latin_digits() -> None:
    assert any(digit in formats.number(2024, "ar") for digit in "0123456789")
    assert not any("\u0660" <= c <= "\u0669" for c in formats.number(1234567890, "ar"))


def test_money_takes_the_scale_a_reader_takes_in() -> None:
    assert plain(formats.money(456_300_000_000_000, "en")) == "456.3 billion dirhams"
    assert plain(formats.money(12_400_000_000, "en")) == "12.4 million dirhams"
    assert plain(formats.money(12_400_000, "en")) == "12,400 dirhams"
    assert plain(formats.money(7_740_691_000, "en", "USD")) == "7.7 million US dollars"
    assert plain(formats.money(456_300_000_000_000, "fr")).startswith("456,3 milliards")


def test_nothing_is_a_dash_and_never_a_zero() -> None:
    assert formats.number(None, "fr") == formats.money(None, "ar") == formats.percent(None, "en") == "–"
    assert formats.number(0, "fr") == "0"


def test_a_rise_carries_its_sign() -> None:
    assert plain(formats.percent(0.123, "en", signed=True)) == "+12.3%"
    assert plain(formats.percent(-0.5, "en", signed=True)) == "-50.0%"
    assert plain(formats.percent(0.123, "fr")) == "12,3 %"


def test_weights_change_unit_at_a_tonne() -> None:
    assert plain(formats.weight(999_000, "en")) == "999 kg"
    assert plain(formats.weight(1_500_000_000, "en")) == "1,500 t"


def test_periods_read_as_words() -> None:
    assert formats.period("2024", "fr") == "2024"
    assert formats.period("2024-03", "fr") == "mars 2024"
    assert formats.period("2024-03", "ar") == "مارس 2024"
    assert formats.period("FY2023", "en") == "2023/24"
    assert formats.period("FY2099", "en") == "2099/00"


def test_dates_use_moroccan_month_names() -> None:
    assert formats.date(dt.date(2024, 7, 30), "ar") == "30 يوليوز 2024"
    assert formats.date(dt.date(2024, 8, 14), "fr") == "14 août 2024"
