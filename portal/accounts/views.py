"""The person's own pages: profile, data, deletion. Signing in and its neighbours are allauth's views."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods

from portal.accounts import selectors, services
from portal.accounts.forms import DeleteForm, ProfileForm
from portal.accounts.models import User
from portal.base.errors import DomainError
from portal.base.permissions import signed_in


class SignedInRequest(HttpRequest):
    user: User


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm.of(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = services.user_update(acting_user=request.user, user=request.user, **form.cleaned_data)
        with override(user.language):
            messages.success(request, _("Your details are saved."))
            return HttpResponseRedirect(reverse("account"))
    context = {
        "form": form,
        "second_factor": selectors.has_second_factor(request.user),
        "is_staff": selectors.is_staff(request.user),
        "roles": request.user.roles.order_by("kind", "region"),
    }
    return render(request, "accounts/profile.html", context)


@signed_in
@require_GET
def data(request: SignedInRequest) -> JsonResponse:
    """Everything that is held on the person, as a file."""
    return JsonResponse(
        selectors.personal_data(request.user),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": 'attachment; filename="qafila-my-data.json"'},
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def delete(request: SignedInRequest) -> HttpResponse:
    form = DeleteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.user_delete(acting_user=request.user, user=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            logout(request)
            messages.success(request, _("Your account is deleted."))
            return redirect("home")
    return render(
        request, "accounts/delete.html", {"form": form, "is_staff": selectors.is_staff(request.user)}
    )
