"""The site's addresses and four pages of these tests, one for each kind of mark and one that forgot it."""

from typing import Any

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views import View
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal import urls
from portal.base.permissions import public, roles, signed_in

handler404 = urls.handler404


@public
def open_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


def forgotten(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nobody said who may read this")


@signed_in
class Mine(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("mine")

    post = get


@roles("statistician", "officer")
def figures(request: HttpRequest) -> HttpResponse:
    return HttpResponse("figures")


@roles("statistician")
class FiguresApi(APIView):
    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response({"figures": 1})


urlpatterns = [
    path("api/figures/", FiguresApi.as_view()),
    *i18n_patterns(
        path("t/open/", open_page),
        path("t/forgotten/", forgotten),
        path("t/mine/", Mine.as_view()),
        path("t/figures/", figures),
    ),
    *urls.urlpatterns,
]
