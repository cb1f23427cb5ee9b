"""Which datasets and releases the public may address; everything else looks as if it were not there."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.base.errors import Gone, Missing
from trade.cube.query import Query
from trade.models import Cell, Dataset, Part, Release, Rollup

# A staged release is nobody's yet, a discarded one never was, a withdrawn one was wrong.
PUBLIC_STATES = (Release.State.PUBLISHED, Release.State.REPLACED)
# Releases whose lists a process keeps, rollups and parts each counted.
KEPT = 64
_POINTER = Dataset.objects.order_by()
_SEEN = ("published_id", "updated_at", "published__state", "published__published_at")
_kept: dict[tuple[str, UUID | str], Any] = {}
_lock = Lock()


def datasets() -> QuerySet[Dataset]:
    """Datasets with a published release, that release beside them."""
    return Dataset.objects.filter(published__isnull=False).select_related("published").order_by("code")


def stamp() -> tuple[object, ...]:
    """What is published now: it changes with every publication and every withdrawal."""
    rows = Dataset.objects.order_by("pk").values_list("pk", "published_id", "published__published_at")
    return tuple(rows)


def public_releases() -> QuerySet[Release]:
    """Releases that can be addressed by number, newest first, with their dataset and parts' periods."""
    periods = Prefetch("parts", queryset=Part.objects.only("id", "period").order_by("period"))
    return (
        Release.objects.filter(state__in=PUBLIC_STATES, pruned_at=None)
        .select_related("dataset")
        .prefetch_related(periods)
        .order_by("-number")
    )


def release_for(query: Query) -> Release:
    """The release that answers: the one asked for, else the one that the dataset's pointer shows.

    Its dataset comes with it. Raises Missing where there is none for the public, Gone where the one asked for was
    pruned.
    """
    if query.release is None:
        # What the pointer shows is asked every time; the rows that it names are read when they have changed.
        told = _POINTER.filter(code=query.dataset).values_list(*_SEEN).first()
        if told is not None and told[0] is not None:
            return _shown(query.dataset, told)
    else:
        wanted = Q(dataset__code=query.dataset, number=query.release, state__in=PUBLIC_STATES)
        found = Release.objects.select_related("dataset").filter(wanted).first()
        if found is not None:
            _check_there(found)
            return found
    raise Missing(
        _("There is no such published release of %(dataset)s.") % {"dataset": query.dataset},
        hint=_("/api/v1/datasets/ and /api/v1/releases/ list what there is."),
    )


def _check_there(release: Release) -> None:
    """Raises Gone for a release whose files were pruned; what the process keeps of it goes too."""
    if release.pruned_at is None:
        return
    drop(release)
    raise Gone(
        _("Release %(number)s of %(dataset)s is no longer kept: its figures were taken away on %(day)s.")
        % {
            "number": release.number,
            "dataset": release.dataset.code,
            "day": timezone.localdate(release.pruned_at).isoformat(),
        },
        hint=_("/api/v1/releases/ lists those that are."),
    )


def drop(release: Release) -> None:
    """Forget what this process keeps of a release: its rows are going, or gone."""
    with _lock:
        for name in ("rollups", "parts"):
            _kept.pop((name, release.pk), None)


def _shown(code: str, told: tuple[Any, ...]) -> Release:
    known: tuple[tuple[Any, ...], Release] | None = _kept.get(("shown", code))
    if known is not None and known[0] == told:
        return known[1]
    release = Release.objects.select_related("dataset").get(pk=told[0])
    _keep(release, ("shown", code), (told, release))
    return release


@dataclass(frozen=True, slots=True)
class Held:
    """A rollup as the planner knows it. `flows` are told for a dataset with companies: those that have a total."""

    pk: int
    table: str
    period: str
    months: int | None
    exact: Mapping[str, Any]
    cells_count: int
    flows: frozenset[str] = frozenset()


def rollups_of(release: Release) -> tuple[Held, ...]:
    """By table and period. Kept by the process: a release's rollups never change once it is staged."""
    key = ("rollups", release.pk)
    found: tuple[Held, ...] | None = _kept.get(key)
    if found is None:
        rows = list(
            Rollup.objects.filter(releases=release)
            .order_by("table", "period")
            .values_list("pk", "table", "period", "months", "exact", "cells_count")
        )
        flows = _flows([row[0] for row in rows]) if release.dataset.has_companies else {}
        found = tuple(Held(*row, flows=frozenset(flows.get(row[0], ()))) for row in rows)
        _keep(release, key, found)
    return found


def _flows(rollups: list[int]) -> dict[int, set[str]]:
    """The flows of which each rollup has the country's total."""
    totals = Cell.objects.filter(rollup__in=rollups, level=0, region="", partner="W")
    found: dict[int, set[str]] = {}
    for rollup, flow in totals.values_list("rollup_id", "flow"):
        found.setdefault(rollup, set()).add(flow)
    return found


def parts_of(release: Release) -> list[Part]:
    key = ("parts", release.pk)
    found: list[Part] | None = _kept.get(key)
    if found is None:
        found = list(Part.objects.filter(releases=release).order_by("period", "sha256"))
        _keep(release, key, found)
    return found


def _keep(release: Release, key: tuple[str, UUID | str], found: Any) -> None:
    """What belongs to a release that can still be built is not kept; nor is more than a few releases."""
    if release.state not in PUBLIC_STATES or release.pruned_at is not None:
        return
    with _lock:
        while len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)))
        _kept[key] = found


def forget() -> None:
    """Drop what is kept, for example between tests."""
    with _lock:
        _kept.clear()
