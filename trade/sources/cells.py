"""Cells in other digits and with another decimal mark, brought into the one form that is read: `-1234.5`, `080270`."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from trade.sources.base import RAW, WRITTEN

# Arabic-Indic and Persian digits.
DIGITS = {chr(zero + number): str(number) for zero in (0x0660, 0x06F0) for number in range(10)}
ARABIC_DECIMAL, ARABIC_THOUSANDS = "\u066b", "\u066c"
# Marks of direction and of width that programs put around numbers in an Arabic text; nobody sees them.
MARKS = [
    chr(code)
    for code in (0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
]
# What may stand between thousands where a map says so; a space is any of three.
THOUSANDS = {" ": "[ \u00a0\u202f]", ".": r"\.", ",": ",", "'": "['\u2019]"}
COMMA_NUMBER, COMMA_GROUPS = r"^-?[0-9]+,[0-9]+$", r"^-?[1-9][0-9]{0,2}(,[0-9]{3})+$"
POINT_NUMBER, POINT_GROUPS = r"^-?[0-9]+\.[0-9]+$", r"^-?[1-9][0-9]{0,2}(\.[0-9]{3})+$"


@dataclass(frozen=True, slots=True)
class Style:
    """How a file writes numbers. `decimal`: `.` or `,`, "" while nothing shows it. `thousands`: only where said."""

    decimal: str = ""
    thousands: str = ""


def decimal_mark(fields: pl.DataFrame, numbers: Sequence[str]) -> str:
    """`,` or `.` by the cells that can be read in one way only; "" where none can.

    `1,500` proves nothing, since it may be thousands; `0,5`, `12,25` and `1234,500` do.
    """
    counts = fields.select(
        pl.sum_horizontal(_proves(RAW + name, *patterns).sum() for name in numbers).alias(mark)
        for mark, patterns in {",": (COMMA_NUMBER, COMMA_GROUPS), ".": (POINT_NUMBER, POINT_GROUPS)}.items()
    ).row(0, named=True)
    if not counts[","] and not counts["."]:
        return ""
    return "," if counts[","] > counts["."] else "."


def _proves(column: str, number: str, groups: str) -> pl.Expr:
    cell = pl.col(column)
    return (cell.str.contains(number) & ~cell.str.contains(groups)).fill_null(False)


def plain_cells(
    frame: pl.DataFrame, *, numbers: Sequence[str], codes: Sequence[str], style: Style, only_ascii: bool
) -> pl.DataFrame:
    """The frame with `numbers` and `codes` (columns' names in the file) in the form that is read.

    A column that is changed keeps its own cells under WRITTEN. `repaired` is true where a code was changed: a number
    is not, it is read. What cannot be a number in the file's style is left so that nothing reads it.
    """
    made: dict[str, pl.Expr] = {}
    repaired = []
    if not only_ascii:
        for name in codes:
            plain = _ascii(pl.col(RAW + name))
            made[name] = plain
            repaired.append((plain != pl.col(RAW + name)).fill_null(False))
    if not only_ascii or style.decimal == "," or style.thousands:
        for name in numbers:
            made[name] = _number(pl.col(RAW + name), style, only_ascii=only_ascii)
    changed = pl.any_horizontal(repaired) if repaired else pl.lit(False)
    if not made:
        return frame.with_columns(repaired=changed)
    differ = frame.select((expr != pl.col(RAW + name)).any().alias(name) for name, expr in made.items()).row(
        0, named=True
    )
    kept = {name: expr for name, expr in made.items() if differ[name]}
    return frame.with_columns(
        changed.alias("repaired"),
        *(pl.col(RAW + name).alias(WRITTEN + name) for name in kept),
        *(expr.alias(RAW + name) for name, expr in kept.items()),
    )


def _ascii(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace_many([*DIGITS, *MARKS], [*DIGITS.values(), *[""] * len(MARKS)]).str.strip_chars()


def _number(cell: pl.Expr, style: Style, *, only_ascii: bool) -> pl.Expr:
    number = cell if only_ascii else _ascii(cell).str.replace("\u2212", "-", literal=True)
    if style.thousands:
        number = _without_thousands(
            number, THOUSANDS[style.thousands], r"\." if style.decimal != "," else ","
        )
    if style.decimal == ",":
        # The two marks change places: a point in a file of decimal commas must not be taken for one.
        number = number.str.replace_many([",", "."], [".", ","])
    if only_ascii:
        return number
    number = _without_thousands(number, ARABIC_THOUSANDS, rf"[.{ARABIC_DECIMAL}]")
    return number.str.replace(ARABIC_DECIMAL, ".", literal=True)


def _without_thousands(number: pl.Expr, mark: str, decimal: str) -> pl.Expr:
    grouped = number.str.contains(rf"^-?[0-9]{{1,3}}({mark}[0-9]{{3}})+({decimal}[0-9]*)?$")
    return pl.when(grouped).then(number.str.replace_all(mark, "")).otherwise(number)
