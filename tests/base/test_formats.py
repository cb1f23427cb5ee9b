"""Numbers, money, weights and dates as readers in Morocco expect them."""

import datetime as dt
from decimal import Decimal

import pytest

from portal.base import formats

NBSP, NNBSP, LRM = "\u00a0", "\u202f", "\u200e"
# As the State's own Arabic texts write them, not as the Machreq does.
MONTHS = [
    "يناير",
    "فبراير",
    "مارس",
    "أبريل",
    "ماي",
    "يونيو",
    "يوليوز",
    "غشت",
    "شتنبر",
    "أكتوبر",
    "نونبر",
    "دجنبر",
]


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
    assert plain(formats.percent(0.123, "ar", signed=True)) == "+12,3%"


def test_signs_and_percent_marks_keep_their_side_in_arabic() -> None:
    """Behind Arabic letters a number runs with them: its sign would jump to its right and its mark to its left."""
    for text in (
        formats.percent(0.123, "ar"),
        formats.percent(-0.5, "ar", signed=True),
        formats.number(-12.5, "ar", decimals=1),
        formats.money(-1_000_000, "ar"),
    ):
        assert text.startswith(LRM)
    assert not formats.number(1234, "ar").startswith(LRM)
    for language in ("fr", "en"):
        assert LRM not in formats.percent(-0.5, language)


def test_french_never_parts_a_number_from_its_mark() -> None:
    assert formats.percent(0.123, "fr") == f"12,3{NBSP}%"
    assert formats.weight(1_500_000_000, "fr") == f"1{NNBSP}500{NBSP}t"
    assert formats.money(12_400_000_000, "fr") == f"12,4{NBSP}millions de dirhams"


def test_one_stays_singular_until_two_in_french_and_counts_in_arabic() -> None:
    assert plain(formats.money(1_400_000_000_000, "fr")) == "1,4 milliard de dirhams"
    assert plain(formats.money(2_100_000_000_000, "fr")) == "2,1 milliards de dirhams"
    assert [formats.money(count * 1000, "ar") for count in (3, 10, 11, 99, 100)] == [
        "3 دراهم", "10 دراهم", "11 درهما", "99 درهما", "100 درهم",
    ]  # fmt: skip
    assert formats.money(456_300_000_000_000, "ar") == "456,3 مليار درهم"
    assert formats.money(12_400_000_000, "ar", "USD") == "12,4 مليون دولار أمريكي"


def test_separators_are_those_of_the_numbers() -> None:
    for language, decimal, group in (("fr", ",", NNBSP), ("ar", ",", "."), ("en", ".", ",")):
        assert formats.separators(language) == (decimal, group)


def test_weights_change_unit_at_a_tonne() -> None:
    assert plain(formats.weight(999_000, "en")) == "999 kg"
    assert plain(formats.weight(1_500_000_000, "en")) == "1,500 t"


def test_periods_read_as_words() -> None:
    assert formats.period("2024", "fr") == "2024"
    assert [formats.period("2024-Q3", language) for language in ("fr", "ar", "en")] == [
        f"T3{NBSP}2024", "الربع الثالث من 2024", "Q3 2024",
    ]  # fmt: skip
    assert formats.period("2024-03", "fr") == "mars 2024"
    assert formats.period("2024-03", "ar") == "مارس 2024"
    assert formats.period("FY2023", "en") == "2023/24"
    assert formats.period("FY2099", "en") == "2099/00"


def test_months_have_moroccan_names() -> None:
    assert [formats.period(f"2024-{month:02d}", "ar") for month in range(1, 13)] == [
        f"{name} 2024" for name in MONTHS
    ]
    assert [formats.date(dt.date(2024, month, 2), "ar") for month in range(1, 13)] == [
        f"2 {name} 2024" for name in MONTHS
    ]
    assert formats.moment(dt.datetime(2026, 11, 2, 9, 5, tzinfo=dt.UTC), "ar") == "2 نونبر 2026، 09:05"


def test_a_date_has_its_day_first() -> None:
    assert [formats.date(dt.date(2024, 8, 14), language) for language in ("fr", "ar", "en")] == [
        "14 août 2024", "14 غشت 2024", "14 August 2024",
    ]  # fmt: skip
    assert formats.date(dt.date(2024, 5, 1), "fr") == "1er mai 2024"
    assert formats.date(dt.date(2024, 5, 11), "fr") == "11 mai 2024"


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        (Decimal(0), "fr", "0,0"),
        (Decimal("0.03"), "fr", "< 0,1"),
        (Decimal("0.03"), "en", "< 0.1"),
        (Decimal("0.03"), "ar", "\u200e< 0,1"),
        (Decimal("0.06"), "fr", "0,1"),
        (None, "fr", "–"),
    ],
)
def test_what_is_small_is_not_zero(value: Decimal | None, language: str, text: str) -> None:
    assert formats.figure(value, language, decimals=1) == text
