"""A correction completes a run: its good rows are added to that run's release, and replace nothing.

Only rows of slices that the corrected run covered are taken, and only keys that its release does not have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from portal.base import storage
from trade.canonical import FACTS, MOROCCO, WESTERN_SAHARA
from trade.imports import parts
from trade.imports.gates import part_intact
from trade.imports.marks import FINAL, REVISED
from trade.models import Part, Release, Run
from trade.sources.base import Batch, Rule
from trade.sources.reasons import Refusal

# What tells one fact from another in a part, whatever the format's own key.
KEY = (
    "period", "freq", "reporter", "flow", "region", "edition", "product", "level", "partner", "company",
    "customs_office", "mode", "regime",
)  # fmt: skip
NEWEST_FIRST = "-number"


@dataclass(frozen=True, slots=True)
class Target:
    """The release that a correction completes, its parts by period, and the slices that the run covered."""

    run: Run
    release: Release
    parts: Mapping[str, Part]
    slices: pl.DataFrame

    def rules(self, batch: Batch) -> list[Rule]:
        """Why rows of a batch cannot be added, for the validation: told with line and reason like any fault."""
        frame = batch.frame.select(pl.col(name).cast(kind) for name, kind in FACTS.items() if name in KEY)
        ours = frame.with_columns(
            pl.col("partner", "reporter").replace(WESTERN_SAHARA, MOROCCO), row=pl.int_range(pl.len())
        )
        by = self.slices.columns
        strange = ours.join(self.slices, on=by, how="anti", nulls_equal=True)
        there = ours.join(self._present(ours), on=list(KEY), how="semi", nulls_equal=True)
        slice_text = pl.concat_str([pl.col(name) for name in by], separator=" ", ignore_nulls=True)
        return [
            Rule("period", "corrects_slice", _at(strange, frame.height), slice_text),
            Rule("product", "corrects_there", _at(there, frame.height)),
        ]

    def _present(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The keys that the release has in the rows' periods."""
        periods = rows["period"].drop_nulls().unique().to_list()
        paths = [part_intact(self.parts[period]) for period in periods if period in self.parts]
        if not paths:
            return rows.select(KEY).clear()
        return pl.scan_parquet(paths, glob=False).select(KEY).collect()


def _at(rows: pl.DataFrame, height: int) -> pl.Expr:
    """True at the places of `rows`."""
    return pl.int_range(height).is_in(rows["row"].to_list())


def target_of(run: Run) -> Target:
    """What a correction completes now: the release of its run, or the one that the newest correction made of it.

    Raises Refusal that says what to do where it was withdrawn, replaced or pruned.
    """
    first = run.corrects
    if first is None:
        raise Refusal("corrects_moved")
    if not first.slices_name or not storage.local_path(first.slices_name).exists():
        raise Refusal("corrects_pruned", run=first.number)
    slices = pl.read_parquet(storage.local_path(first.slices_name))
    release = _release_of(first, without=run)
    return Target(first, release, {part.period: part for part in release.parts.all()}, slices)


def _release_of(first: Run, *, without: Run) -> Release:
    made = Release.objects.filter(run__in=[first, *first.corrections.exclude(pk=without.pk)])
    for state in (Release.State.PUBLISHED, Release.State.STAGED):
        if found := made.filter(state=state).order_by(NEWEST_FIRST).first():
            return found
    own = made.filter(run=first).first()
    now = Release.objects.filter(dataset_id=first.dataset_id, state=Release.State.PUBLISHED)
    newer = now.select_related("run").first()
    if own is not None and own.state == Release.State.REPLACED and newer is not None:
        names = {"run": first.number, "release": own.number, "now": newer.number, "newer": newer.run.number}
        raise Refusal("corrects_replaced", **names)
    raise Refusal("corrects_withdrawn", run=first.number)


def base_of(target: Target, published: Release | None) -> dict[str, Part]:
    """The parts that are completed. Raises Refusal where the release is no longer the one that was read against."""
    release = Release.objects.get(pk=target.release.pk)
    current = published is not None and release.pk == published.pk
    waiting = release.state == Release.State.STAGED and release.predecessor_id == (published and published.pk)
    if not current and not waiting:
        raise Refusal("corrects_moved")
    return dict(target.parts)


def added(new: Sequence[Path], base: Part | None, path: Path, *, published: bool) -> list[Path]:
    """The period's rows of the release and the new ones, in one file; `new` as it is where the release has none.

    What is added to a published month revises it, unless its file says that it is final.
    """
    if base is None:
        return list(new)
    rows = pl.scan_parquet(list(new), glob=False).select(list(FACTS))
    if published:
        final = (pl.col("status") == FINAL).fill_null(False)
        rows = rows.with_columns(status=pl.when(final).then("status").otherwise(pl.lit(REVISED)))
    old = pl.scan_parquet(part_intact(base), glob=False).select(list(FACTS))
    return [parts.merge(pl.concat([old, rows]), path)]


def slices_store(spools: Mapping[str, Sequence[Path]], coverage: Sequence[str], work: Path) -> str:
    """Keep which slices a run covered; the file's name in the private storage."""
    found = [pl.scan_parquet(list(paths), glob=False).select(coverage).unique() for paths in spools.values()]
    path = work / "slices.parquet"
    pl.concat(found).unique().sort(coverage).collect().write_parquet(path, compression="zstd")
    name, _checksum = storage.put(path, folder="slices", suffix=".parquet")
    path.unlink()
    return name
