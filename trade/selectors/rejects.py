"""What is wrong with a run's files: counted by reason and column, page by page, and as lines to correct."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from portal.base import storage
from trade.models import Run
from trade.sources.reasons import row_text

# A file that nobody read well can be wrong in as many ways as it has columns.
COUNTS = 60


@dataclass(frozen=True, slots=True)
class Counted:
    """How often one reason was found in one column."""

    code: str
    column: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Counts:
    """All faults of a run by reason and column, the most frequent first; `more` groups are left off."""

    rows: list[Counted]
    faults: int
    more: int

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Codes with one of their sentences, once each."""
        return list({row.code: row.reason for row in self.rows}.items())

    @property
    def columns(self) -> list[str]:
        return sorted({row.column for row in self.rows})


def rejects_scan(run: Run) -> pl.LazyFrame | None:
    """The reject list, a row for each fault; None where nothing was rejected or the list was pruned."""
    if not run.rejects_name:
        return None
    path = storage.local_path(run.rejects_name)
    return pl.scan_parquet(path, glob=False) if path.exists() else None


def rejects_counted(run: Run) -> Counts | None:
    """Faults by reason and column; a reason is told with the detail of one of its faults."""
    found = rejects_scan(run)
    if found is None:
        return None
    counted = (
        found.group_by("code", "column")
        .agg(count=pl.len(), detail=pl.col("detail").drop_nulls().first())
        .sort("count", "code", "column", descending=[True, False, False])
        .collect()
    )
    rows = [
        Counted(row["code"], row["column"] or "", row["count"], row_text(row["code"], row["detail"] or ""))
        for row in counted.head(COUNTS).iter_rows(named=True)
    ]
    return Counts(rows, int(counted["count"].sum()), max(0, counted.height - COUNTS))


class Faults:
    """The faults of one reason and one column, or of all, for a paginator: it asks for slices and for the count."""

    def __init__(self, run: Run, *, code: str = "", column: str = "") -> None:
        found = rejects_scan(run)
        if found is not None and code:
            found = found.filter(pl.col("code") == code)
        if found is not None and column:
            found = found.filter(pl.col("column") == column)
        self._found = found
        self._names = dict(run.files.values_list("position", "name"))

    def count(self) -> int:
        return 0 if self._found is None else int(self._found.select(pl.len()).collect().item())

    __len__ = count

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        if self._found is None:
            return []
        start = part.start or 0
        rows = self._found.slice(start, part.stop - start).collect().to_dicts()
        return [
            {
                **row,
                "file": self._names.get(row["file"], ""),
                "reason": row_text(row["code"], row["detail"]),
            }
            for row in rows
        ]


def can_be_corrected(run: Run) -> bool:
    """Whether its rejected rows can be handed in again alone, corrected: something of it was taken."""
    taken = (Run.State.STAGED, Run.State.PUBLISHED)
    return bool(run.rejects_name and run.state in taken and run.rows_rejected)
