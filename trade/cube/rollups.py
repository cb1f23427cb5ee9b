"""Sums facts into the cells that pages read, cleared where the facts carry companies.

Cells are computed outside any transaction and appear with their rollup in one: a build that is killed leaves nothing
that a reader could see, and a second one goes on where the first ended.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from django.db import IntegrityError, connection, transaction

from reference import selectors as reference
from trade.cube import declared, files, open_cells, summaries
from trade.cube.clearing import Clearer
from trade.models import Dataset, Part, Release, ReleaseRollup, Rollup

Progress = Callable[[int, int], object]
BLOCK = 1 << 20
CELLS = "trade_cell"
CLEARED = "cleared"
# Columns of a cell in the order in which they are copied, after the rollup.
CELL = tuple(open_cells.SCHEMA)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One rollup that a release needs: the same digest always means the same cells."""

    dataset: Dataset
    table: str
    period: str
    digest: str
    months: int | None


def build(
    release: Release, progress: Progress | None = None, twins: Mapping[str, Path] | None = None
) -> None:
    """Make the rollups that the release's parts need and are not there yet, and point the release at all of them.

    Called by the import before a release is published; safe to run again after any interruption. `progress` is told
    (rollups done, rollups in all). `twins`: as in `summaries.of`.
    """
    tell = progress or (lambda done, total: None)
    if release.dataset.has_companies:
        ready, total = _cleared(release, tell, twins or {})
    else:
        ready, total = _open(release, tell)
    with transaction.atomic():
        ReleaseRollup.objects.filter(release=release).exclude(rollup__in=ready).delete()
        ReleaseRollup.objects.bulk_create(
            [ReleaseRollup(release=release, rollup=rollup) for rollup in ready], ignore_conflicts=True
        )
    tell(total, total)


def _open(release: Release, tell: Progress) -> tuple[list[Rollup], int]:
    """What parts without companies are summed into."""
    parts = list(release.parts.order_by("period", "sha256"))
    tables = declared.of_release(part.rows for part in parts)
    total = len(parts) * len(tables)
    ready: list[Rollup] = []
    for part in parts:
        tell(len(ready), total)
        ready += _of_part(release.dataset, part, tables)
    return ready, total


def _of_part(dataset: Dataset, part: Part, tables: Sequence[str]) -> list[Rollup]:
    months = 1 if "-" in part.period else None
    wanted = [Wanted(dataset, table, part.period, part.sha256, months) for table in tables]
    found = {need.table: _existing(need) for need in wanted}
    missing = [need for need in wanted if found[need.table] is None]
    ready = [rollup for rollup in found.values() if rollup is not None]
    if missing:
        with files.duck() as duck:
            for need in missing:
                cells, exact = open_cells.made(duck, part, need.table)
                ready.append(_stored(need, cells, exact))
    return ready


def _cleared(release: Release, tell: Progress, twins: Mapping[str, Path]) -> tuple[list[Rollup], int]:
    """The cleared cells of every period of a dataset with companies."""
    tell(0, 1)
    found = summaries.of(release, twins=twins)
    clearer = Clearer(release, found, reference.section_of())
    ready: list[Rollup] = []
    for clearance in clearer.run():
        need = Wanted(release.dataset, CLEARED, clearance.period, clearance.digest, clearance.months)
        ready.append(_existing(need) or _stored(need, clearer.public(clearance), {"rungs": clearance.rungs}))
        tell(len(ready), len(found))
    return ready, len(found)


def _existing(need: Wanted) -> Rollup | None:
    return Rollup.objects.filter(
        dataset=need.dataset, table=need.table, period=need.period, digest=need.digest
    ).first()


def _stored(need: Wanted, cells: pl.DataFrame, exact: Any) -> Rollup:
    rollup = Rollup(
        dataset=need.dataset,
        table=need.table,
        period=need.period,
        digest=need.digest,
        months=need.months,
        exact=exact,
        cells_count=cells.height,
    )
    try:
        with transaction.atomic():
            rollup.save(force_insert=True)
            _copy(rollup, cells)
    except IntegrityError:
        # Another run made the same rollup meanwhile: the unique constraint waited for its commit.
        found = _existing(need)
        if found is None:
            raise
        return found
    return rollup


def _copy(rollup: Rollup, cells: pl.DataFrame) -> None:
    """Load the cells in the order in which they will be read. Text is quoted, so an empty one is not a NULL."""
    rows = cells.select(pl.lit(rollup.pk).alias("rollup_id"), *CELL)
    command = f"COPY {CELLS} (rollup_id, {', '.join(CELL)}) FROM STDIN WITH (FORMAT csv, NULL '')"
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        text = rows.write_csv(include_header=False, quote_style="non_numeric").encode()
        for start in range(0, len(text), BLOCK):
            copy.write(text[start : start + BLOCK])
