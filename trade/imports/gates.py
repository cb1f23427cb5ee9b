"""Whole-run rules. What breaks a hard one is refused; over a soft one a person publishes, with a written reason."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from portal.base import storage
from trade.canonical import MOROCCO
from trade.models import Dataset, Part, Release
from trade.sources.base import SourceFile
from trade.sources.coded import texts
from trade.sources.reasons import Refusal

DEMO_PREFIX = "DEMO"
# In a small file a handful of bad rows is a large share: up to so many pass while most rows are good.
SLIPS = 10
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
# A release that misses more months than this tells their number.
LISTED = 12


@dataclass(frozen=True, slots=True)
class FileKind:
    """What the good rows of one file are."""

    file: SourceFile
    demonstration: bool


def file_kind(file: SourceFile, good: pl.DataFrame) -> FileKind:
    """Demonstration data or real, by its customs offices. Raises Refusal where a file holds both."""
    offices = texts(
        good.filter(pl.col("customs_office").is_not_null())
        .group_by("customs_office")
        .agg(rows=pl.len(), line=pl.col("line").min())
    ).with_columns(demo=pl.col("customs_office").str.starts_with(DEMO_PREFIX))
    kinds = offices.group_by("demo").agg(pl.col("rows").sum(), pl.col("line").min())
    kinds = kinds.sort("rows", "demo", descending=[False, True])
    if kinds.height > 1:
        raise Refusal("demo_mixed", file=file.name, line=kinds["line"][0])
    return FileKind(file, demonstration=bool(kinds.height and kinds["demo"][0]))


def same_kind(kinds: Sequence[FileKind]) -> bool:
    """Whether the run's files are demonstration data. Raises Refusal where some are and some are not."""
    found = {kind.demonstration for kind in kinds}
    if len(found) > 1:
        raise Refusal("demo_files_mixed")
    return found == {True}


def demonstration_welcome(dataset: Dataset, kinds: Sequence[FileKind], published: Release | None) -> None:
    """A demonstration file is refused once the dataset holds real data."""
    if published is not None and not published.demonstration and same_kind(kinds):
        raise Refusal("demo_refused", file=kinds[0].file.name, dataset=dataset.code)


def rows_readable(file: SourceFile, *, good: int, rejected: int) -> None:
    """A file of which nothing is good is not what was meant."""
    if not good:
        raise Refusal("nothing_good", file=file.name, rejected=rejected)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gate found. `level`: hard, soft or told; `figures`: texts and numbers that its sentence names."""

    gate: str
    level: str
    held: bool
    figures: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def rejects_few(dataset: Dataset, *, read: int, rejected: int) -> Outcome:
    """Not more than the dataset's share of rows may be bad; a few slips in a small file are allowed.

    Hard: a person who wants more through changes the dataset's share, which is kept in its history.
    """
    few = rejected <= SLIPS and rejected * 2 < read
    limit = f"{dataset.max_rejected * 100:.2f}".rstrip("0").rstrip(".")
    held = rejected <= dataset.max_rejected * read or few
    return Outcome("rejects_few", "hard", held, {"rejected": rejected, "read": read, "limit": limit})


def refuse_where_hard(outcome: Outcome) -> None:
    """Raises Refusal where a hard gate does not hold."""
    if outcome.level == "hard" and not outcome.held:
        raise Refusal("too_many_rejected", **outcome.figures)


def part_intact(part: Part) -> Path:
    """Where a part can be read, its bytes proved by its checksum. Raises Refusal naming the part."""
    path = storage.local_path(part.stored_as)
    if not path.exists() or _digest(path) != part.sha256:
        raise Refusal("part_corrupt", period=part.period, part=part.sha256[:12])
    return path


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def of_release(dataset: Dataset, parts: Mapping[str, Part], periods: Iterable[str]) -> list[Outcome]:
    """The gates of a whole release; published totals are asked for of the years that `periods` touch."""
    return [months_complete(dataset, parts), *totals_met(dataset, parts, {period[:4] for period in periods})]


def months_complete(dataset: Dataset, periods: Iterable[str]) -> Outcome:
    """No hole between the first and the last month: told, and a soft gate where the dataset asks for every month."""
    there = sorted(period for period in periods if MONTH.fullmatch(period))
    missing = [month for month in _months(there[0], there[-1]) if month not in there] if there else []
    level = "soft" if dataset.needs_every_month else "told"
    figures = {"missing": ", ".join(missing[:LISTED]), "count": len(missing)}
    return Outcome("months_complete", level, not missing, figures)


def _months(first: str, last: str) -> Iterator[str]:
    year, month = int(first[:4]), int(first[5:])
    while (code := f"{year:04d}-{month:02d}") <= last:
        yield code
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def totals_met(dataset: Dataset, parts: Mapping[str, Part], years: Collection[str]) -> Iterator[Outcome]:
    """Soft: Morocco's total of each published flow and period, where the release has all of the period."""
    for published in dataset.published_totals.all():
        if published.period[:4] not in years:
            continue
        own = [part for period, part in parts.items() if _within(period, published.period)]
        whole = (len(own) == 1 and own[0].period == published.period) or len(own) == 12
        total = _total(own, published.flow.split("+")) if whole else None
        if total is None:
            continue
        off = total / published.value - 1
        figures = {
            "flow": published.flow, "period": published.period, "ours": total, "published": published.value,
            "off": round(off * 100, 3), "tolerance": float(published.tolerance * 100), "source": published.source,
        }  # fmt: skip
        held = abs(total - published.value) <= published.tolerance * published.value
        yield Outcome("total_met", "soft", held, figures)


def _within(period: str, wanted: str) -> bool:
    """A year is one annual part or its twelve months."""
    return period == wanted or (len(wanted) == 4 and period.startswith(f"{wanted}-"))


def _total(parts: Sequence[Part], flows: Sequence[str]) -> int | None:
    """Each flow's total with the world where it was reported, else the sum over partners at the finest level."""
    paths = [part_intact(part) for part in parts]
    ours = pl.scan_parquet(paths, glob=False).filter(
        pl.col("flow").is_in(flows) & (pl.col("reporter") == MOROCCO)
    )
    levels = ours.group_by("flow", "is_total", "level").agg(pl.col("value").sum()).collect()
    found = 0
    for flow in flows:
        own = levels.filter(pl.col("flow") == flow)
        world = own.filter("is_total").sort("level")
        chosen = world.head(1) if not world.is_empty() else own.sort("level").tail(1)
        if chosen.is_empty():
            return None
        found += int(chosen["value"][0])
    return found
