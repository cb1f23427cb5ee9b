"""How far a run is: its steps, how much of the present one is done, and how long that may still take."""

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import ngettext

from portal.base import formats
from trade.models import Run

# The order in which a run goes through its phases; waiting for another run is not a step of its own.
ORDER = ("reading", "staging", "summing", "clearing", "comparing")
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `state` is "done", "now" or "later"."""

    text: str
    state: str
    url: str = ""


def steps(run: Run) -> list[Step]:
    """The steps of a run that works, empty for one that has ended."""
    if run.state in Run.ENDED:
        return []
    labels = dict(Run.Phase.choices)
    known = [phase for phase in ORDER if phase in labels]
    now = known.index(run.phase) if run.phase in known else -1
    return [
        Step(str(labels[phase]), "now" if at == now else "done" if at < now else "later")
        for at, phase in enumerate(known)
    ]


def pace(run: Run, language: str) -> dict[str, Any]:
    """`share` in hundredths (None while the total is not known), `count` as text, `left` in words or ""."""
    if run.state in Run.ENDED or not run.total:
        return {"share": None, "count": "", "left": ""}
    done, total = (formats.number(value, language) for value in (run.done, run.total))
    return {
        "share": min(100, round(100 * run.done / run.total)),
        "count": f"{done} / {total}",
        "left": _left(run),
    }


def _left(run: Run) -> str:
    """From how the present phase went since it was first looked at; nothing is said before it has moved."""
    now = timezone.now().timestamp()
    first = (now, run.done)
    seen, before = cache.get_or_set(f"pace:{run.pk}:{run.attempts}:{run.phase}", first, HOUR) or first
    if run.done <= before or now <= seen:
        return ""
    return in_words((run.total - run.done) * (now - seen) / (run.done - before))


def in_words(seconds: float) -> str:
    """About how long it may still take."""
    if seconds < 60:
        count = max(1, round(seconds))
        return ngettext("about %(count)s second left", "about %(count)s seconds left", count) % {
            "count": count
        }
    count = round(seconds / 60)
    return ngettext("about %(count)s minute left", "about %(count)s minutes left", count) % {"count": count}


def rate(run: Run) -> int | None:
    """Rows a second, of a run that has ended."""
    return round(run.rows_read / run.seconds) if run.seconds and run.rows_read else None
