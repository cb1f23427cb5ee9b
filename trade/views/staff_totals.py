"""Totals that others published, with which releases are compared: entered, corrected and removed with a reason."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.base import formats, i18n
from portal.base.errors import DomainError
from portal.base.permissions import get_or_404
from trade import selectors, services
from trade.forms import ReasonForm, TotalForm
from trade.forms.totals import FLOWS
from trade.models import Dataset, PublishedTotal
from trade.views.staff_datasets import Entry
from trade.views.staff_frame import Crumbs, StaffRequest, crumbs, trade_staff

MILLION = 10**9  # in thousandths
KINDS = {"added": "good", "removed": "bad"}


@dataclass(frozen=True, slots=True)
class Line:
    """One total, in words."""

    period: str
    flow: str
    value: str
    tolerance: str
    source: str
    url: str
    remove: str


@trade_staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def totals(request: StaffRequest, code: str) -> HttpResponse:
    """The totals of one dataset, what happened to them, and the form to enter another."""
    found = get_or_404(selectors.datasets(), code=code)
    form = TotalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.total_add(
                acting_user=request.user, dataset=code, fields=form.total, reason=form.cleaned_data["reason"]
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The total is entered: checks compare with it from now on."))
            return redirect("staff_totals", code=code)
    context = {
        "dataset": found,
        "form": form,
        "lines": [_line(total) for total in selectors.totals_of(found)],
        "heading": _("Value, in millions of %(currency)s") % {"currency": found.currency},
        "entries": [_entry(change) for change in selectors.totals_history(found)],
        "crumbs": _crumbs(found, own=False),
    }
    return render(request, "trade/staff/totals.html", context)


@trade_staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def total(request: StaffRequest, number: Any) -> HttpResponse:
    """Correct one total."""
    found = _total_of(number)
    form = TotalForm(request.POST or None, total=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.total_correct(
                found.pk, acting_user=request.user, fields=form.total, reason=form.cleaned_data["reason"]
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The total is corrected."))
            return redirect("staff_totals", code=found.dataset.code)
    words = {
        "title": _("Correct a published total"),
        "lead": _("Releases that are published stay so; the next check compares with the corrected total."),
        "verb": _("Save"),
    }
    return _asked(request, found, form, **words)


@trade_staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: StaffRequest, number: Any) -> HttpResponse:
    """Confirm, say why, remove."""
    found = _total_of(number)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.total_remove(found.pk, acting_user=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The total is removed."))
            return redirect("staff_totals", code=found.dataset.code)
    line = _line(found)
    names = {
        "flow": line.flow,
        "period": line.period,
        "value": line.value,
        "currency": found.dataset.currency,
    }
    words = {
        "title": _("Remove a published total?"),
        "lead": _(
            "%(flow)s, %(period)s: %(value)s million %(currency)s. No release is compared with it any more."
        )
        % names,
        "verb": _("Remove"),
        "kind": "danger",
    }
    return _asked(request, found, form, **words)


def _total_of(number: Any) -> PublishedTotal:
    found = PublishedTotal.objects.select_related("dataset").filter(pk=number).first()
    if found is None:
        raise Http404(_("There is no such published total."))
    return found


def _asked(
    request: StaffRequest, found: PublishedTotal, form: TotalForm | ReasonForm, **words: str
) -> HttpResponse:
    back = reverse("staff_totals", args=[found.dataset.code])
    context = {**words, "form": form, "back": back, "crumbs": _crumbs(found.dataset, own=True)}
    return render(request, "trade/staff/asked.html", context)


def _crumbs(dataset: Dataset, *, own: bool) -> Crumbs:
    """The way to the totals of a dataset; with `own` to a page under them."""
    way = [
        (_("Datasets and their rules"), reverse("staff_datasets")),
        (i18n.localized(dataset), reverse("staff_dataset", args=[dataset.code])),
    ]
    if own:
        way.append((_("Published totals"), reverse("staff_totals", args=[dataset.code])))
    return crumbs(*way)


def _line(total: PublishedTotal) -> Line:
    return Line(
        period=formats.period(total.period, i18n.current()),
        flow=_flow(total.flow),
        value=_said("value", total.value),
        tolerance=_said("tolerance", total.tolerance),
        source=total.source,
        url=reverse("staff_total", args=[total.pk]),
        remove=reverse("staff_total_remove", args=[total.pk]),
    )


def _flow(code: str) -> str:
    return str(dict(FLOWS).get(code, code))


def _entry(told: selectors.TotalChange) -> Entry:
    language = i18n.current()
    names = {"flow": _flow(told.flow), "period": formats.period(told.period, language)}
    titles = {
        "added": _("Entered: %(flow)s, %(period)s"),
        "corrected": _("Corrected: %(flow)s, %(period)s"),
        "removed": _("Removed: %(flow)s, %(period)s"),
    }
    lines = [
        _("%(rule)s: %(before)s → %(after)s")
        % {"rule": _label(name), "before": _said(name, before), "after": _said(name, after)}
        for name, (before, after) in told.change.fields.items()
        if before is not None
    ]
    if told.act == "added":
        lines = [_said("value", told.change.fields["value"][1])]
    texts = tuple(filter(None, (*lines, told.change.who, told.change.why)))
    kind = KINDS.get(told.act, "")
    return Entry(formats.moment(told.change.at, language), titles[told.act] % names, texts, kind)


def _label(name: str) -> str:
    if name == "value":
        return _("Value, in millions")
    return str(TotalForm.base_fields[name].label)


def _said(name: str, value: Any) -> str:
    language = i18n.current()
    if name == "value":
        millions = Decimal(value) / MILLION
        return formats.number(millions, language, decimals=_decimals(millions))
    if name == "tolerance":
        return formats.percent(value, language, decimals=_decimals(value * 100))
    if name == "flow":
        return _flow(value)
    return formats.period(value, language) if name == "period" else str(value)


def _decimals(number: Decimal) -> int:
    """As many as tell the number exactly."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
