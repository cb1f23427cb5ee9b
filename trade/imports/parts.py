"""Parts: the last release's with the covered slices replaced, one Parquet file a period."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from portal.base import storage
from trade.canonical import FACTS, SORT
from trade.models import Dataset, Part

ROW_GROUP = 262_144


def facts(paths: Sequence[Path]) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(path, columns=list(FACTS)) for path in paths])


def replaced(new: pl.DataFrame, old: pl.DataFrame | None, coverage: Sequence[str]) -> pl.DataFrame:
    """`new`, and those rows of `old` that lie in none of the slices that `new` covers; nothing is there twice."""
    rows = new.select(list(FACTS))
    if old is not None:
        covered = rows.select(coverage).unique()
        kept = old.select(list(FACTS)).join(covered, on=list(coverage), how="anti", nulls_equal=True)
        rows = pl.concat([rows, kept])
    return rows.sort(SORT, nulls_last=False)


def store(dataset: Dataset, period: str, rows: pl.DataFrame, *, work: Path, demonstration: bool) -> Part:
    """Write one part into the private storage; the same rows make the same bytes and the same part."""
    path = work / f"part-{period}.parquet"
    rows.write_parquet(
        path, compression="zstd", compression_level=3, row_group_size=ROW_GROUP, statistics=True
    )
    name, checksum = storage.put(path, folder="parts", suffix=".parquet")
    size = path.stat().st_size
    path.unlink()
    part, _created = Part.objects.get_or_create(
        dataset=dataset,
        period=period,
        sha256=checksum,
        defaults={"stored_as": name, "rows": rows.height, "bytes": size, "demonstration": demonstration},
    )
    return part


def read(part: Part) -> pl.DataFrame:
    return pl.read_parquet(storage.local_path(part.stored_as))


def stage(
    dataset: Dataset, base: dict[str, Part], spools: dict[str, list[Path]], *, coverage: Sequence[str], work: Path,
    demonstration: bool, period: str,
) -> Part:  # fmt: skip
    """The part of one period: what the run brings, laid over what the last release has there."""
    old = read(base[period]) if period in base else None
    rows = replaced(facts(spools[period]), old, coverage)
    return store(dataset, period, rows, work=work, demonstration=demonstration)
