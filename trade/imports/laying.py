"""One batch checked, folded and laid by: its good rows in the files' final form, a Parquet file a period."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from trade.imports import gates, outliers, parts
from trade.imports.fold import fold
from trade.imports.keys import kept
from trade.imports.prices import Comparison, prices
from trade.imports.validate import Checked, check
from trade.imports.vocabulary import Vocabulary
from trade.sources.base import Batch


@dataclass(frozen=True, slots=True)
class Laid:
    """What became of a batch. By period: `spools`, the good rows' files, and `keys`, those of their keys."""

    checked: Checked
    kind: gates.FileKind
    folded: int
    spools: dict[str, Path]
    keys: dict[str, Path]


@dataclass(frozen=True, slots=True)
class Laying:
    """How a run lays its batches by. It asks no database, so any thread may do it."""

    vocabulary: Vocabulary
    one_period: bool
    today: dt.date
    region_basis: str
    work: Path

    def lay(
        self, batch: Batch, number: int, compared: Comparison, *, earlier: pl.DataFrame | None = None
    ) -> Laid:
        """`number`: the batch's among the run's. `earlier`: keys that an earlier batch has. Raises Refusal."""
        try:
            return self._lay(batch, number, compared, earlier)
        finally:
            compared.tell({})  # batches after this one wait for its prices, even where it has none

    def _lay(self, batch: Batch, number: int, compared: Comparison, earlier: pl.DataFrame | None) -> Laid:
        checked = check(batch, self.vocabulary, one_period=self.one_period, today=self.today, earlier=earlier)
        good, checked.good = checked.good, checked.good.clear()
        kind = gates.file_kind(batch.file, good)
        # As the file has them: folding gives rows of EH another key, by which a repetition would not be found.
        keys = good.select(*batch.key, "file", "line")
        good, folded = fold(good, batch.key)
        facts = dict(by_period(good.with_columns(region_basis=self._basis())))
        now = {period: prices(rows) for period, rows in facts.items()}
        compared.tell(now)
        return Laid(
            checked,
            kind,
            folded,
            spools={
                period: parts.write(
                    outliers.flag(rows, compared.of(period), now=now[period], bound=compared.bound),
                    self.work / f"{number:05d}-{period}.parquet",
                )
                for period, rows in facts.items()
            },
            keys={
                period: kept(rows, self.work / f"keys-{number:05d}-{period}.arrow")
                for period, rows in by_period(keys)
            },
        )

    def _basis(self) -> pl.Expr:
        """What places a flow in a region: the dataset's property, where the row names a region."""
        named = pl.col("region").is_not_null() & (pl.lit(self.region_basis) != "")
        return pl.when(named).then(pl.lit(self.region_basis))


def by_period(rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    if rows["period"].n_unique() == 1:
        yield str(rows["period"][0]), rows
        return
    for (period,), found in rows.partition_by("period", as_dict=True, maintain_order=True).items():
        yield str(period), found
