"""Columns of codes as numbers with a list of their codes beside them, so that what is asked of a code is asked once.

Such a column is Polars' Enum whose categories are the column's own codes in their order: its numbers sort as its codes
do. A file of a million rows has a few hundred codes a column, a few ten thousand firms.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

# What is made of a code; None for none.
Made = Callable[[str], str | None]
Numbers = npt.NDArray[np.uint32]
# More pairs of codes than these are not laid out as a table of which are there.
PAIRS = 10_000_000


def coded(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Categorical columns, of a whole file or a stretch, as such Enums; empty cells are the code ""."""
    physical = frame.select(pl.col(names).fill_null("").to_physical())
    return frame.with_columns(_coded(frame[name], physical[name].to_numpy()) for name in names)


def _coded(column: pl.Series, number: Numbers) -> pl.Expr:
    first = np.full(int(number.max(initial=0)) + 1, -1, np.int64)
    first[number] = np.arange(number.size)
    used = np.flatnonzero(first >= 0)
    codes = column[first[used]].cast(pl.String).fill_null("")
    order = codes.arg_sort()
    place = np.zeros(first.size, np.uint32)
    place[used[order.to_numpy()]] = np.arange(used.size, dtype=np.uint32)
    return _enum(pl.Series(column.name, place[number]), codes[order])


def _enum(numbers: pl.Series, codes: pl.Series) -> pl.Expr:
    return pl.lit(numbers).cat.to(pl.Enum(codes))


def each(raw: pl.DataFrame, made: Mapping[str, tuple[str, Made]]) -> dict[str, pl.Expr]:
    """By name what is made of each code of a column of `raw`: asked once a code, not once a row."""
    return {name: _each(raw[column], of_code).alias(name) for name, (column, of_code) in made.items()}


def _each(column: pl.Series, made: Made) -> pl.Expr:
    listed = codes_of(column.dtype)
    if listed is None:
        codes = column.drop_nulls().unique().to_list()
        told = dict(zip(codes, map(made, codes), strict=True))
        return pl.lit(column).replace_strict(told, default=None, return_dtype=pl.String)
    codes = listed.to_list()
    answers = [made(code) for code in codes]
    if answers == codes:
        return pl.lit(column)
    found = sorted({code for code in answers if code is not None})
    place = {code: at for at, code in enumerate(found)}
    numbers = pl.Series([None if code is None else place[code] for code in answers], dtype=pl.UInt32)
    return pl.lit(numbers).gather(column.to_physical()).cat.to(pl.Enum(found))


def filled(column: pl.Series) -> pl.Expr:
    """The column with null for an empty cell."""
    codes = codes_of(column.dtype)
    if codes is None:
        return pl.when(pl.lit(column) != "").then(pl.lit(column))
    if codes.is_empty() or codes[0]:
        return pl.lit(column)
    number = pl.lit(column).to_physical().cast(pl.UInt32)
    return pl.when(number > 0).then(number - 1).cat.to(pl.Enum(codes[1:]))


def asked(column: pl.Series, question: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """By row the answer, true or false, to what is asked of its code."""
    codes = codes_of(column.dtype)
    if codes is None:
        return column.to_frame().select(question(pl.col(column.name))).to_series().fill_null(False)
    told = and_none(codes).alias("code").to_frame()
    answers = told.select(question(pl.col("code")).fill_null(False)).to_series().to_numpy()
    return pl.Series(answers[numbers(column, codes)])


def constant(code: str) -> pl.Expr:
    return pl.lit(code, pl.Enum([code]))


def codes_of(kind: pl.DataType) -> pl.Series | None:
    """A column's codes in their order, None where its kind is not one of codes.

    Asking a column for its kind makes the list anew: of a frame it is asked once, by its schema.
    """
    return kind.categories if isinstance(kind, pl.Enum) else None


def listed(column: pl.Series) -> pl.Series:
    """The distinct codes of a column, of codes or of text."""
    codes = codes_of(column.dtype)
    return column.unique() if codes is None else codes


def distinct(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The distinct rows of one or two columns, as text; of one column of codes its codes.

    `schema`: the kinds of the columns.
    """
    names = frame.columns
    codes = [found for name in names if (found := codes_of(schema[name])) is not None]
    if len(codes) == len(names) == 1:
        empty = frame.to_series().null_count() > 0
        return pl.DataFrame({names[0]: and_none(codes[0]) if empty else codes[0]})
    if len(codes) < len(names) or len(codes[0]) * len(codes[1]) > PAIRS:
        return texts(frame.unique())
    there = np.zeros((len(codes[0]) + 1, len(codes[1]) + 1), np.bool_)
    there[numbers(frame[names[0]], codes[0]), numbers(frame[names[1]], codes[1])] = True
    places = np.nonzero(there)
    return pl.DataFrame({
        name: and_none(found)[place] for name, found, place in zip(names, codes, places, strict=True)
    })  # fmt: skip


def texts(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows, codes as text."""
    names = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Enum)]
    return frame.with_columns(pl.col(names).cast(pl.String)) if names else frame


def own_codes(frame: pl.DataFrame) -> pl.DataFrame:
    """Every column of text or codes as codes, those that it has and no others."""
    return frame.with_columns(
        _own(frame[name], codes_of(kind))
        for name, kind in frame.schema.items()
        if isinstance(kind, pl.String | pl.Enum)
    )


def _own(column: pl.Series, codes: pl.Series | None) -> pl.Series:
    if codes is not None:
        used = np.bincount(numbers(column, codes), minlength=len(codes))[: len(codes)] > 0
        if used.all():
            return column
        column = column.cast(pl.String)
    return column.cast(pl.Enum(column.drop_nulls().unique().sort()))


def hashes(column: pl.Series, seed: int) -> npt.NDArray[np.uint64]:
    """A hash of each cell's text, whether the column is text or codes."""
    codes = codes_of(column.dtype)
    if codes is None:
        return column.hash(seed).to_numpy()
    return and_none(codes).hash(seed).to_numpy()[numbers(column, codes)]


def numbers(column: pl.Series, codes: pl.Series) -> npt.NDArray[np.int64]:
    """The place of each cell's code among the codes, null behind the last."""
    physical = pl.first().to_physical().cast(pl.Int64).fill_null(len(codes))
    return column.to_frame().select(physical).to_series().to_numpy()


def and_none(codes: pl.Series) -> pl.Series:
    """Codes and null behind the last."""
    return pl.concat([codes, pl.Series([None], dtype=pl.String)])


def order(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The places of numbers, none below zero, in their order; equal ones keep theirs.

    Sixteen bits at a time: numpy sorts such short numbers by their digits, twice as fast as long ones.
    """
    found = np.argsort(keys.astype(np.uint16), kind="stable")
    for shift in range(16, int(keys.max(initial=0)).bit_length(), 16):
        found = found[np.argsort((keys[found] >> shift).astype(np.uint16), kind="stable")]
    return found
