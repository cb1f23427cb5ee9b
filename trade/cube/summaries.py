"""Which summaries a release needs, and the making of those that are not there yet: a calendar year at a time."""

import hashlib
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from portal.base import storage
from reference import selectors as reference
from trade.clearance import groups as groups_of
from trade.clearance.lattice import SHAPES
from trade.cube import numbering, summary
from trade.cube.periods import months as months_of
from trade.cube.summing import MONTHS, Block, Kept, Summing
from trade.models import Part, Release, Summary

FOLDER = "summaries"
ROLLING = "-R12"
# Counted into every digest: a change in how cells are summed makes summaries anew.
VERSION = "3"
# Threads that sum; what they do is numpy's and Polars', mostly outside Python's lock.
THREADS = 2
Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One summary that a release needs: the same parts and groups of firms always make the same digest."""

    period: str
    parts: tuple[Part, ...]
    groups: str

    @property
    def digest(self) -> str:
        facts = [VERSION, *([self.groups] if self.groups else []), *(part.sha256 for part in self.parts)]
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()

    @property
    def months(self) -> list[str]:
        return [part.period for part in self.parts]


def path(summary: Summary) -> Path:
    return storage.local_path(summary.stored_as)


def of(
    release: Release, progress: Progress | None = None, twins: Mapping[str, Path] | None = None
) -> dict[str, Summary]:
    """The summary of every period of a release with companies, in the periods' order; missing ones are made.

    Safe to run again after any interruption. `progress` is told (years done, years in all). `twins`: by a part's
    checksum a file of the same facts that is quicker to read.
    """
    parts = {part.period: part for part in release.parts.order_by("period")}
    files = {
        period: (twins or {}).get(part.sha256) or storage.local_path(part.stored_as)
        for period, part in parts.items()
    }
    groups = groups_of()
    needed = {need.period: need for need in wanted(parts, groups)}
    known = Summary.objects.filter(
        dataset=release.dataset, digest__in={need.digest for need in needed.values()}
    )
    found = {summary.period: summary for summary in known if summary.digest == needed[summary.period].digest}
    years = sorted({period[:4] for period in needed if period not in found})
    before: Kept | None = None
    with ThreadPoolExecutor(THREADS, thread_name_prefix="summing") as pool:
        for done, year in enumerate(years):
            if progress is not None:
                progress(done, len(years))
            missing = {p: need for p, need in needed.items() if p[:4] == year and p not in found}
            if before is not None and str(int(year) - 1) not in {month[:4] for month in before.editions}:
                before = None
            made, before = _made(
                release, files=files, missing=missing, before=before, groups=groups, pool=pool
            )
            found |= {row.period: row for row in made}
    return {period: found[period] for period in sorted(needed)}


def wanted(parts: Mapping[str, Part], groups: Mapping[str, str] | None = None) -> Iterator[Wanted]:
    """Months, quarters and years that have a month, and every twelve months that are whole.

    `groups`: enterprise → what it counts as, those of now without it.
    """
    groups = groups_of() if groups is None else groups
    told = " ".join(f"{firm}:{group}" for firm, group in sorted(groups.items()))
    for month in parts:
        year, number = month.split("-")
        yield Wanted(month, (parts[month],), told)
        twelve = [*months_of(str(int(year) - 1)), *months_of(year)][int(number) : int(number) + MONTHS]
        if all(code in parts for code in twelve):
            yield Wanted(month + ROLLING, tuple(parts[code] for code in twelve), told)
    for year in sorted({month[:4] for month in parts}):
        for period in (year, *(f"{year}-Q{quarter}" for quarter in range(1, 5))):
            held = tuple(parts[month] for month in months_of(period) if month in parts)
            if held:
                yield Wanted(period, held, told)


def _made(
    release: Release,
    *,
    files: Mapping[str, Path],
    missing: Mapping[str, Wanted],
    before: Kept | None,
    groups: Mapping[str, str],
    pool: ThreadPoolExecutor,
) -> tuple[list[Summary], Kept]:
    """The missing summaries of a year, and what is kept of its months for the next one. The threads ask no database."""
    windows = {period: need.months for period, need in missing.items() if not period.endswith(ROLLING)}
    rolling = {period: need.months for period, need in missing.items() if period.endswith(ROLLING)}
    held = before.editions if before else {}
    needed = sorted({month for need in missing.values() for month in need.months if month not in held})
    counted = {int(firm): int(group) for firm, group in groups.items()}
    read = pool.map(lambda month: numbering.month(files[month], counted), needed)
    months = dict(zip(needed, read, strict=True))
    summing = Summing(months, reference.section_of(), before)
    deque(pool.map(summing.month, needed), maxlen=0)
    blocks: dict[str, list[Block]] = {period: [] for period in missing}
    for found in pool.map(lambda shape: list(summing.shape(shape, windows, rolling)), SHAPES):
        for period, block in found:
            blocks[period].append(block)
    with _scratch() as folder:

        def put(period: str) -> str:
            edition = summing.edition(missing[period].months)
            cells = summary.table(
                blocks.pop(period), summing.numbering, reporter=summing.reporter, edition=edition
            )
            path = folder / f"{period}.parquet"
            cells.write_parquet(path, compression="zstd", compression_level=1)
            return storage.put(path, folder=FOLDER, suffix=".parquet")[0]

        names = list(pool.map(put, missing))
    return [_kept(release, *named) for named in zip(missing.values(), names, strict=True)], summing.kept


@contextmanager
def _scratch() -> Iterator[Path]:
    scratch = Path(settings.QAFILA_HOME) / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        yield Path(folder)


def _kept(release: Release, need: Wanted, name: str) -> Summary:
    row, _created = Summary.objects.get_or_create(
        dataset=release.dataset,
        period=need.period,
        digest=need.digest,
        defaults={"stored_as": name, "months": len(need.parts)},
    )
    return row
