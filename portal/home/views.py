"""Pages made of several rooms: home, search, about, the desks, and what is said when something is not there."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.vary import vary_on_headers

from portal.base import i18n
from portal.base.kept import kept
from portal.base.permissions import public, roles, signed_in
from portal.home import patterns as components
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
@kept(catalogue.stamp)
@of_one_release
def home(request: HttpRequest) -> HttpResponse:
    """Three questions: what does my region export, where is my office, how do I start.

    `?region=MA-08` answers the first two in place.
    """
    language = i18n.current()
    atlas = atlas_make(language)
    regions = list(reference.regions())
    place = next((one for one in regions if one.code == request.GET.get("region")), None)
    context = {
        "atlas": atlas,
        "place": place,
        "name": i18n.localized(place) if place else "",
        "answer": selectors.region_answer(place, atlas, language) if place else None,
        "options": selectors.region_options(regions, place),
        "first_regions": selectors.first_regions(atlas),
        "seats": selectors.region_seats(regions),
        "tries": tries(),
        "demonstration": atlas.demonstration,
        "no_search": True,
    }
    return render(request, "home/home.html", context)


def tries() -> list[tuple[str, str]]:
    """Words to begin with, each with the address of its search."""
    words = [_("olive oil"), _("tomatoes"), _("electric cables"), _("carpets")]
    return [(word, f"{reverse('search')}?{urlencode({'q': word})}") for word in words]


@public
def search(request: HttpRequest) -> HttpResponse:
    question = request.GET.get("q", "").strip()[:200]
    groups = selectors.search_grouped(question, i18n.current()) if question else []
    context = {
        "question": question,
        "groups": groups,
        "said": selectors.search_count(question, groups) if groups else "",
        "tries": tries(),
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
        "cndp": settings.CNDP_NUMBER,
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "form_cookie": settings.CSRF_COOKIE_NAME,
        "session_days": settings.SESSION_COOKIE_AGE // 86_400,
    }
    return render(request, "home/about.html", context)


@public
def patterns(request: HttpRequest) -> HttpResponse:
    """Every component in every state; `?only=NAME` shows one."""
    only = request.GET.get("only", "")
    context = {"groups": components.groups(), "only": only, **components.samples(request)}
    return render(request, "home/patterns.html", context)


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
    return render(request, "404.html", {"no_search": True}, status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed: say so without asking the database anything."""
    language = i18n.current()
    with override(language):
        context = {"language": language, "direction": i18n.direction(language)}
        return HttpResponse(render_to_string("500.html", context), status=500)
