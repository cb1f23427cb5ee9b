"""Regions: the twelve side by side, and each with what it sells and buys."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.base import i18n
from portal.base.errors import Missing
from portal.base.permissions import public
from reference import selectors as reference
from trade.charts import figures
from trade.charts.answers import of_one_release
from trade.tables import Block, block_make, sentences
from trade.tables.atlas import Atlas, atlas_make
from trade.tables.rows import Layout
from trade.views import choices


@public
@of_one_release
def regions(request: HttpRequest) -> HttpResponse:
    """The country's exports by region: map, table, chart. `?region=MA-08` (a form's answer) leads to that region."""
    wanted = request.GET.get("region", "")
    if wanted:
        target = reverse("region", args=[wanted])
        return redirect(f"{target}#office" if request.GET.get("to") == "office" else target)
    atlas: Atlas = atlas_make(i18n.current(), period=request.GET.get("period", ""))
    return render(
        request,
        "trade/regions.html",
        {
            "atlas": atlas,
            "years": choices.chips(request, "period", [(y, y) for y in atlas.periods], atlas.period),
            "demonstration": atlas.demonstration,
            "crumbs": [(_("Data"), reverse("data"))],
        },
    )


@public
@of_one_release
def region(request: HttpRequest, code: str) -> HttpResponse:
    """One region: its exports and imports over the years and by section."""
    try:
        place = reference.region_get(code)
    except Missing as error:
        raise Http404(str(error)) from error
    if place.code != code:
        return redirect("region", code=place.code, permanent=True)
    language, name = i18n.current(), i18n.localized(place)
    trend = block_make(
        figures.region_trend(figures.CUSTOMS, place.code),
        language=language,
        anchor="trend",
        title=_("Exports and imports by year"),
        place=name,
        kind="line",
        words=sentences.trend,
        layout=Layout(caption=_("%(place)s: exports and imports by year") % {"place": name}, pivot="flow"),
    )
    periods = trend.reading.distinct("period") if trend.reading else []
    period, years = choices.years(request, periods, language)
    blocks = [trend] + (
        [_sections(trend, place.code, name, flow, period) for flow in ("X", "M")] if period else []
    )
    return render(
        request,
        "trade/region.html",
        {
            "region": place,
            "name": name,
            "blocks": blocks,
            "years": years,
            "period": period,
            "demonstration": choices.demonstration(blocks),
            "crumbs": [(_("Data"), reverse("data")), (_("Regions"), reverse("regions"))],
        },
    )


def _sections(trend: Block, region: str, name: str, flow: str, period: str) -> Block:
    titles = {
        "X": _("Exports by section, %(period)s") % {"period": period},
        "M": _("Imports by section, %(period)s") % {"period": period},
    }
    captions = {
        "X": _("%(place)s: exports by section, %(period)s") % {"place": name, "period": period},
        "M": _("%(place)s: imports by section, %(period)s") % {"place": name, "period": period},
    }
    total = trend.reading.value(period=period, flow=flow) if trend.reading else None
    return block_make(
        figures.region_sections(figures.CUSTOMS, region, flow, period),
        language=i18n.current(),
        anchor=f"sections-{flow.lower()}",
        title=titles[flow],
        place=name,
        kind="ranked",
        words=sentences.products,
        layout=Layout(caption=captions[flow], total=total),
    )
