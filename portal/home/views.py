"""Pages made of several rooms: home, search, about, the desks, and what is said when something is not there."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.vary import vary_on_headers

from portal.base import i18n
from portal.base.permissions import public, roles, signed_in
from portal.home import selectors
from reference import selectors as reference
from trade.charts.answers import of_one_release
from trade.cube import catalogue
from trade.tables.atlas import atlas_make

STAFF = ("operator", "statistician", "analyst", "officer")


@public
@vary_on_headers("Accept-Language", "Cookie")
def choose_language(request: HttpRequest) -> HttpResponse:
    """The bare address: the browser's language where it is one of ours, else French."""
    wanted = get_language_from_request(request).split("-")[0]
    language = wanted if wanted in i18n.languages() else settings.LANGUAGE_CODE
    return redirect(f"/{language}/")


@public
@of_one_release
def home(request: HttpRequest) -> HttpResponse:
    """Three questions: what does my region export, where is my office, how do I start."""
    atlas = atlas_make(i18n.current())
    return render(
        request,
        "home/home.html",
        {
            "atlas": atlas,
            "regions": sorted(reference.regions(), key=i18n.localized),
            "demonstration": atlas.demonstration,
            "no_search": True,
        },
    )


@public
def search(request: HttpRequest) -> HttpResponse:
    question = request.GET.get("q", "").strip()[:200]
    groups = selectors.search_grouped(question, i18n.current()) if question else []
    count = sum(len(group.entries) for group in groups)
    context = {
        "question": question,
        "groups": groups,
        "count": count,
        "limit": selectors.LIMIT,
        "no_search": True,
    }
    return render(request, "home/search.html", context)


@public
def about(request: HttpRequest) -> HttpResponse:
    """What the site is, where its figures come from, how they are protected, who can use it and how."""
    context = {
        "datasets": list(catalogue.datasets()),
        "contact": getattr(settings, "CONTACT_EMAIL", ""),
        "site_url": settings.SITE_URL,
    }
    return render(request, "home/about.html", context)


@signed_in
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    return render(request, "home/desk.html")


@roles(*STAFF)
@never_cache
def staff(request: HttpRequest) -> HttpResponse:
    return render(request, "home/staff.html")


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith("/api/"):
        # A program is answered in the shape of every other error of the API.
        error = {"code": "not_found", "detail": _("There is nothing at this address."), "attr": None}
        return JsonResponse({"type": "client_error", "errors": [error]}, status=404)
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed: say so without asking the database anything."""
    language = i18n.current()
    with override(language):
        context = {"language": language, "direction": i18n.direction(language)}
        return HttpResponse(render_to_string("500.html", context), status=500)
