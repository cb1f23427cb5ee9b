"""Columns of codes as numbers: whatever is asked of them, the answer is that of their text."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trade import factories as make
from trade.canonical import FACTS
from trade.imports import parts
from trade.imports.keys import HASHES, hashed
from trade.sources import coded

TEXTS = st.lists(st.sampled_from(["", "a", "b", "MA-08", "_U", "é", "زيت", "10"]), min_size=1, max_size=12)


def of(texts: list[str]) -> pl.Series:
    """As the quick reader has a column."""
    frame = pl.DataFrame({"x": pl.Series(texts, dtype=pl.Categorical)})
    return coded.coded(frame, ["x"])["x"]


@given(TEXTS)
def test_codes_are_their_texts_in_order(texts: list[str]) -> None:
    column = of(texts)
    codes = coded.codes_of(column.dtype)
    assert column.cast(pl.String).to_list() == texts
    assert codes is not None
    assert codes.to_list() == sorted({*texts})
    assert coded.numbers(column, codes).tolist() == [sorted({*texts}).index(text) for text in texts]


@given(TEXTS)
def test_what_is_made_of_codes_is_made_of_their_texts(texts: list[str]) -> None:
    def made(code: str) -> str | None:
        return None if code == "a" else code.upper()

    for column in (of(texts), pl.Series("x", texts)):
        frame = column.to_frame()
        found = frame.select(
            **coded.each(frame, {"made": ("x", made)}), filled=coded.filled(frame["x"])
        ).select(pl.all().cast(pl.String))
        assert found["made"].to_list() == [made(text) for text in texts]
        assert found["filled"].to_list() == [text or None for text in texts]
        assert coded.asked(column, lambda code: code.str.len_chars() == 1).to_list() == [
            len(text) == 1 for text in texts
        ]


@given(TEXTS, st.data())
def test_the_distinct_rows_hold_what_is_empty_too(texts: list[str], data: st.DataObject) -> None:
    others = data.draw(st.lists(st.sampled_from(["x", "y"]), min_size=len(texts), max_size=len(texts)))
    frame = pl.DataFrame({"one": of(texts), "two": of(others)}).with_columns(
        one=coded.filled(pl.Series("x", of(texts)))
    )
    told = [text or None for text in texts]
    for names, expected in (
        (["one"], {(text,) for text in told}),
        (["one", "two"], {*zip(told, others, strict=True)}),
    ):
        assert {*coded.distinct(frame.select(names), frame.schema).iter_rows()} >= expected
    assert {*coded.distinct(frame.select("one", "two"), frame.schema).iter_rows()} == {
        *zip(told, others, strict=True)
    }


def test_keys_hash_alike_as_codes_and_as_text() -> None:
    texts = ["a", "", "b", "a"]
    rows = pl.DataFrame({"x": of(texts), "y": [1, 2, 3, 1]}).select("x", y=pl.col("y").cast(pl.String))
    plain = rows.with_columns(pl.col("x").cast(pl.String))
    ours, theirs = hashed(rows, ["x", "y"]).select(HASHES), hashed(plain, ["x", "y"]).select(HASHES)
    assert ours.equals(theirs)
    assert ours.n_unique() == 3


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=50))
def test_numbers_are_put_in_order(keys: list[int]) -> None:
    numbers = np.array(keys, np.int64)
    assert numbers[coded.order(numbers)].tolist() == sorted(keys)


def drawn(count: int) -> pl.DataFrame:
    facts = [
        make.customs_fact(
            period="2024-05", company=make.ice(number % 7), region=None if number % 5 == 0 else "MA-06",
            product=f"{number % 11:02d}12000000", partner="FR" if number % 3 else "ES", value=1000 + number,
            net_kg=None if number % 4 == 0 else number,
        )
        for number in range(count)
    ]  # fmt: skip
    return pl.DataFrame(facts, schema=FACTS)


def test_a_part_s_bytes_are_those_of_its_rows(tmp_path: Path) -> None:
    facts = drawn(200)
    # More codes than the rows have, as where bad rows were taken out.
    wide = facts.with_columns(
        pl.col("partner").cast(pl.Enum(["AA", "ES", "FR", "ZZ"])), pl.col("flow").cast(pl.Enum(["M", "X"]))
    )
    shuffled = wide.sample(fraction=1.0, shuffle=True, seed=3)
    files = [parts.write(rows, tmp_path / f"{at}.parquet") for at, rows in enumerate((facts, wide, shuffled))]
    assert len({file.read_bytes() for file in files}) == 1

    read = pl.read_parquet(files[0])
    assert read.schema == FACTS  # whoever reads it meets text
    assert read.sort(read.columns).equals(facts.sort(facts.columns))
    assert pl.read_ipc(parts.twin(files[0])).height == facts.height


@pytest.mark.parametrize("count", [1, 2])
def test_a_part_of_hardly_any_rows_is_written_too(tmp_path: Path, count: int) -> None:
    facts = drawn(count)
    assert pl.read_parquet(parts.write(facts, tmp_path / "x.parquet")).equals(facts)
