"""Decimal text to exact integers in thousandths, whole columns at once and without floating point."""

import polars as pl

# 15 digits before the point: a thousandth of the largest still fits into 64 bits. `[0-9]`, since the other way to
# write a digit takes those of every script.
PATTERN = r"^-?[0-9]{1,15}(\.[0-9]*)?$"


def thousandths(text: pl.Expr) -> pl.Expr:
    """`"12.3455"` → 12346 (half to even on the fourth decimal and beyond); null where it is not such a number.

    A number of more than 15 digits before the point is null too; `too_large` tells it from an unreadable one.
    """
    number = pl.when(text.str.contains(PATTERN)).then(text)
    digits = number.str.strip_prefix("-")
    whole = digits.str.extract(r"^([0-9]+)").cast(pl.Int64)
    decimals = digits.str.extract(r"\.([0-9]*)$").fill_null("")
    kept = decimals.str.slice(0, 3).str.pad_end(3, "0").cast(pl.Int64)
    rest = decimals.str.slice(3).str.strip_chars_end("0")
    # Compared as text: "5" is exactly half, anything behind it ("51") is more, "49" is less.
    up = (rest > "5") | ((rest == "5") & (kept % 2 == 1))
    amount = whole * 1000 + kept + up.cast(pl.Int64)
    return pl.when(text.str.starts_with("-")).then(-amount).otherwise(amount)


def rounded(text: pl.Expr) -> pl.Expr:
    """Whether reading the number in thousandths changed it."""
    return text.str.contains(r"^-?[0-9]{1,15}\.[0-9]{3}[0-9]*[1-9]").fill_null(False)


def too_large(text: pl.Expr) -> pl.Expr:
    """A well-formed number that does not even fit the type."""
    return text.str.contains(r"^-?[0-9]{16,}(\.[0-9]*)?$").fill_null(False)
