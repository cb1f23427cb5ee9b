"""What was rejected: the list with its filter, the file of all of it, and the corrected rows handed in again."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from portal.base import i18n
from portal.base.errors import Missing
from trade import selectors
from trade.forms import CorrectionForm, FaultsForm
from trade.permissions import uploads_visible_to
from trade.views.staff import hand_in
from trade.views.staff_frame import StaffRequest, crumbs, run_crumb, run_of, run_url, trade_staff

PAGE = 100


@trade_staff
@never_cache
@require_GET
def rejects(request: StaffRequest, number: int) -> HttpResponse:
    """Every fault, by reason or column where asked, a hundred a page."""
    found = run_of(request, number)
    counts = selectors.rejects_counted(found)
    form = FaultsForm(request.GET or None, counts=counts)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    faults = selectors.Faults(found, code=asked.get("reason", ""), column=asked.get("column", ""))
    context = {
        "run": found,
        "form": form,
        "filtered": any(asked.values()),
        "page": Paginator(faults, PAGE).get_page(request.GET.get("page")),  # type: ignore[arg-type]
        "crumbs": crumbs(run_crumb(found)),
    }
    return render(request, "trade/staff/rejects.html", context)


@trade_staff
@never_cache
@require_GET
def rejects_csv(request: StaffRequest, number: int) -> StreamingHttpResponse:
    """The whole reject list as CSV, reasons in the page's language."""
    found = run_of(request, number)
    return _file(selectors.rejects_csv(found, i18n.current()), f"run-{number}-rejects.csv")


@trade_staff
@never_cache
@require_GET
def rejects_rows(request: StaffRequest, number: int, position: int) -> StreamingHttpResponse:
    """The rejected rows of one file in its own columns, to be corrected."""
    try:
        name, text = selectors.rejects_own(run_of(request, number), position)
    except Missing as error:
        raise Http404(str(error)) from error
    return StreamingHttpResponse(
        text,
        content_type="text/csv",
        headers={"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or ""},
    )


@trade_staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: StaffRequest, number: int) -> HttpResponse:
    """The corrected rows alone: they complete their run's release."""
    found = run_of(request, number)
    form = CorrectionForm(
        request.POST or None,
        request.FILES or None,
        endpoint=reverse("staff_uploads"),
        waiting=list(uploads_visible_to(request.user)),
    )
    if request.method == "POST" and form.is_valid():
        run = hand_in(
            request.user,
            form,
            source=found.source_code,
            dataset=found.dataset.code,
            options=found.options,
            corrects=found.number,
        )
        if run is not None:
            return redirect("staff_run", number=run.number)
    context = {"run": found, "form": form, "back": run_url(found), "crumbs": crumbs(run_crumb(found))}
    return render(request, "trade/staff/correct.html", context)


def _file(text: object, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(text, content_type="text/csv; charset=utf-8")  # type: ignore[arg-type]
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
