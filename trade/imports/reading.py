"""A run's files, one after the other: read, checked, folded, and laid by as Parquet until they are staged."""

import datetime as dt
import shutil
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from portal.base import storage
from trade.imports import gates, vocabulary
from trade.imports.keys import Keys
from trade.imports.laying import Laid, Laying
from trade.imports.prices import Before, Comparison
from trade.imports.validate import REJECTS
from trade.sources.base import Batch, Rule, Source, SourceFile

Progress = Callable[[str, int, int], None]
# Batches laid by at once while the next one is read.
AHEAD = 3


@dataclass(slots=True)
class Collected:
    """What the files hold. By period `spools`, good rows laid by; `log`: codes and parameters."""

    spools: dict[str, list[Path]] = field(default_factory=dict)
    kinds: list[gates.FileKind] = field(default_factory=list)
    read: int = 0
    rejected: int = 0
    tolerated: int = 0
    repaired: int = 0
    rejects: list[pl.DataFrame] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)

    def note(self, code: str, **params: Any) -> None:
        line = {"code": code, "params": {name: str(value) for name, value in params.items()}}
        # A file of many batches says it once.
        if line not in self.log:
            self.log.append(line)


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
    more_rules: Callable[[Batch], Sequence[Rule]] | None = None,
    before: Before | None = None,
) -> None:
    """Fill `collected`, which the caller keeps when a Refusal is raised on the way: its rejects are told then too.

    `before`: prices that unit values are compared with; those of the run's earlier files without it.
    Batches are checked and laid by in threads while the next one is read: only this thread asks the database.
    """
    known = vocabulary.load()
    before = before or Before()
    files = [replace(file, work=work) for file in files]
    laying = Laying(known, source.one_period, today, region_basis, work)
    taking = Taking(collected, laying)
    with ThreadPoolExecutor(AHEAD, thread_name_prefix="laying") as pool:
        waiting: deque[tuple[Batch, int, Comparison, Future[Laid]]] = deque()
        try:
            for number, batch in enumerate(source.read(files, options)):
                progress("reading", batch.file.position, len(files))
                _add_edition_rule(batch, options)
                if more_rules is not None:
                    batch.rules = [*batch.rules, *more_rules(batch)]
                known.of_editions(batch.frame["edition"].drop_nulls().unique())
                compared = before.comparison(batch.frame)
                laid = pool.submit(laying.lay, batch, number, compared)
                waiting.append((batch, number, compared, laid))
                if len(waiting) > AHEAD:
                    taking.take(*waiting.popleft())
            while waiting:
                taking.take(*waiting.popleft())
        except Exception:
            # What was read before the fault is told with it; a second fault adds nothing.
            with suppress(Exception):
                while waiting:
                    taking.take(*waiting.popleft())
            raise
    taking.end_file()
    progress("reading", len(files), len(files))


def _add_edition_rule(batch: Batch, options: Mapping[str, str]) -> None:
    if edition := options.get("edition"):
        other = Rule("edition", "edition_other", pl.col("edition") != edition, pl.lit(edition))
        batch.rules = [*batch.rules, other]


class Taking:
    """Takes laid batches in the order of the files."""

    def __init__(self, collected: Collected, laying: Laying) -> None:
        self.collected, self.laying, self.keys = collected, laying, Keys()
        self.file: SourceFile | None = None
        self.good = self.rejected = 0

    def take(self, batch: Batch, number: int, compared: Comparison, laid: Future[Laid]) -> None:
        """Count a batch and keep its good rows; it is laid again without those that an earlier one has."""
        found = laid.result()
        if self.file is not None and self.file.position != batch.file.position:
            self.end_file()
        self.file = batch.file
        if (earlier := self.keys.seen(found.keys, batch.key)) is not None:
            found = self.laying.lay(batch, number, compared, earlier=earlier)
        self.keys.add(found.keys)
        for period, path in found.spools.items():
            self.collected.spools.setdefault(period, []).append(path)
        self._count(batch, found)

    def end_file(self) -> None:
        """Raises Refusal for a file of which nothing is good: it is not what was meant."""
        if self.file is not None:
            gates.rows_readable(self.file, good=self.good, rejected=self.rejected)
        self.file, self.good, self.rejected = None, 0, 0

    def _count(self, batch: Batch, laid: Laid) -> None:
        collected, checked = self.collected, laid.checked
        self.good += checked.read - checked.rejected
        self.rejected += checked.rejected
        collected.read += checked.read
        collected.rejected += checked.rejected
        collected.tolerated += checked.tolerated
        collected.repaired += checked.repaired
        if checked.read > checked.rejected:
            collected.kinds.append(laid.kind)
        if not checked.rejects.is_empty():
            collected.rejects.append(checked.rejects)
        for code, params in batch.log:
            collected.note(code, **params)
        for code, params in checked.log:
            collected.note(code, file=batch.file.name, **params)
        if laid.folded:
            collected.note("eh_folded", file=batch.file.name, rows=laid.folded)


def store_rejects(collected: Collected, work: Path) -> str:
    """Put the reject list into the private storage; its name there, or "" where nothing was rejected."""
    if not collected.rejects:
        return ""
    path = work / "rejects.parquet"
    pl.concat(collected.rejects).select(list(REJECTS)).write_parquet(path, compression="zstd")
    name, _checksum = storage.put(path, folder="rejects", suffix=".parquet")
    path.unlink()
    return name
