"""The statisticians' pages: hand in files, watch a run, read what is wrong, compare, publish, take back."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from portal.accounts.models import User
from portal.base import formats, i18n
from portal.base.errors import DomainError, Missing
from portal.base.permissions import get_or_404, roles
from trade import selectors, services
from trade.forms import ReasonForm, RunForm
from trade.models import Release, Run
from trade.tables.preview import preview_make
from trade.views.decisions import decision_make, decision_next

trade_staff = roles("statistician", "operator")
PAGE = 50
REJECTS = 100


class StaffRequest(HttpRequest):
    user: User


@trade_staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ledger(request: StaffRequest) -> HttpResponse:
    """Every run, newest first, and the form to hand in another."""
    form = RunForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = services.run_create(
                acting_user=request.user,
                source=form.cleaned_data["source"],
                files=form.cleaned_data["upload"],
                dataset=form.cleaned_data["dataset"] or None,
                publish=form.cleaned_data["publish"],
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect("staff_run", number=run.number)
    rows = selectors.runs_visible_to(request.user).prefetch_related("files").order_by("-number")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(
        request, "trade/staff/ledger.html", {"form": form, "page": page, "crumbs": _crumbs(last=False)}
    )


@trade_staff
@never_cache
@require_GET
def run(request: StaffRequest, number: int) -> HttpResponse:
    """One run: its progress or its outcome, what was rejected, how it differs from what readers see."""
    return render(request, "trade/staff/run.html", _run_context(_run(request, number)))


@trade_staff
@never_cache
@require_GET
def progress(request: StaffRequest, number: int) -> HttpResponse:
    """The part of the run's page that changes while it works. Where it has ended, the page is asked for anew."""
    found = _run(request, number)
    response = render(request, "trade/staff/progress.html", {"run": found, **_progress(found)})
    if found.state in Run.ENDED:
        response["HX-Refresh"] = "true"
    return response


@trade_staff
@never_cache
@require_GET
def rejects(request: StaffRequest, number: int) -> StreamingHttpResponse:
    """The whole reject list as CSV, reasons in the page's language."""
    found = _run(request, number)
    response = StreamingHttpResponse(
        selectors.rejects_csv(found, i18n.current()), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="run-{number}-rejects.csv"'
    return response


@trade_staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: StaffRequest, number: int) -> HttpResponse:
    """Confirm, say why, publish."""
    return _decide(request, number, "publish")


@trade_staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: StaffRequest, number: int) -> HttpResponse:
    """Confirm, say why, take back: readers see the release before it again."""
    return _decide(request, number, "withdraw")


def _decide(request: StaffRequest, number: int, step: str) -> HttpResponse:
    release = get_or_404(selectors.releases_visible_to(request.user), number=number)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = services.release_publish if step == "publish" else services.release_withdraw
        try:
            act(number, acting_user=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            done = {
                "publish": _("Release %(number)s is published: readers see it now."),
                "withdraw": _("Release %(number)s is withdrawn: readers see the one before it."),
            }
            messages.success(request, done[step] % {"number": number})
            return redirect("staff_run", number=release.run.number)
    crumbs = [*_crumbs(), (_("Run %(number)s") % {"number": release.run.number}, _run_url(release.run))]
    context = {
        "form": form,
        "step": step,
        "decision": decision_make(release, step, form),
        "crumbs": crumbs,
        "back": _run_url(release.run),
    }
    return render(request, "trade/staff/decide.html", context)


def _run(request: StaffRequest, number: int) -> Run:
    try:
        return selectors.run_get(number, user=request.user)
    except Missing as error:
        raise Http404(str(error)) from error


def _run_context(found: Run) -> dict[str, Any]:
    release = Release.objects.filter(run=found).select_related("dataset", "predecessor").first()
    return {
        "run": found,
        "files": list(found.files.all()),
        **_progress(found),
        "ended": found.state in Run.ENDED,
        "reason": selectors.run_reason(found),
        "log": selectors.run_log(found),
        "rejects": selectors.rejects_head(found, REJECTS),
        "release": release,
        "preview": preview_make(found.preview, i18n.current(), found.dataset.currency)
        if found.preview
        else None,
        "decision": decision_next(release),
        "crumbs": _crumbs(),
    }


def _progress(found: Run) -> dict[str, Any]:
    """Done of total in hundredths, None while the total is not known, and the same as a count."""
    if not found.total:
        return {"share": None, "count": ""}
    done, total = (formats.number(value, i18n.current()) for value in (found.done, found.total))
    return {"share": min(100, round(100 * found.done / found.total)), "count": f"{done} / {total}"}


def _run_url(found: Run) -> str:
    return reverse("staff_run", args=[found.number])


def _crumbs(*, last: bool = True) -> list[tuple[str, str]]:
    own = [(_("Staff"), reverse("staff"))]
    return [*own, (_("Imports and releases"), reverse("staff_trade"))] if last else own
