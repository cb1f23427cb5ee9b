"""Product codes that lost their leading zeros, as spreadsheets take them: given back where it is certain."""

from collections.abc import Callable, Sequence

import polars as pl

from reference.selectors import product_codes

# The finest level that an edition's list has; national digits follow.
HS_DIGITS = 6


def zero_lost(
    product: pl.Series,
    edition: pl.Series,
    levels: Sequence[int],
    *,
    known: Callable[[str], frozenset[str]] = product_codes,
) -> pl.Series:
    """Where a zero in front makes a known code of what is none, at a level that the source reports.

    `product`: codes as text, without dots; `edition`: `HS2022` and so on, null where it is not known; `levels`: the
    lengths that whole codes of the source have, 10 for the customs extract. HS codes have an even number of digits and
    no chapter begins with two zeros, so one digit is lacking at most. An edition whose list is not loaded proves
    nothing: its codes are left as they are. Returns true where the zero is certainly lost, never null.

    A source writes `pl.when(lost).then("0" + product)`, adds NOTE_ZERO and counts the rows as repaired.
    """
    lengths = [level - 1 for level in levels if level > 1]
    frame = pl.DataFrame({"product": product, "edition": edition}).with_row_index("row")
    short = frame.filter(
        pl.col("product").str.len_bytes().is_in(lengths) & pl.col("product").str.contains(r"^[1-9][0-9]*$")
    ).with_columns(whole=pl.concat_str(pl.lit("0"), pl.col("product").str.slice(0, HS_DIGITS - 1)))
    found: list[pl.Series] = []
    for (code,), rows in short.drop_nulls("edition").partition_by("edition", as_dict=True).items():
        listed = pl.Series(sorted(known(str(code))), dtype=pl.String)
        found.append(rows.filter(pl.col("whole").is_in(listed.implode()))["row"])
    lost = pl.concat(found) if found else pl.Series([], dtype=pl.UInt32)
    return frame.select(pl.col("row").is_in(lost.cast(pl.UInt32).implode()))["row"].alias("lost")
