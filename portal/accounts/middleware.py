"""The gate before every view: its mark says who may enter. A page that is not for the reader looks missing."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from portal.accounts import selectors
from portal.base.permissions import PUBLIC, SIGNED_IN, Access

View = Callable[..., Any]
# Views of libraries carry no mark of ours; these guard themselves or show nothing that is not public.
LIBRARIES = ("allauth.", "drf_spectacular.", "django.contrib.staticfiles.")
ADMIN = Access("admin")
_PRIVATE = "qafila.private"


def rule_of(view: View) -> Access | None:
    """The mark of a function, of a class-based view or of an API view; None where there is none."""
    for holder in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        rule = getattr(holder, "access", None)
        if isinstance(rule, Access):
            return rule
    return None


def is_library(view: View) -> bool:
    return f"{getattr(view, '__module__', '')}.".startswith(LIBRARIES)


class AccessMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """What only a signed-in person sees, or a sign-in form with its secrets, stays out of every cache."""
        response = self.get_response(request)
        if _PRIVATE in request.META and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    def process_view(
        self, request: HttpRequest, view: View, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """The answer instead of the view, None where the reader may enter."""
        match = request.resolver_match
        rule = ADMIN if match and "admin" in match.app_names else rule_of(view)
        if rule is None and not is_library(view):
            _refuse_unmarked(view)
        if rule == PUBLIC or (rule is None and not view.__module__.startswith("allauth.")):
            return None
        request.META[_PRIVATE] = "1"
        if rule is None or (rule == SIGNED_IN and request.user.is_authenticated):
            return None
        return _answer_at_the_gate(request, rule, api=hasattr(view, "cls"))


def _answer_at_the_gate(request: HttpRequest, rule: Access, *, api: bool) -> HttpResponseBase | None:
    if not request.user.is_authenticated:
        return _api_error(401, "not_authenticated", _("Sign in first.")) if api else _to_login(request)
    if not _may_enter(request, rule):
        if api:
            return _api_error(404, "not_found", _("Not found."))
        raise Http404
    if selectors.has_second_factor(request.user):
        return None
    return _to_second_factor(request, api=api)


def _may_enter(request: HttpRequest, rule: Access) -> bool:
    if rule == ADMIN:
        return bool(request.user.is_active and getattr(request.user, "is_staff", False))
    return selectors.has_role(request.user, *rule.roles)


def _refuse_unmarked(view: View) -> None:
    """A forgotten mark must neither open a page nor go unseen."""
    if getattr(settings, "ACCESS_STRICT", settings.DEBUG):
        name = f"{view.__module__}.{getattr(view, '__qualname__', view)}"
        raise ImproperlyConfigured(
            f"{name} has no mark of portal.base.permissions: put @public, @signed_in or @roles(…) on it."
        )
    raise Http404


def _to_login(request: HttpRequest) -> HttpResponseBase:
    # The admin has a sign-in page of its own, which knows no second factor; nobody is ever sent there.
    target = request.get_full_path()
    if request.resolver_match and request.resolver_match.view_name == "admin:login":
        target = request.GET.get("next") or reverse("admin:index")
    login = reverse("account_login")
    if request.method not in ("GET", "HEAD"):
        return _redirect(request, login)
    if "HX-Request" in request.headers:
        target = getattr(getattr(request, "htmx", None), "current_url_abs_path", None) or reverse("home")
    return _redirect(request, redirect_to_login(target, login_url=login).url)


def _to_second_factor(request: HttpRequest, *, api: bool) -> HttpResponseBase:
    reason = _("Staff pages need two-factor sign-in. Set it up here, once; then open the page again.")
    if api:
        return _api_error(403, "second_factor_required", reason)
    messages.warning(request, reason)
    return _redirect(request, reverse("mfa_activate_totp"))


def _redirect(request: HttpRequest, url: str) -> HttpResponseBase:
    """A fragment's request must move the whole page, not swap a sign-in form into it."""
    return HttpResponseClientRedirect(url) if "HX-Request" in request.headers else HttpResponseRedirect(url)


def _api_error(status: int, code: str, detail: str) -> JsonResponse:
    """The shape of every error of the API (drf-standardized-errors)."""
    error = {"code": code, "detail": detail, "attr": None}
    return JsonResponse({"type": "client_error", "errors": [error]}, status=status)
