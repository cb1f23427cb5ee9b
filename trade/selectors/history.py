"""Who changed what, when and why, from the audit trail that triggers write beside every row."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Model

from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a row: `fields` maps a field to (before, after); at the first entry, before is None."""

    at: dt.datetime
    who: str
    why: str
    fields: dict[str, tuple[Any, Any]]


def history(row: Model, fields: Sequence[str], *, limit: int = 100) -> list[Change]:
    """What happened to `fields` of a tracked row, the newest first; where none of them moved there is no entry."""
    events = cast(Any, row).events
    rows = list(events.select_related("pgh_context").order_by("-pgh_id")[: limit + 1])
    # The oldest that was read is only what the one after it is compared with, unless it is the very first.
    told = changes(rows[::-1], fields, who_of(rows))
    return [change for _event, change in told[len(rows) > limit :] if change.fields][::-1]


def changes(events: Sequence[Any], fields: Sequence[str], who: Mapping[str, str]) -> list[tuple[Any, Change]]:
    """Each event of one row, the oldest first, with what it changed of `fields`; the first changed all of them."""
    found, before = [], None
    for event in events:
        about = _about(event)
        values = {name: getattr(event, name) for name in fields}
        moved = {
            name: (None if before is None else before[name], value)
            for name, value in values.items()
            if before is None or before[name] != value
        }
        name = who.get(str(about.get("user") or ""), "")
        found.append((event, Change(event.pgh_created_at, name, str(about.get("why") or ""), moved)))
        before = values
    return found


def _about(event: Any) -> dict[str, Any]:
    return (event.pgh_context.metadata if event.pgh_context else {}) or {}


def who_of(events: Iterable[Any]) -> dict[str, str]:
    """The names of those who made the changes, by their id as the trail keeps it."""
    known = []
    for text in {str(_about(event).get("user") or "") for event in events}:
        try:
            known.append(uuid.UUID(text))
        except ValueError:
            continue
    return {str(user.pk): str(user) for user in User.objects.filter(pk__in=known)}
