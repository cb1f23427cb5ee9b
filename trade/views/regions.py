"""Regions: the twelve side by side, and each with what it sells and buys."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.base import i18n
from portal.base.errors import Missing
from portal.base.kept import kept
from portal.base.permissions import public
from reference import selectors as reference
from reference.models import Region
from trade.charts.answers import of_one_release
from trade.cube import catalogue
from trade.tables.atlas import atlas_make
from trade.views import choices, region_blocks


@public
@kept(catalogue.stamp)
@of_one_release
def regions(request: HttpRequest) -> HttpResponse:
    """The country's exports by region: map, ranking, years. `?region=MA-08` (a form's answer) leads to that region."""
    wanted = request.GET.get("region", "")
    if wanted:
        target = reverse("region", args=[found(wanted).code])
        return redirect(f"{target}#office" if request.GET.get("to") == "office" else target)
    asked = choices.asked(request)
    atlas = atlas_make(i18n.current(), period=request.GET.get("period", ""), asked=asked)
    blocks = region_blocks.country(atlas, i18n.current(), asked)
    return render(
        request,
        "trade/regions.html",
        {
            "atlas": atlas,
            "lead": " ".join(atlas.block.sentences),
            "links": [choices.Link(outline.name, outline.url) for outline in atlas.outlines],
            "figures": region_blocks.country_figures(atlas),
            "blocks": blocks,
            "years": choices.chips(request, "period", [(y, y) for y in atlas.periods], atlas.period),
            "said": atlas.said or choices.said(blocks),
            "demonstration": atlas.demonstration,
            "crumbs": [(_("Data"), reverse("data"))],
        },
    )


@public
@kept(catalogue.stamp)
@of_one_release
def region(request: HttpRequest, code: str) -> HttpResponse:
    """One region: its exports and imports over the years and by section."""
    place = found(code)
    if place.code != code:
        return redirect("region", code=place.code, permanent=True)
    about = region_blocks.Subject(place.code, i18n.localized(place), i18n.current(), choices.asked(request))
    trend = region_blocks.trend(about)
    periods = trend.reading.distinct("period") if trend.reading else []
    period, years = choices.years(request, periods, about.language)
    blocks = region_blocks.sections(about, trend, period) if period else []
    return render(
        request,
        "trade/region.html",
        {
            "region": place,
            "name": about.name,
            "figures": region_blocks.figures_of(about, trend, period),
            "lead": region_blocks.lead(about, trend, period),
            "first": trend,
            "blocks": blocks,
            "years": years,
            "period": period,
            "said": choices.said([trend, *blocks]),
            "demonstration": trend.demonstration,
            "crumbs": [(_("Data"), reverse("data")), (_("Regions"), reverse("regions"))],
        },
    )


def found(code: str) -> Region:
    """The region of a code. Raises Http404."""
    try:
        return reference.region_get(code)
    except Missing as error:
        raise Http404(str(error)) from error
