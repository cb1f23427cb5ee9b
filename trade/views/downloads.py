"""The files of any question: the same answer as on the page, as CSV, XLSX, JSON and the rest."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from portal.base import i18n
from portal.base.errors import DomainError
from portal.base.permissions import public
from trade.cube import render


@public
def download(request: HttpRequest) -> HttpResponseBase:
    """The rows of a question in one of the cube's formats, named by dataset and release."""
    try:
        return render.response(request.GET, language=i18n.current(), attachment=True, request=request)
    except DomainError as error:
        wait = getattr(error, "retry_after", None)
        headers = {"Retry-After": str(wait)} if wait else None
        return HttpResponse(
            str(error), status=error.status, content_type="text/plain; charset=utf-8", headers=headers
        )
