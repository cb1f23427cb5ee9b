"""The pointer that readers follow: `Dataset.published`. Moving it is publishing."""

from django.utils import timezone

from portal.accounts.models import User
from portal.base import events
from trade.models import Dataset, Release


def publish_in_transaction(dataset: Dataset, release: Release, *, by: User | None) -> None:
    """Switch readers to `release`. The caller holds the dataset's row in its transaction."""
    Release.objects.filter(dataset=dataset, state=Release.State.PUBLISHED).exclude(pk=release.pk).update(
        state=Release.State.REPLACED
    )
    release.state, release.published_at, release.published_by = Release.State.PUBLISHED, timezone.now(), by
    release.save(update_fields=["state", "published_at", "published_by", "updated_at"])
    dataset.published = release
    dataset.save(update_fields=["published", "updated_at"])
    told = [*release.parts.values_list("period", flat=True)]
    dataset.planned_releases.filter(period__in=_periods(told), release=None).update(release=release)
    events.emit("trade.release_published", dataset_code=dataset.code, release=release.number)


def _periods(parts: list[str]) -> set[str]:
    """What the calendar may call the months of a release: themselves, and the quarters and years that they complete."""
    found = set(parts)
    months = {part for part in parts if "-" in part}
    for year in {month[:4] for month in months}:
        for quarter in range(4):
            if {f"{year}-{3 * quarter + month:02d}" for month in (1, 2, 3)} <= months:
                found.add(f"{year}-Q{quarter + 1}")
        if sum(month.startswith(year) for month in months) == 12:
            found.add(year)
    return found


def withdraw_in_transaction(dataset: Dataset, release: Release) -> Release | None:
    """Point readers back to the predecessor, or to nothing where there is none; returns what they see then."""
    release.state = Release.State.WITHDRAWN
    release.save(update_fields=["state", "updated_at"])
    # What it had fulfilled of the calendar is due again.
    release.planned.update(release=None)
    before = release.predecessor
    while before is not None and (before.state != Release.State.REPLACED or before.pruned_at is not None):
        before = before.predecessor
    if before is not None:
        before.state = Release.State.PUBLISHED
        before.save(update_fields=["state", "updated_at"])
    dataset.published = before
    dataset.save(update_fields=["published", "updated_at"])
    events.emit(
        "trade.release_withdrawn",
        dataset_code=dataset.code,
        release=release.number,
    )
    return before
