"""Old releases and files that nothing points to: taken away by each dataset's policy, never what readers see."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from uuid import UUID

import pghistory
import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.accounts.models import User
from portal.base import storage
from portal.base.locks import try_lock
from trade.cube import catalogue, summaries
from trade.models import Dataset, Part, Release, ReleasePart, ReleaseRollup, Rollup, Run, RunFile

log = structlog.get_logger(__name__)
# How long a run's files as they were handed in, and its reject list, are kept after its end.
FILES_KEPT = dt.timedelta(days=400)
# A file that has no row yet may belong to work that goes on.
YOUNG = 24 * 3600
FOLDERS = ("parts", "summaries", "rejects", "slices", "uploads")
State = Release.State


@dataclass(slots=True)
class Pruned:
    """What was, or would be, taken away. `skipped`: datasets on which a run works."""

    releases: list[int] = field(default_factory=list)
    files: int = 0
    bytes: int = 0
    skipped: list[str] = field(default_factory=list)


def releases_prune(*, acting_user: User | None = None, simulate: bool = False) -> Pruned:
    """Take away by policy: releases first, then parts, rollups and files that no release and no run points to.

    A dataset keeps its last `keep_releases` releases that were published, those published in the last `keep_months`
    months, kept, staged and scheduled ones, the published one and the one that withdrawing it would show.
    """
    found = Pruned()
    who = str(acting_user.pk) if acting_user else None
    with pghistory.context(user=who, why="releases_prune"), ExitStack() as locks:
        quiet = True
        for dataset in Dataset.objects.order_by("code"):
            # The lock of the imports: nobody stages on a part while it is taken away.
            if not locks.enter_context(try_lock(f"dataset:{dataset.code}")):
                found.skipped.append(dataset.code)
                quiet = False
                continue
            with transaction.atomic():
                going = list(_going(Dataset.objects.select_for_update().get(pk=dataset.pk)))
                found.releases += [release.number for release in going]
                if not simulate:
                    _release_away(dataset, going)
        if not simulate:
            _old_files_forget()
        # A file may be named by rows of several datasets: all must be quiet before one is taken away.
        if quiet:
            _files_away(found, _names_after(found.releases if simulate else []), simulate=simulate)
    log.info("releases_pruned", releases=found.releases, files=found.files, simulate=simulate)
    return found


def _going(dataset: Dataset) -> Iterator[Release]:
    """The releases of a dataset that its policy no longer keeps, oldest first."""
    releases = list(dataset.releases.select_related("predecessor").order_by("-number"))
    since = timezone.now() - dt.timedelta(days=30.44 * dataset.keep_months)
    shown = [
        release
        for release in releases
        if release.published_at is not None and release.state != State.WITHDRAWN
    ]
    stay: set[UUID | None] = {release.pk for release in shown[: dataset.keep_releases]}
    stay |= _fallbacks(dataset, {release.pk: release for release in releases})
    for release in reversed(releases):
        told = release.published_at or release.created_at
        recent = told >= since and release.state != State.DISCARDED
        open_still = release.state in (State.STAGED, State.PUBLISHED) or release.kept or recent
        if release.pruned_at is None and not open_still and release.pk not in stay:
            yield release


def _fallbacks(dataset: Dataset, releases: dict[UUID | None, Release]) -> set[UUID | None]:
    """The published release, what withdrawing it would show, and what staged ones were built on."""
    stay: set[UUID | None] = {dataset.published_id}
    before = releases.get(dataset.published_id)
    while before is not None:
        before = releases.get(before.predecessor_id)
        if before is not None and before.state == State.REPLACED and before.pruned_at is None:
            stay.add(before.pk)
            break
    return stay | {release.predecessor_id for release in releases.values() if release.state == State.STAGED}


def _release_away(dataset: Dataset, going: list[Release]) -> None:
    """The rows of what goes: a release stays as a line that says when it was pruned."""
    Release.objects.filter(pk__in=[release.pk for release in going]).update(pruned_at=timezone.now())
    for release in going:
        catalogue.drop(release)
    gone = Release.objects.filter(dataset=dataset, pruned_at__isnull=False)
    ReleaseRollup.objects.filter(release__in=gone).delete()
    ReleasePart.objects.filter(release__in=gone).delete()
    if dataset.has_companies:
        dataset.summaries.exclude(digest__in=_summaries_in_use(dataset, [])).delete()
    _unused(Rollup, dataset).delete()
    _unused(Part, dataset).delete()


def _unused(model: type[Part] | type[Rollup], dataset: Dataset) -> QuerySet[Part] | QuerySet[Rollup]:
    return model.objects.filter(dataset=dataset, releases=None)


def _old_files_forget() -> None:
    """Uploads and reject lists of runs that ended long ago are no longer named; the ledger stays."""
    old = Run.objects.filter(state__in=Run.ENDED, ended_at__lt=timezone.now() - FILES_KEPT)
    old = old.exclude(release__state__in=[State.STAGED])
    RunFile.objects.filter(run__in=old).exclude(stored_as="").update(stored_as="")
    old.exclude(rejects_name="", slices_name="").update(rejects_name="", slices_name="")


def _summaries_in_use(dataset: Dataset, going: list[int]) -> set[str]:
    """The digests of what the releases that stay are summed up to."""
    staying = dataset.releases.filter(pruned_at=None).exclude(number__in=going).prefetch_related("parts")
    found = set()
    for release in staying:
        parts = {part.period: part for part in sorted(release.parts.all(), key=lambda part: part.period)}
        found |= {need.digest for need in summaries.wanted(parts)}
    return found


def _summaries_named(going: list[int]) -> set[str]:
    names: set[str] = set()
    for dataset in Dataset.objects.filter(has_companies=True):
        used = dataset.summaries.filter(digest__in=_summaries_in_use(dataset, going))
        names |= set(used.values_list("stored_as", flat=True))
    return names


def _names_after(going: list[int]) -> set[str]:
    """Every file that a row would still name once the given releases were gone."""
    kept_parts = Part.objects.all()
    if going:
        kept_parts = kept_parts.filter(releases__in=Release.objects.exclude(number__in=going)).distinct()
    names = set(kept_parts.values_list("stored_as", flat=True))
    names |= set(RunFile.objects.values_list("stored_as", flat=True))
    for rejects, slices in Run.objects.values_list("rejects_name", "slices_name"):
        names |= {rejects, slices}
    names |= _summaries_named(going)
    return names


def _files_away(found: Pruned, names: set[str], *, simulate: bool) -> None:
    for folder in FOLDERS:
        for name in storage.names(folder):
            if name in names or time.time() - storage.modified(name).timestamp() < YOUNG:
                continue
            found.files += 1
            found.bytes += storage.size(name)
            if not simulate:
                storage.delete(name)
