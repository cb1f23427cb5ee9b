"""Parts: the last release's with the covered slices replaced, one Parquet file a period."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from portal.base import storage
from trade.canonical import FACTS, SORT
from trade.models import Dataset, Part

ROW_GROUP = 262_144
# More rows than this are sorted in stretches, so that memory does not grow with the period.
AT_ONCE = 2_000_000


def write(rows: pl.DataFrame, path: Path) -> Path:
    """Write facts as a part's file: sorted, so that the same rows make the same bytes."""
    facts = rows.select(list(FACTS))
    # A column that is the same everywhere orders nothing.
    same = facts.select(pl.col(name).eq_missing(pl.col(name).first()).all() for name in facts.columns)
    constant = same.row(0, named=True)
    keys = [name for name in SORT if not constant[name]]
    return _written(facts.sort(keys, nulls_last=False) if keys else facts, path)


def _written(facts: pl.DataFrame, path: Path) -> Path:
    facts.write_parquet(
        path, compression="zstd", compression_level=3, row_group_size=ROW_GROUP, statistics=True
    )
    return path


def stage(
    dataset: Dataset, base: dict[str, Part], spools: dict[str, list[Path]], *, coverage: Sequence[str], work: Path,
    demonstration: bool, period: str,
) -> Part:  # fmt: skip
    """The part of one period: what the run brings, laid over what the last release has there."""
    new = spools[period]
    kept = _kept(base.get(period), new, coverage)
    if len(new) == 1 and kept is None:
        return keep(dataset, period, new[0], demonstration=demonstration)
    path = work / f"part-{period}.parquet"
    rows = pl.scan_parquet(new, glob=False).select(list(FACTS))
    merge(pl.concat([rows, kept]) if kept is not None else rows, path)
    return keep(dataset, period, path, demonstration=demonstration)


def _kept(base: Part | None, new: Sequence[Path], coverage: Sequence[str]) -> pl.LazyFrame | None:
    """Those rows of the last release's part that lie in none of the slices that `new` covers; None: there are none."""
    if base is None:
        return None
    covered = pl.scan_parquet(list(new), glob=False).select(coverage).unique().collect()
    old = pl.scan_parquet(storage.local_path(base.stored_as), glob=False).select(list(FACTS))
    rest = old.join(covered.lazy(), on=list(coverage), how="anti", nulls_equal=True)
    return None if rest.head(1).collect().is_empty() else rest


def merge(rows: pl.LazyFrame, path: Path) -> Path:
    """Write rows of any order and any number as one part's file."""
    if rows.select(pl.len()).collect().item() <= AT_ONCE:
        return write(rows.collect(), path)
    pieces = []
    for number, piece in enumerate(_stretches(rows)):
        chosen = rows.with_columns(chapter=_CHAPTER).join(
            piece.lazy(), on=list(_STRETCH), how="semi", nulls_equal=True
        )
        facts = chosen.collect().select(list(FACTS)).sort(SORT, nulls_last=False)
        pieces.append(_written(facts, path.with_suffix(f".{number:03d}")))
    whole = pl.scan_parquet(pieces, glob=False)
    whole.sink_parquet(
        path, compression="zstd", compression_level=3, row_group_size=ROW_GROUP, maintain_order=True
    )
    for piece_path in pieces:
        piece_path.unlink()
    return path


_CHAPTER = pl.col("product").str.slice(0, 2)
_STRETCH = ("flow", "level", "chapter")


def _stretches(rows: pl.LazyFrame) -> list[pl.DataFrame]:
    """The first columns of the parts' order, chapter by chapter, in groups of at most about AT_ONCE rows."""
    counts = rows.with_columns(chapter=_CHAPTER).group_by(_STRETCH).len().collect().sort(_STRETCH)
    group = (pl.col("len").cum_sum() - 1) // AT_ONCE
    return (
        counts.with_columns(group=group)
        .drop("len")
        .partition_by("group", maintain_order=True, include_key=False)
    )


def keep(dataset: Dataset, period: str, path: Path, *, demonstration: bool) -> Part:
    """Put a part's file into the private storage; the same rows are the same part."""
    name, checksum = storage.put(path, folder="parts", suffix=".parquet")
    rows = int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())
    size = path.stat().st_size
    path.unlink()
    part, _created = Part.objects.get_or_create(
        dataset=dataset,
        period=period,
        sha256=checksum,
        defaults={"stored_as": name, "rows": rows, "bytes": size, "demonstration": demonstration},
    )
    return part


def read(part: Part) -> pl.DataFrame:
    return pl.read_parquet(storage.local_path(part.stored_as))
