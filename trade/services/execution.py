"""One run from its stored files to its release. Restartable from the beginning at any point."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone

from portal.base import storage
from portal.base.locks import try_lock
from trade.cube import rollups
from trade.imports import corrects, gates, preview
from trade.imports.prices import Before
from trade.imports.reading import Collected, collect, store_rejects, work_folder
from trade.models import Dataset, Part, Release, ReleasePart, Run
from trade.services.numbers import next_number
from trade.services.pointer import publish_in_transaction
from trade.services.staging import staged
from trade.services.state import attempt_hold, run_end
from trade.sources import Refusal, SourceFile, source_of

log = structlog.get_logger(__name__)
WRITE_EVERY = 0.5
POLL_SECONDS = 0.2


class Progress:
    """Writes phase, done and total to the run's row, at most twice a second and never inside a transaction."""

    def __init__(self, run: Run) -> None:
        self.run, self.phase, self.written = run, "", 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        now = time.monotonic()
        if connection.in_atomic_block or (phase == self.phase and now - self.written < WRITE_EVERY):
            return
        self.phase, self.written = phase, now
        Run.objects.filter(pk=self.run.pk).update(phase=phase, done=done, total=total)


@contextmanager
def turn(name: str) -> Iterator[None]:
    """Wait until the named advisory lock is ours."""
    while True:
        with try_lock(name) as held:
            if held:
                yield
                return
        time.sleep(POLL_SECONDS)


def execute(run: Run) -> None:
    """Read, stage and, where asked, publish. Raises Refusal where a gate says no."""
    dataset, progress = run.dataset, Progress(run)
    if unchanged(run):
        return
    with work_folder(run.pk, run.attempts) as work:
        target = corrects.target_of(run) if run.corrects_id else None
        collected = _read(run, work, progress, target)
        progress("waiting", 0, 1)
        with turn(f"dataset:{dataset.code}"):
            if unchanged(run):
                return
            while not _stage_and_end(run, collected, target, work, progress):
                log.info("run_staged_again", run=run.number)


def unchanged(run: Run) -> bool:
    """End a run whose files and options are those of the published release; whether it was so.

    A correction that was handed in before is found so too; while that one is staged, its rows are there already.
    """
    with transaction.atomic():
        dataset = (
            Dataset.objects.select_for_update(of=("self",))
            .select_related("published__run")
            .get(pk=run.dataset_id)
        )
        published = dataset.published
        if published is None or published.run.fingerprint != run.fingerprint or published.run_id == run.pk:
            return False
        before = published.run
        run.rows_read, run.rows_accepted = before.rows_read, before.rows_accepted
        run.rows_repaired, run.rows_rejected = before.rows_repaired, before.rows_rejected
        run.rejects_name = before.rejects_name
        run_end(run, Run.State.UNCHANGED)
    return True


def _read(run: Run, work: Path, progress: Progress, target: corrects.Target | None) -> Collected:
    source = source_of(run.source_code, run.options)
    collected = Collected()
    try:
        collect(
            collected,
            source,
            _files(run),
            options={"currency": run.dataset.currency, **run.options},
            region_basis=run.dataset.region_basis,
            work=work,
            progress=progress,
            today=timezone.localdate(),
            more_rules=target.rules if target else None,
            before=_prices_before(run.dataset),
        )
        gates.same_kind(collected.kinds)
        if target is None:
            rejected = collected.rejected - collected.tolerated
            few = gates.rejects_few(run.dataset, read=collected.read, rejected=rejected)
            run.gates = [few.as_json()]
            gates.refuse_where_hard(few)
        # A correction is of rows that were bad before: whatever of it is good makes its run better.
        run.slices_name = (
            target.run.slices_name
            if target
            else corrects.slices_store(collected.spools, source.coverage, work)
        )
    finally:
        run.rows_read, run.rows_rejected = collected.read, collected.rejected
        run.rows_accepted, run.rows_repaired = collected.read - collected.rejected, collected.repaired
        run.log = collected.log
        run.rejects_name = store_rejects(collected, work)
        run.save(
            update_fields=[
                "rows_read", "rows_rejected", "rows_accepted", "rows_repaired", "log", "rejects_name", "gates",
                "updated_at",
            ]
        )  # fmt: skip
    return collected


