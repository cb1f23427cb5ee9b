"""When the next figures come: the release calendar."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.base import i18n
from portal.base.permissions import public
from trade import selectors
from trade.models import Dataset
from trade.views import choices

SHOWN = 200
# What was due lately stays: whether it came is of interest too.
BACK = dt.timedelta(days=92)


@public
def calendar(request: HttpRequest) -> HttpResponse:
    """The planned minutes of the next releases, and what became of those of the last three months."""
    datasets = list(Dataset.objects.filter(planned_releases__isnull=False).distinct().order_by("code"))
    wanted = next((d.code for d in datasets if d.code == request.GET.get("dataset")), "")
    now = timezone.now()
    rows = list(selectors.calendar(wanted, since=now - BACK)[:SHOWN])
    chips = choices.chips(request, "dataset", [(d.code, i18n.localized(d)) for d in datasets], wanted)
    context = {
        "dataset": wanted,
        "coming": [row for row in rows if row.at >= now],
        "past": [row for row in reversed(rows) if row.at < now],
        "options": [choices.Choice("", _("All"), "?", not wanted), *chips] if len(datasets) > 1 else [],
        "crumbs": [(_("Data"), reverse("data"))],
    }
    return render(request, "trade/calendar.html", context)
