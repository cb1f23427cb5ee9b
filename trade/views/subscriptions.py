"""Being told of new releases: asked for on a page, agreed to and ended by the links of the e-mails."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from rest_framework.throttling import AnonRateThrottle

from portal.accounts import services
from portal.accounts.models import User
from portal.base import i18n
from portal.base.errors import DomainError
from portal.base.permissions import public
from trade.forms import SubscriptionForm


class Asking(AnonRateThrottle):
    """One address of the network asks for a few letter boxes, not for a thousand."""

    scope = "subscriptions"
    rate = "30/hour"


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Ask for the news of some datasets or of all; the answer is the same whatever is known of the address."""
    user = request.user if isinstance(request.user, User) else None
    initial = {"email": user.email if user else "", "language": i18n.current()}
    form = SubscriptionForm(request.POST or None, initial=initial)
    context = {"form": form, "crumbs": [(_("Data"), reverse("data"))], "asked": ""}
    if request.method == "POST" and form.is_valid():
        if not Asking().allow_request(request, None):  # type: ignore[arg-type]
            form.add_error(None, _("Too many addresses were entered from here. Try again in an hour."))
            return render(request, "trade/subscribe.html", context, status=429)
        told = form.cleaned_data
        try:
            for topic in told["topics"] or [""]:
                services.subscription_request(
                    email=told["email"], language=told["language"], topic=topic, acting_user=user
                )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            context["asked"] = told["email"]
    return render(request, "trade/subscribe.html", context)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the first e-mail: a button, so that a mail filter that opens links agrees to nothing."""
    return _step(request, token, "confirm")


@public
@never_cache
@csrf_exempt  # mail programs send it by themselves (RFC 8058); the signed link is what proves who asks
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """The link of every e-mail, and the one click of the mail program itself."""
    return _step(request, token, "cancel")


def _step(request: HttpRequest, token: str, act: str) -> HttpResponse:
    context = {"act": act, "done": False, "wrong": "", "crumbs": [(_("Data"), reverse("data"))]}
    if request.method == "POST":
        do = services.subscription_confirm if act == "confirm" else services.subscription_cancel
        try:
            context["subscription"] = do(token)
            context["done"] = True
        except DomainError as error:
            context["wrong"] = str(error)
    else:
        context["subscription"] = services.subscription_peek(token)
        if context["subscription"] is None:
            context["wrong"] = _("This link is too old or not complete. Subscribe again for a new one.")
    return render(request, "trade/subscription.html", context)
