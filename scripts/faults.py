"""The site's addresses and, beside them, one for each page that says what went wrong."""

from django.conf.urls.i18n import i18n_patterns
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from portal import urls
from portal.base.permissions import public

handler404 = urls.handler404
handler403 = urls.handler403
handler500 = urls.handler500


@public
def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


@public
def expired(request: HttpRequest) -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


@public
def too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=429)


@public
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("asked for")


urlpatterns = [
    *i18n_patterns(
        path("faults/403/", forbidden),
        path("faults/csrf/", expired),
        path("faults/429/", too_many),
        path("faults/500/", broken),
    ),
    *urls.urlpatterns,
]
