"""A chart at its own address: as SVG, as a picture to take along, as a specification to explore.

An answer with nothing to draw says so in words, with 200: an image on a page is not broken. A question that cannot be
drawn or answered is refused with the status of the refusal, in plain text.
"""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from portal.base import i18n
from portal.base.errors import DomainError
from portal.base.permissions import public
from trade import cube
from trade.charts import draw, figures
from trade.charts.kinds import check_limit, kind_get
from trade.cube import catalogue
from trade.cube.render.http import CURRENT_SECONDS, PINNED_SECONDS

TYPES = {"svg": "image/svg+xml", "png": "image/png", "vl.json": "application/json"}


@public
def svg(request: HttpRequest) -> HttpResponse:
    return chart(request, "svg")


@public
def png(request: HttpRequest) -> HttpResponse:
    """At twice the size, on white, its source written under it."""
    answer = chart(request, "png")
    if answer.status_code == 200:
        answer["Content-Disposition"] = 'inline; filename="qafila-chart.png"'
    return answer


@public
def spec(request: HttpRequest) -> HttpResponse:
    return chart(request, "vl.json")


def chart(request: HttpRequest, form: str) -> HttpResponse:
    """One form of a chart; kept for longer where the release is named, and not drawn for who has it already."""
    language = i18n.current()
    try:
        kind = kind_get(request.GET.get("kind", "ranked"))
        query = cube.Query.parse(figures.clean(request.GET))
        check_limit(query, kind)
        release = catalogue.release_for(query)
        key = draw.cache_key(query, release, kind.name, language, form)
        tag = f'"{hashlib.sha256(key.encode()).hexdigest()[:20]}"'
        response = get_conditional_response(request, etag=tag)
        if not isinstance(response, HttpResponse):
            body = draw.chart_file(query, release, kind.name, form, language)
            response = HttpResponse(body, content_type=TYPES[form])
    except DomainError as error:
        return HttpResponse(str(error), status=error.status, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={PINNED_SECONDS if query.release else CURRENT_SECONDS}"
    response["ETag"] = tag
    return response
