"""A person's webhooks: machines that are told of each release by a signed message."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import selectors, services
from portal.accounts.models import User
from portal.base.errors import DomainError
from portal.base.permissions import signed_in
from trade.forms import WebhookForm

LAST = 20


class SignedInRequest(HttpRequest):
    user: User


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: SignedInRequest) -> HttpResponse:
    """Every webhook of the person, and the form for another; a new one's secret is shown this once."""
    form, secret = WebhookForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _made, secret = services.webhook_create(acting_user=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            form = WebhookForm()
    rows = [
        {"webhook": row, "sent": list(selectors.deliveries_of(row)[:LAST])}
        for row in selectors.webhooks_of(request.user)
    ]
    context = {"form": form, "secret": secret, "rows": rows, "crumbs": [(_("My desk"), reverse("desk"))]}
    return render(request, "trade/webhooks.html", context)


@signed_in
@require_POST
def webhook(request: SignedInRequest, number: uuid.UUID) -> HttpResponse:
    """`act` of the form: test, enable, delete, or replay of the message that the address names."""
    acts: dict[str, Callable[[], object]] = {
        "test": lambda: services.webhook_test(acting_user=request.user, webhook_id=number),
        "enable": lambda: services.webhook_enable(acting_user=request.user, webhook_id=number),
        "delete": lambda: services.webhook_delete(acting_user=request.user, webhook_id=number),
        "replay": lambda: services.webhook_replay(acting_user=request.user, delivery_id=number),
    }
    done = {
        "test": _("A test message is on its way."),
        "enable": _("The webhook is switched on."),
        "delete": _("The webhook is deleted."),
        "replay": _("The message is sent once more."),
    }
    act = request.POST.get("act", "")
    try:
        if act in acts:
            acts[act]()
            messages.success(request, done[act])
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("webhooks")
