"""The files of any question: the same answer as on the page, as CSV, XLSX, JSON and the rest; and its chart."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from portal.base import i18n
from portal.base.errors import DomainError, Invalid
from portal.base.permissions import public
from trade import cube
from trade.charts import chart_svg, figures
from trade.cube import render

# A named release never changes, but it can be withdrawn: its charts are asked for again after a day.
PINNED_SECONDS = 24 * 3600
CURRENT_SECONDS = 60


@public
def chart(request: HttpRequest) -> HttpResponse:
    """A drawing at its own address; kept for long where the release is named."""
    kind = request.GET.get("kind", "ranked")
    try:
        if kind not in figures.KINDS:
            raise Invalid(
                _("kind: %(value)s is not a kind of chart.") % {"value": kind[:30]},
                hint=_("Allowed: %(allowed)s.") % {"allowed": " ".join(figures.KINDS)},
            )
        query = cube.Query.parse(figures.clean(request.GET.dict()))
        svg = chart_svg(cube.answer(query), kind, i18n.current())
    except DomainError as error:
        return HttpResponse(str(error), status=error.status, content_type="text/plain; charset=utf-8")
    response = HttpResponse(svg, content_type="image/svg+xml")
    response["Cache-Control"] = f"public, max-age={PINNED_SECONDS if query.release else CURRENT_SECONDS}"
    return response


@public
def download(request: HttpRequest) -> HttpResponseBase:
    """The rows of a question in one of the cube's formats, named by dataset and release."""
    try:
        return render.response(request.GET, language=i18n.current(), attachment=True, request=request)
    except DomainError as error:
        return HttpResponse(str(error), status=error.status, content_type="text/plain; charset=utf-8")
