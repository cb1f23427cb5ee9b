"""Parts: the last release's with the covered slices replaced, one Parquet file a period."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from portal.base import storage
from trade.canonical import FACTS, SORT
from trade.models import Dataset, Part
from trade.sources.coded import codes_of, numbers, order, own_codes

ROW_GROUP = 262_144
# Amounts hardly repeat: what a higher level looks for is not there, and the files grow.
ZSTD = 1
# Where a Parquet file says what its columns are to those who know Arrow.
SCHEMA = "ARROW:schema"
# More rows than this are sorted in stretches, so that memory does not grow with the period.
AT_ONCE = 2_000_000

# What firms' facts are summed from.
SUMMED = (
    "flow", "region", "product", "partner", "is_total", "company", "edition", "reporter", "value", "net_kg", "quantity",
    "unit", "status",
)  # fmt: skip


def write(rows: pl.DataFrame, path: Path) -> Path:
    """Write facts as a part's file: sorted, so that the same rows make the same bytes."""
    facts = own_codes(rows.select(list(FACTS)))
    # A column that is the same everywhere orders nothing.
    same = facts.select(pl.col(name).eq_missing(pl.col(name).first()).all() for name in facts.columns)
    constant = same.row(0, named=True)
    keys = [name for name in SORT if not constant[name]]
    if keys:
        facts = facts.with_columns(facts.select(keys)[_order(facts, keys)])
    if facts["company"].null_count() < facts.height:
        facts.select(SUMMED).write_ipc(twin(path), compression="uncompressed")
    return _written(facts, path)


def twin(path: Path) -> Path:
    """Where what is summed of a part's file lies beside it with its codes as numbers, quicker to read."""
    return path.with_suffix(".arrow")


def _order(facts: pl.DataFrame, keys: Sequence[str]) -> pl.Series:
    """The places of the rows in their order: by one number where the first codes alone tell all rows apart."""
    whole, room = np.zeros(facts.height, np.int64), 1
    schema = facts.schema
    for name in keys:
        codes = codes_of(schema[name])
        if codes is None:
            break
        # Null comes first.
        size = len(codes) + 1
        whole, room = whole * size + (numbers(facts[name], codes) + 1) % size, room * size
    if 1 < room < 2**63:
        found = order(whole)
        if np.all(np.diff(whole[found]) != 0):
            return pl.Series(found, dtype=pl.UInt32)
    return facts.select(order=pl.arg_sort_by(keys, nulls_last=False, maintain_order=True))["order"]


def _written(facts: pl.DataFrame, path: Path) -> Path:
    """Codes are written from their numbers, three times as fast as from text; whoever reads the file meets text."""
    facts.write_parquet(
        path, compression="zstd", compression_level=ZSTD, row_group_size=ROW_GROUP, statistics=True,
        metadata=_as_text(),
    )  # fmt: skip
    return path


@cache
def _as_text() -> dict[str, str]:
    """What a file of text columns says of its schema."""
    file = io.BytesIO()
    pl.DataFrame(schema=FACTS).write_parquet(file)
    file.seek(0)
    return {SCHEMA: pl.read_parquet_metadata(file)[SCHEMA]}


def whole(base: Part | None, new: Sequence[Path], coverage: Sequence[str], path: Path) -> Path:
    """The file of a period's part: what the run brings, laid over what the last release has there.

    Written to `path`, except where the run's only file of the period is all of it.
    """
    kept = _kept(base, new, coverage)
    if len(new) == 1 and kept is None:
        return new[0]
    rows = pl.scan_parquet(list(new), glob=False).select(list(FACTS))
    return merge(pl.concat([rows, kept]) if kept is not None else rows, path)


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
        pieces.append(write(chosen.collect(), path.with_suffix(f".{number:03d}")))
    whole = pl.scan_parquet(pieces, glob=False)
    whole.sink_parquet(
        path, compression="zstd", compression_level=ZSTD, row_group_size=ROW_GROUP, maintain_order=True
    )
    for piece_path in pieces:
        piece_path.unlink()
        twin(piece_path).unlink(missing_ok=True)
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


@dataclass(frozen=True, slots=True)
class Stored:
    """A part's file in the private storage."""

    name: str
    sha256: str
    rows: int
    bytes: int


def put(path: Path) -> Stored:
    """Put a part's file into the private storage. It asks no database: any thread may do it."""
    name, checksum = storage.put(path, folder="parts", suffix=".parquet")
    rows = int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())
    return Stored(name, checksum, rows, path.stat().st_size)


def keep(dataset: Dataset, period: str, stored: Stored, *, demonstration: bool) -> Part:
    """The part of a stored file; the same rows are the same part."""
    part, _created = Part.objects.get_or_create(
        dataset=dataset,
        period=period,
        sha256=stored.sha256,
        defaults={
            "stored_as": stored.name, "rows": stored.rows, "bytes": stored.bytes, "demonstration": demonstration,
        },
    )  # fmt: skip
    return part


def read(part: Part) -> pl.DataFrame:
    return pl.read_parquet(storage.local_path(part.stored_as))
