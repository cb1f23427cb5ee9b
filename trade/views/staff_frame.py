"""What the statisticians' pages share: who may enter, whose request it is, the way back."""

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.base.errors import Missing
from portal.base.permissions import get_or_404, roles
from trade import selectors
from trade.models import Release, Run

trade_staff = roles("statistician", "operator")
Crumbs = list[tuple[str, str]]


class StaffRequest(HttpRequest):
    user: User


def run_of(request: StaffRequest, number: int) -> Run:
    """The run of an address; Http404 where there is none."""
    try:
        return selectors.run_get(number, user=request.user)
    except Missing as error:
        raise Http404(str(error)) from error


def release_of(request: StaffRequest, number: int) -> Release:
    return get_or_404(selectors.releases_visible_to(request.user), number=number)


def crumbs(*more: tuple[str, str]) -> Crumbs:
    """The way to a page under the ledger."""
    return [*ledger_crumbs(), (_("Imports and releases"), reverse("staff_trade")), *more]


def ledger_crumbs() -> Crumbs:
    return [(_("Staff"), reverse("staff"))]


def run_crumb(run: Run) -> tuple[str, str]:
    return _("Run %(number)s") % {"number": run.number}, run_url(run)


def run_url(run: Run) -> str:
    return reverse("staff_run", args=[run.number])
