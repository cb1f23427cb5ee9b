"""Who changed what, when and why, from the audit trail that triggers write beside every row."""

import datetime as dt
import uuid
from collections.abc import Sequence
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
    entries = rows[::-1]
    told = [(event, (event.pgh_context.metadata if event.pgh_context else {}) or {}) for event in entries]
    names = _names({str(about.get("user") or "") for _event, about in told})
    found, before = [], None
    for event, about in told:
        values = {name: getattr(event, name) for name in fields}
        if before is None:
            moved = {name: (None, value) for name, value in values.items()}
        else:
            moved = {name: (before[name], value) for name, value in values.items() if before[name] != value}
        if moved and (before is not None or len(rows) <= limit):
            who = names.get(str(about.get("user") or ""), "")
            found.append(Change(event.pgh_created_at, who, str(about.get("why") or ""), moved))
        before = values
    return found[::-1]


def _names(ids: set[str]) -> dict[str, str]:
    known = []
    for text in ids:
        try:
            known.append(uuid.UUID(text))
        except ValueError:
            continue
    return {str(user.pk): str(user) for user in User.objects.filter(pk__in=known)}
