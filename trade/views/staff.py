"""The statisticians' pages: hand in files, watch a run, read what became of it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from portal.accounts.models import User
from portal.base import i18n
from portal.base.errors import DomainError
from trade import selectors, services
from trade.forms import CorrectionForm, HandIn, ReasonForm, RunForm
from trade.models import Release, Run
from trade.permissions import uploads_visible_to
from trade.tables.outcomes import gates_told, places_told
from trade.tables.preview import preview_make
from trade.tables.steps import pace, rate, steps
from trade.views.decisions import another_decides, cancel_make, cancel_next, decision_next
from trade.views.staff_frame import (
    StaffRequest,
    crumbs,
    ledger_crumbs,
    run_crumb,
    run_of,
    run_url,
    trade_staff,
)

PAGE = 50


@trade_staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ledger(request: StaffRequest) -> HttpResponse:
    """Every run, newest first, and the form to hand in another."""
    waiting = list(uploads_visible_to(request.user))
    form = RunForm(
        request.POST or None, request.FILES or None, endpoint=reverse("staff_uploads"), waiting=waiting
    )
    if request.method == "POST" and form.is_valid():
        run = hand_in(
            request.user,
            form,
            source=form.cleaned_data["source"],
            dataset=form.cleaned_data["dataset"] or None,
            options=form.options,
            corrects=form.cleaned_data["corrects"],
            publish=form.cleaned_data["publish"],
        )
        if run is not None:
            return redirect("staff_run", number=run.number)
    rows = selectors.runs_visible_to(request.user).prefetch_related("files").order_by("-number")
    context = {
        "form": form,
        "waiting": waiting,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "crumbs": ledger_crumbs(),
    }
    return render(request, "trade/staff/ledger.html", context)


def hand_in(user: User, form: HandIn, **asked: Any) -> Run | None:
    """The form's files as a run; None where a rule says no, with the reason in the form."""
    try:
        ahead = services.uploads_take(form.ahead, acting_user=user)
        files = [*form.cleaned_data["upload"], *(services.Arrived(upload) for upload in ahead)]
        run = services.run_create(acting_user=user, files=files, **asked)
    except DomainError as error:
        form.add_error(None, str(error))
        return None
    services.uploads_done(ahead)
    return run


@trade_staff
@never_cache
@require_GET
def run(request: StaffRequest, number: int) -> HttpResponse:
    """One run: its progress or its outcome, what was rejected, how it differs from what readers see."""
    return render(request, "trade/staff/run.html", _run_context(request, run_of(request, number)))


@trade_staff
@never_cache
@require_GET
def progress(request: StaffRequest, number: int) -> HttpResponse:
    """The part of the run's page that changes while it works. Where it has ended, the page is asked for anew."""
    found = run_of(request, number)
    response = render(request, "trade/staff/progress.html", {"run": found, **pace(found, i18n.current())})
    if found.state in Run.ENDED:
        response["HX-Refresh"] = "true"
    return response


@trade_staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: StaffRequest, number: int) -> HttpResponse:
    """Confirm, say why, take back a run that has not begun; of one that has, its page tells what became of it."""
    found = run_of(request, number)
    form = ReasonForm(request.POST or None)
    if request.method != "POST" and found.state != Run.State.QUEUED:
        return redirect(run_url(found))
    if request.method == "POST" and form.is_valid():
        try:
            services.run_cancel(number, acting_user=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Run %(number)s is cancelled.") % {"number": number})
            return redirect(run_url(found))
    asked = cancel_make(found, form)
    words = {"title": asked.title, "lead": asked.lead, "verb": asked.verb, "kind": asked.kind}
    context = {**words, "form": form, "back": run_url(found), "crumbs": crumbs(run_crumb(found))}
    return render(request, "trade/staff/asked.html", context)


def _run_context(request: StaffRequest, found: Run) -> dict[str, Any]:
    release = Release.objects.filter(run=found).select_related("dataset", "run", "published_by").first()
    language = i18n.current()
    cleared = selectors.clearance_told(release)
    return {
        "run": found,
        "files": list(found.files.all()),
        **pace(found, language),
        "steps": steps(found),
        "rate": rate(found),
        "ended": found.state in Run.ENDED,
        "reason": selectors.run_reason(found),
        "log": selectors.run_log(found),
        "rejects": selectors.rejects_counted(found),
        "gates": gates_told(found),
        "clearance": cleared,
        "places": places_told(cleared.places) if cleared else [],
        "own_rows": found.source_code in selectors.LINES,
        "correction": _correction(request, found),
        "release": release,
        "preview": preview_make(found.preview, language, found.dataset.currency) if found.preview else None,
        "decision": decision_next(release, request.user) or cancel_next(found),
        "another": another_decides(release, request.user),
        "cancelled": _cancelled(found),
        "crumbs": crumbs(),
    }


def _cancelled(found: Run) -> dict[str, str] | None:
    """Who took the run back and why."""
    if found.state != Run.State.CANCELLED:
        return None
    last = selectors.history(found, ("state",))[0]
    return {"who": last.who, "why": "" if last.why == "run_cancel" else last.why}


def _correction(request: StaffRequest, found: Run) -> CorrectionForm | None:
    """The form for the corrected rows, beside what was rejected."""
    if not selectors.can_be_corrected(found):
        return None
    return CorrectionForm(endpoint=reverse("staff_uploads"), waiting=list(uploads_visible_to(request.user)))
