"""Totals that others published, and what happened to them."""

import uuid
from dataclasses import dataclass
from typing import Any, cast

from trade.models import Dataset, PublishedTotal
from trade.selectors.history import Change, changes, who_of

FIELDS = ("flow", "period", "value", "tolerance", "source")


@dataclass(frozen=True, slots=True)
class TotalChange:
    """One change of one total: `act` is "added", "corrected" or "removed"; flow and period say which total."""

    act: str
    flow: str
    period: str
    change: Change


def totals_of(dataset: Dataset) -> list[PublishedTotal]:
    """The newest period first."""
    return list(dataset.published_totals.order_by("-period", "flow"))


def totals_history(dataset: Dataset, *, limit: int = 200) -> list[TotalChange]:
    """What was entered, corrected and removed, the newest first; totals that are gone are told too."""
    model = cast(Any, PublishedTotal).pgh_event_model
    rows = model.objects.filter(dataset=dataset).select_related("pgh_context").order_by("-pgh_id")
    events = list(rows[:limit])
    who = who_of(events)
    of: dict[uuid.UUID, list[Any]] = {}
    for event in reversed(events):
        of.setdefault(event.pgh_obj_id, []).append(event)
    told = []
    for own in of.values():
        for event, change in changes(own, FIELDS, who):
            removed = event.pgh_label == "delete"
            first = event.pgh_label == "insert"
            # Of the oldest event within the limit it is not known what stood before.
            if (change.fields and (first or event is not own[0])) or removed:
                act = "removed" if removed else "added" if first else "corrected"
                told.append((event.pgh_id, TotalChange(act, event.flow, event.period, change)))
    return [change for _key, change in sorted(told, key=lambda pair: pair[0], reverse=True)]
