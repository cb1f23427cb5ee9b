"""A run's files, one after the other: read, checked, folded, and laid by as Parquet until they are staged."""

import datetime as dt
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from portal.base import storage
from trade.imports import gates, vocabulary
from trade.imports.fold import fold
from trade.imports.validate import REJECTS, Checked, check
from trade.sources.base import Batch, Rule, Source, SourceFile

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Collected:
    """What the files hold. By period `spools`, good rows, and `keys`, theirs; `log`: codes and parameters."""

    spools: dict[str, list[Path]] = field(default_factory=dict)
    keys: dict[str, list[Path]] = field(default_factory=dict)
    kinds: list[gates.FileKind] = field(default_factory=list)
    read: int = 0
    rejected: int = 0
    tolerated: int = 0
    repaired: int = 0
    rejects: list[pl.DataFrame] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)

    def note(self, code: str, **params: Any) -> None:
        self.log.append({"code": code, "params": {name: str(value) for name, value in params.items()}})


def work_folders() -> Path:
    return Path(settings.QAFILA_HOME) / "work"


@contextmanager
def work_folder(run_id: uuid.UUID, attempt: int) -> Iterator[Path]:
    """A folder for one attempt's intermediate files; what an attempt before left is removed first."""
    run = work_folders() / str(run_id)
    shutil.rmtree(run, ignore_errors=True)
    folder = run / str(attempt)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # a later attempt's is in it
            run.rmdir()


def collect(
    collected: Collected,
    source: Source,
    files: Sequence[SourceFile],
    *,
    options: Mapping[str, str],
    region_basis: str,
    work: Path,
    progress: Progress,
    today: dt.date,
) -> None:
    """Fill `collected`, which the caller keeps when a Refusal is raised on the way: its rejects are told then too."""
    known = vocabulary.load()
    progress("reading", 0, len(files))
    for batch in source.read(files, options):
        if edition := options.get("edition"):
            other = Rule("edition", "edition_other", pl.col("edition") != edition, pl.lit(edition))
            batch.rules = [*batch.rules, other]
        earlier = _earlier_keys(collected, batch)
        checked = check(batch, known, one_period=source.one_period, today=today, earlier=earlier)
        _count(collected, batch, checked)
        gates.rows_readable(batch.file, checked)
        collected.kinds.append(gates.file_kind(batch.file, checked.good))
        _keep_keys(collected, batch, checked.good, work)
        good, folded = fold(checked.good, batch.key)
        if folded:
            collected.note("eh_folded", file=batch.file.name, rows=folded)
        _lay_by(collected, batch, good.with_columns(region_basis=_basis(region_basis)), work)
        progress("reading", batch.file.position + 1, len(files))


def _count(collected: Collected, batch: Batch, checked: Checked) -> None:
    collected.read += checked.read
    collected.rejected += checked.rejected
    collected.tolerated += checked.tolerated
    collected.repaired += checked.repaired
    if not checked.rejects.is_empty():
        collected.rejects.append(checked.rejects)
    for line in batch.log:
        collected.note(line)
    for code, params in checked.log:
        collected.note(code, file=batch.file.name, **params)


def _basis(region_basis: str) -> pl.Expr:
    """What places a flow in a region: the dataset's property, where the row names a region."""
    return pl.when(pl.col("region").is_not_null() & (pl.lit(region_basis) != "")).then(pl.lit(region_basis))


def _keep_keys(collected: Collected, batch: Batch, good: pl.DataFrame, work: Path) -> None:
    """As the file has them: folding gives rows of EH another key, by which a repetition would not be found."""
    for (period,), rows in good.partition_by("period", as_dict=True).items():
        path = work / f"keys-{batch.file.position:04d}-{period}.parquet"
        rows.select(*batch.key, "file", "line").write_parquet(path, compression="lz4")
        collected.keys.setdefault(str(period), []).append(path)


def _earlier_keys(collected: Collected, batch: Batch) -> pl.DataFrame | None:
    """The keys of the run's earlier files in this one's periods; None where there are none."""
    periods = batch.frame["period"].drop_nulls().unique().to_list()
    paths = [path for period in periods for path in collected.keys.get(period, [])]
    return pl.read_parquet(paths, glob=False) if paths else None


def _lay_by(collected: Collected, batch: Batch, good: pl.DataFrame, work: Path) -> None:
    for (period,), rows in good.partition_by("period", as_dict=True, maintain_order=True).items():
        path = work / f"{batch.file.position:04d}-{period}.parquet"
        rows.write_parquet(path, compression="lz4")
        collected.spools.setdefault(str(period), []).append(path)


def store_rejects(collected: Collected, work: Path) -> str:
    """Put the reject list into the private storage; its name there, or "" where nothing was rejected."""
    if not collected.rejects:
        return ""
    path = work / "rejects.parquet"
    pl.concat(collected.rejects).select(list(REJECTS)).write_parquet(path, compression="zstd")
    name, _checksum = storage.put(path, folder="rejects", suffix=".parquet")
    path.unlink()
    return name
