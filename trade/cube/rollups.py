"""Sums facts into the cells that pages read, cleared where the facts carry companies.

Cells are computed outside any transaction and appear with their rollup in one: a build that is killed leaves nothing
that a reader could see, and a second one goes on where the first ended.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
from django.db import IntegrityError, connection, transaction

from trade.cube import files, tables
from trade.models import Part, Release, ReleaseRollup, Rollup

Progress = Callable[[int, int], object]
BLOCK = 1 << 20
CELLS = "trade_cell"
# Columns of a cell in the order in which they are copied, after the rollup.
CELL = tuple(tables.SCHEMA)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One rollup that a release needs: the same parts always make the same digest."""

    table: str
    period: str
    parts: tuple[Part, ...]

    @property
    def digest(self) -> str:
        sums = sorted(part.sha256 for part in self.parts)
        return sums[0] if self.table == "cells" else hashlib.sha256("\n".join(sums).encode()).hexdigest()

    @property
    def months(self) -> int | None:
        monthly = [part for part in self.parts if "-" in part.period]
        return len(monthly) or None


def build(release: Release, *, progress: Progress | None = None) -> None:
    """Make the rollups that the release's parts need and are not there yet, and point the release at all of them.

    Called by the import before a release is published; safe to run again after any interruption. `progress` is told
    (rollups done, rollups in all).
    """
    tell = progress or (lambda done, total: None)
    groups = wanted(release, list(release.parts.order_by("period", "sha256")))
    total = sum(len(group) for group in groups)
    ready: list[Rollup] = []
    for group in groups:
        tell(len(ready), total)
        ready += _made(release, group)
    with transaction.atomic():
        ReleaseRollup.objects.filter(release=release).exclude(rollup__in=ready).delete()
        ReleaseRollup.objects.bulk_create(
            [ReleaseRollup(release=release, rollup=rollup) for rollup in ready], ignore_conflicts=True
        )
    tell(total, total)


def wanted(release: Release, parts: list[Part]) -> list[list[Wanted]]:
    """The rollups of each period, those made from the same parts together: a part's, or a calendar year's."""
    cleared = tables.of(release.dataset, demonstration=release.demonstration)
    if cleared == ("cells",):
        return [[Wanted("cells", part.period, (part,))] for part in parts]
    years: dict[str, list[Part]] = {}
    for part in parts:
        years.setdefault(part.period[:4], []).append(part)
    return [[Wanted(table, year, tuple(found)) for table in cleared] for year, found in years.items()]


def _made(release: Release, group: list[Wanted]) -> list[Rollup]:
    found = [_existing(release, need) for need in group]
    missing = [need for need, rollup in zip(group, found, strict=True) if rollup is None]
    ready = [rollup for rollup in found if rollup is not None]
    if missing:
        listed = files.listed(list(group[0].parts))
        with files.duck() as duck:
            if missing[0].table == "cells":
                cells, exact = tables.open_cells(duck, listed)
                made = {"cells": cells}
            else:
                made, exact = tables.cleared_cells(duck, listed, demonstration=release.demonstration), {}
        ready += [_stored(release, need, made[need.table], exact) for need in missing]
    return ready


def _existing(release: Release, need: Wanted) -> Rollup | None:
    return Rollup.objects.filter(
        dataset=release.dataset, table=need.table, period=need.period, digest=need.digest
    ).first()


def _stored(release: Release, need: Wanted, cells: pl.DataFrame, exact: dict[str, list[int]]) -> Rollup:
    rollup = Rollup(
        dataset=release.dataset,
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
        found = _existing(release, need)
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
