"""Which summaries a release needs, and the making of those that are not there yet: a calendar year at a time."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from django.conf import settings

from portal.base import storage
from trade.clearance.lattice import ROLLING_SHAPES, SHAPES, Shape
from trade.cube import summing
from trade.cube.periods import months as months_of
from trade.cube.summing import MONTHS, Rows
from trade.models import Part, Release, Summary

FOLDER = "summaries"
ROLLING = "-R12"
# Counted into every digest: a change in how cells are summed makes summaries anew.
VERSION = "2"
Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One summary that a release needs: the same parts always make the same digest."""

    period: str
    parts: tuple[Part, ...]

    @property
    def digest(self) -> str:
        return hashlib.sha256(
            "\n".join([VERSION, *(part.sha256 for part in self.parts)]).encode()
        ).hexdigest()


def path(summary: Summary) -> Path:
    return storage.local_path(summary.stored_as)


def of(release: Release, progress: Progress | None = None) -> dict[str, Summary]:
    """The summary of every period of a release with companies, in the periods' order; missing ones are made.

    Safe to run again after any interruption. `progress` is told (years done, years in all).
    """
    parts = {part.period: part for part in release.parts.order_by("period")}
    needed = {need.period: need for need in wanted(parts)}
    known = Summary.objects.filter(
        dataset=release.dataset, digest__in={need.digest for need in needed.values()}
    )
    found = {summary.period: summary for summary in known if summary.digest == needed[summary.period].digest}
    years = sorted({period[:4] for period in needed if period not in found})
    before: _Year | None = None
    for done, year in enumerate(years):
        if progress is not None:
            progress(done, len(years))
        missing = {p: need for p, need in needed.items() if p[:4] == year and p not in found}
        before = _Year.read(year, parts, before, rolling=any(p.endswith(ROLLING) for p in missing))
        for summary in _made(release, before, missing):
            found[summary.period] = summary
    return {period: found[period] for period in sorted(needed)}


def wanted(parts: Mapping[str, Part]) -> Iterator[Wanted]:
    """Months, quarters and years that have a month, and every twelve months that are whole."""
    for month in parts:
        year, number = month.split("-")
        yield Wanted(month, (parts[month],))
        twelve = [*months_of(str(int(year) - 1)), *months_of(year)][int(number) : int(number) + MONTHS]
        if all(code in parts for code in twelve):
            yield Wanted(month + ROLLING, tuple(parts[code] for code in twelve))
    for year in sorted({month[:4] for month in parts}):
        for period in (year, *(f"{year}-Q{quarter}" for quarter in range(1, 5))):
            held = tuple(parts[month] for month in months_of(period) if month in parts)
            if held:
                yield Wanted(period, held)


@dataclass(slots=True)
class _Year:
    """A year's facts, and those of its tables that the next year's twelve months are made of."""

    year: str
    facts: Rows
    tables: dict[tuple[str, int], Rows]
    before: "dict[tuple[str, int], Rows] | None"

    @classmethod
    def read(cls, year: str, parts: Mapping[str, Part], last: "_Year | None", *, rolling: bool) -> "_Year":
        before = None
        last_year = str(int(year) - 1)
        if rolling and last is not None and last.year == last_year:
            before = last.tables
        elif rolling and any(month in parts for month in months_of(last_year)):
            facts = _facts(last_year, parts)
            before = {}
            for shape in ROLLING_SHAPES:
                before.update(_levels(facts, shape))
        return cls(year, _facts(year, parts), {}, before)


def _facts(year: str, parts: Mapping[str, Part]) -> Rows:
    files = [storage.local_path(parts[month].stored_as) for month in months_of(year) if month in parts]
    return summing.facts(pl.scan_parquet(files, glob=False))


def _levels(facts: Rows, shape: Shape) -> Iterator[tuple[tuple[str, int], Rows]]:
    """A shape's rows at each of its levels, the finest first."""
    rows = summing.shaped(facts, shape)
    for level in reversed(shape.levels):
        rows = rows if level == shape.levels[-1] else summing.coarser(rows, level)
        yield (shape.name, level), rows


def _made(release: Release, year: _Year, missing: Mapping[str, Wanted]) -> Iterator[Summary]:
    frames: dict[str, list[pl.DataFrame]] = {period: [] for period in missing}
    # The threads ask no database.
    with ThreadPoolExecutor(2, thread_name_prefix="summing") as pool:
        for found in pool.map(lambda shape: _shape_cells(year, shape, missing), SHAPES):
            for period, frame in found:
                frames[period].append(frame)
    for period, need in missing.items():
        yield _stored(release, need, pl.concat(frames[period]))


def _shape_cells(year: _Year, shape: Shape, missing: Mapping[str, Wanted]) -> list[tuple[str, pl.DataFrame]]:
    calendar = months_of(year.year)
    windows = {
        period: (calendar.index(months_of(period)[0]), calendar.index(months_of(period)[-1]))
        for period in missing
        if not period.endswith(ROLLING)
    }
    ends = {period: MONTHS + int(period[5:7]) - 1 for period in missing if period.endswith(ROLLING)}
    kept = {(shape.name, level) for shape in ROLLING_SHAPES for level in shape.levels}
    made: list[tuple[str, pl.DataFrame]] = []
    for key, rows in _levels(year.facts, shape):
        made += summing.cells(rows, key[1], windows)
        if key in kept:
            year.tables[key] = rows
            if ends:
                both = summing.joined(year.before[key], rows) if year.before else rows.later()
                made += summing.rolling(both, key[1], ends)
    return made


def _stored(release: Release, need: Wanted, cells: pl.DataFrame) -> Summary:
    scratch = Path(settings.QAFILA_HOME) / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        file = Path(folder) / "summary.parquet"
        cells.write_parquet(file, compression="zstd", compression_level=1)
        name, _checksum = storage.put(file, folder=FOLDER, suffix=".parquet")
    summary, _created = Summary.objects.get_or_create(
        dataset=release.dataset,
        period=need.period,
        digest=need.digest,
        defaults={"stored_as": name, "months": len(need.parts)},
    )
    return summary
