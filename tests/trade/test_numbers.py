"""Decimal text to thousandths, against Python's own decimals."""

from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.sources.numbers import rounded, thousandths, too_large


def read(text: str) -> int | None:
    return pl.DataFrame({"text": [text]}).select(thousandths(pl.col("text"))).item()  # type: ignore[no-any-return]


@given(st.integers(0, 10**15 - 1), st.from_regex(r"\A[0-9]{0,8}\Z"), st.booleans())
def test_every_decimal_is_read_exactly_or_rounded_half_to_even(
    whole: int, decimals: str, negative: bool
) -> None:
    text = f"{'-' if negative else ''}{whole}.{decimals}"
    expected = int((Decimal(text) * 1000).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    assert read(text) == expected


@pytest.mark.parametrize(
    "text", ["", "12,5", "1e5", "1 000", "NaN", "inf", "--1", "1.2.3", "0x1F", "+5", "٣"]
)
def test_what_is_no_number_is_null(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "changed"), [("1.2340", False), ("1.2345", True), ("1.2", False), ("7", False)]
)
def test_rounding_is_noticed(text: str, changed: bool) -> None:
    assert pl.DataFrame({"text": [text]}).select(rounded(pl.col("text"))).item() is changed


@pytest.mark.parametrize(
    ("text", "beyond"),
    [("9" * 15, False), ("9" * 16, True), ("-" + "9" * 16 + ".5", True), ("9" * 16 + "x", False)],
)
def test_a_number_beyond_the_type_is_told_from_no_number(text: str, beyond: bool) -> None:
    assert read(text) == (None if beyond or "x" in text else 10**18 - 1000)
    assert pl.DataFrame({"text": [text]}).select(too_large(pl.col("text"))).item() is beyond
