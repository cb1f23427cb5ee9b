"""What clearance did with a release: how many cells it hid, and how much of the value can still be seen."""

from dataclasses import dataclass
from typing import Any

from trade.models import Clearance, Release


@dataclass(frozen=True, slots=True)
class Told:
    """The report of one period. `places`: {"place", "level", "cells", "hidden", "visible" (a ratio)}."""

    period: str
    hidden: int
    unpublished: int
    places: list[dict[str, Any]]


def clearance_told(release: Release | None) -> Told | None:
    """The newest year's report, or the newest period's where there is no year; None where nothing was cleared."""
    if release is None:
        return None
    digests = dict(release.rollups.filter(table="cleared").values_list("period", "digest"))
    period = max((code for code in digests if len(code) == 4), default=max(digests, default=""))
    found = Clearance.objects.filter(
        dataset=release.dataset, period=period, digest=digests.get(period, "")
    ).first()
    if found is None:
        return None
    report = found.report
    hidden = report.get("hidden", {})
    return Told(period, sum(hidden.values()), report.get("unpublished", 0), list(report.get("places", [])))
