import datetime as dt

from django.db.models import QuerySet

from trade.models import PlannedRelease


def calendar(dataset: str = "", *, since: dt.datetime | None = None) -> QuerySet[PlannedRelease]:
    """The calendar's lines in the order of their minute, of one dataset or of all; cancelled ones are left out."""
    rows = PlannedRelease.objects.filter(cancelled=False).select_related("dataset", "release")
    if dataset:
        rows = rows.filter(dataset__code=dataset)
    if since is not None:
        rows = rows.filter(at__gte=since)
    return rows.order_by("at", "dataset__code", "period")