def _prices_before(dataset: Dataset) -> Before:
    """What the published release has to compare unit values with."""
    published = Release.objects.filter(dataset=dataset, state=Release.State.PUBLISHED).first()
    parts_there = {part.period: part for part in published.parts.all()} if published else {}
    bound = dataset.outlier_bound
    return Before(parts_there, bound=None if bound is None else float(bound))


def _files(run: Run) -> list[SourceFile]:
    files = []
    for stored in run.files.order_by("position"):
        path = storage.local_path(stored.stored_as)
        if not path.exists():
            raise Refusal("file_lost", file=stored.name)
        files.append(SourceFile(stored.position, stored.name, path))
    return files


def _stage_and_end(
    run: Run, collected: Collected, target: corrects.Target | None, work: Path, progress: Progress
) -> bool:
    """Lay the run over the published release and end it; False where somebody moved the pointer meanwhile."""
    dataset = Dataset.objects.select_related("published").get(pk=run.dataset_id)
    published = dataset.published
    gates.demonstration_welcome(dataset, collected.kinds, published)
    demonstration = gates.same_kind(collected.kinds)
    before = {part.period: part for part in published.parts.all()} if published else {}
    # A release never holds demonstration and real parts together: the first real one starts without.
    base = before if published is not None and published.demonstration == demonstration else {}
    if target is not None:
        base = corrects.base_of(target, published)
    found = staged(
        dataset,
        base,
        collected.spools,
        coverage=source_of(run.source_code, run.options).coverage,
        target=target,
        work=work,
        demonstration=demonstration,
        progress=progress,
    )
    release = _release(run, published, [*found.parts.values()], demonstration)
    rollups.build(release, lambda done, total: progress("summing", done, total), found.twins)
    progress("comparing", 0, 1)
    run.preview = preview.compare(before, found.parts, collected.spools)
    outcomes = gates.of_release(dataset, found.parts, collected.spools)
    return _end(run, release, outcomes, [*_noted(target, found.revised)])


def _noted(target: corrects.Target | None, revised: list[str]) -> Iterator[dict[str, Any]]:
    """Lines for the run's log."""
    if target is not None:
        yield _line("corrected", release=target.release.number, run=target.release.run.number)
    for period in revised:
        yield _line("revised", period=period)


def _line(code: str, **params: object) -> dict[str, Any]:
    return {"code": code, "params": {name: str(value) for name, value in params.items()}}


def _release(run: Run, published: Release | None, made: list[Part], demonstration: bool) -> Release:
    """The run's staged release; an earlier attempt's row is taken up again. Raises Superseded."""
    with transaction.atomic():
        attempt_hold(run)
        release = Release.objects.select_for_update().filter(run=run).first()
        if release is None:
            release = Release(run=run, dataset_id=run.dataset_id, number=next_number(Release))
        release.predecessor, release.demonstration = published, demonstration
        release.state = Release.State.STAGED
        release.save()
        release.rollups.clear()
        ReleasePart.objects.filter(release=release).delete()
        ReleasePart.objects.bulk_create(ReleasePart(release=release, part=part) for part in made)
    return release


def _end(run: Run, release: Release, outcomes: list[gates.Outcome], lines: list[dict[str, Any]]) -> bool:
    """One transaction: the pointer moves, the run ends, the news is written; or nothing of it. Raises Superseded."""
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update().get(pk=run.dataset_id)
        if dataset.published_id != release.predecessor_id:
            return False
        run.log = [*run.log, *lines]
        run.gates = [*run.gates, *(outcome.as_json() for outcome in outcomes)]
        open_gates = [outcome for outcome in outcomes if outcome.level == "soft" and not outcome.held]
        wanted = run.publish or dataset.trusted
        if wanted and not dataset.needs_consent and not open_gates:
            publish_in_transaction(dataset, release, by=run.acting_user)
            run_end(run, Run.State.PUBLISHED)
        else:
            if wanted:
                run.log += [_line("gate_not_held", gate=gate.gate, **gate.figures) for gate in open_gates]
            if run.publish and dataset.needs_consent:
                run.log.append(_line("consent_needed", dataset=dataset.code))
            run_end(run, Run.State.STAGED)
    return True
