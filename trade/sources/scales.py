"""Decimal text in another unit: thousands of dollars in dollars, tonnes in kilograms; exactly, by moving the point."""

from collections.abc import Iterable
from decimal import Decimal

import polars as pl

DECIMAL = r"^-?[0-9]+(\.[0-9]*)?$"
# What a power of ten may be: thousandths to millions of millions.
POWERS = range(-6, 13)


def shifted(text: pl.Expr, places: int) -> pl.Expr:
    """`"52.051"` by 3 → `"52051"`, by 1 → `"520.51"`, by -1 → `"5.2051"`; null where it is no decimal number."""
    number = pl.when(text.str.contains(DECIMAL)).then(text)
    digits = number.str.strip_prefix("-")
    whole = digits.str.extract(r"^([0-9]+)")
    decimals = digits.str.extract(r"\.([0-9]*)$").fill_null("")
    if places >= 0:
        before = whole + decimals.str.slice(0, places).str.pad_end(places, "0")
        behind = decimals.str.slice(places)
    else:
        padded = whole.str.pad_start(1 - places, "0")
        before = padded.str.head(places)
        behind = padded.str.tail(-places) + decimals
    before = before.str.strip_chars_start("0")
    before = pl.when(before == "").then(pl.lit("0")).otherwise(before)
    sign = pl.when(text.str.starts_with("-")).then(pl.lit("-")).otherwise(pl.lit(""))
    point = pl.when(behind == "").then(pl.lit("")).otherwise(pl.lit("."))
    return pl.concat_str(sign, before, point, behind)


def shifted_by(text: pl.Expr, power: pl.Expr, powers: Iterable[int]) -> pl.Expr:
    """The same where every row has its own power of ten, one of `powers`; null where it has another."""
    found: pl.Expr = pl.lit(None, dtype=pl.String)
    for places in powers:
        found = pl.when(power == places).then(shifted(text, places)).otherwise(found)
    return found


def written_out(texts: pl.Series) -> pl.Series:
    """Numbers with an exponent (`1.5E6`) as plain decimals; every other text stays as it is."""
    odd = texts.filter(texts.str.contains(r"^[+-]?[0-9]+(\.[0-9]*)?[eE][+-]?[0-9]{1,2}$")).unique()
    return texts.replace(odd, pl.Series([format(Decimal(text), "f") for text in odd], dtype=pl.String))
