"""The data pages: what there is, in which releases; regions, products and markets each in a file of their own."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.base import i18n
from portal.base.permissions import public
from trade.cube import catalogue
from trade.models import Dataset, Release
from trade.views import choices
from trade.views.markets import market, markets
from trade.views.products import product, products
from trade.views.regions import region, regions

__all__ = ["index", "market", "markets", "product", "products", "region", "regions", "releases"]


@public
def index(request: HttpRequest) -> HttpResponse:
    """What there is: datasets, their published releases, and the ways in."""
    datasets = list(catalogue.datasets())
    return render(
        request,
        "trade/data.html",
        {
            "datasets": datasets,
            "demonstration": any(
                dataset.published.demonstration for dataset in datasets if dataset.published
            ),
        },
    )


@public
def releases(request: HttpRequest) -> HttpResponse:
    """Every release that can be addressed, newest first."""
    found: QuerySet[Release] = catalogue.public_releases()
    datasets = list(Dataset.objects.order_by("code"))
    wanted = next((d.code for d in datasets if d.code == request.GET.get("dataset")), "")
    if wanted:
        found = found.filter(dataset__code=wanted)
    return render(
        request,
        "trade/releases.html",
        {
            "releases": list(found[:200]),
            "dataset": wanted,
            "options": [
                choices.Choice("", _("All"), "?", not wanted),
                *choices.chips(request, "dataset", [(d.code, i18n.localized(d)) for d in datasets], wanted),
            ]
            if len(datasets) > 1
            else [],
            "crumbs": [(_("Data"), reverse("data"))],
        },
    )
