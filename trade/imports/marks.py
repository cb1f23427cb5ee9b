"""Revised marks: a slice that was published and comes again with other figures is revised, unless its file says final.

The same figures again keep the marks that they were published with.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from trade.canonical import FACTS
from trade.imports import parts
from trade.imports.gates import part_intact
from trade.models import Part

REVISED, FINAL = "R", "F"
# What a figure is, besides its marks.
_FIGURES = [name for name in FACTS if name not in ("status", "notes")]
_MARK = "_status"


def marked(
    new: Sequence[Path], base: Part | None, coverage: Sequence[str], path: Path
) -> tuple[list[Path], bool]:
    """The period's new rows with their marks, and whether one of its published slices is revised.

    `new` as it is where the last release has nothing of the period, or where no mark changes.
    """
    if base is None:
        return list(new), False
    ours = pl.scan_parquet(list(new), glob=False).select(list(FACTS))
    covered = ours.select(coverage).unique()
    old = pl.scan_parquet(part_intact(base), glob=False).select(list(FACTS))
    old = old.join(covered, on=list(coverage), how="semi", nulls_equal=True)
    both = _digests(ours, coverage).join(
        _digests(old, coverage), on=list(coverage), how="inner", nulls_equal=True, suffix="_old"
    )
    slices = (
        both.with_columns(same=pl.col("digest") == pl.col("digest_old")).select(*coverage, "same").collect()
    )
    if slices.is_empty():
        return list(new), False
    before = old.select(*_FIGURES, pl.col("status").alias(_MARK)).unique(_FIGURES)
    told = (
        ours.join(slices.lazy(), on=list(coverage), how="left", nulls_equal=True)
        .join(before, on=_FIGURES, how="left", nulls_equal=True)
        .with_columns(status=_status())
    )
    return [parts.merge(told.select(list(FACTS)), path)], not slices["same"].all()


def _status() -> pl.Expr:
    """`same` is null where the slice is new, else whether its figures are those that were published."""
    final = (pl.col("status") == FINAL).fill_null(False)
    kept = pl.coalesce(_MARK, "status")
    return (
        pl.when(final | pl.col("same").is_null())
        .then(pl.col("status"))
        .when(pl.col("same"))
        .then(kept)
        .otherwise(pl.lit(REVISED))
    )


def _digests(rows: pl.LazyFrame, coverage: Sequence[str]) -> pl.LazyFrame:
    """One number a slice that changes with any of its figures, whatever the order of its rows."""
    hashes = rows.select(*coverage, hash=pl.struct(_FIGURES).hash(1))
    return hashes.group_by(coverage).agg(digest=pl.struct(pl.col("hash").sum(), pl.len()))
