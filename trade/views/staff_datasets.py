"""The rules of each dataset, who changed them, when and why."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from portal.base import formats, i18n
from portal.base.errors import DomainError
from portal.base.permissions import get_or_404
from trade import selectors, services
from trade.forms import RulesForm
from trade.models import Dataset
from trade.services.rules import RULES
from trade.views.staff_frame import StaffRequest, crumbs, trade_staff


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a history, as components/timeline.html draws it."""

    when: str
    title: str
    texts: tuple[str, ...] = ()
    kind: str = ""
    url: str = ""


@trade_staff
@never_cache
@require_GET
def datasets(request: StaffRequest) -> HttpResponse:
    """Every dataset with what readers see of it and the rules that runs of it must pass."""
    context = {"datasets": selectors.datasets(), "crumbs": crumbs()}
    return render(request, "trade/staff/datasets.html", context)


@trade_staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dataset(request: StaffRequest, code: str) -> HttpResponse:
    """Change the rules of one dataset, with a reason."""
    found = get_or_404(selectors.datasets(), code=code)
    form = RulesForm(request.POST or None, dataset=found)
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.dataset_settle(
                code, acting_user=request.user, rules=form.rules, reason=form.cleaned_data["reason"]
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The rules are changed.") if changed else _("Nothing was changed."))
            return redirect("staff_dataset", code=code)
    context = {
        "dataset": found,
        "form": form,
        "entries": _entries(found),
        "crumbs": crumbs((_("Datasets and their rules"), reverse("staff_datasets"))),
    }
    return render(request, "trade/staff/dataset.html", context)


def _entries(found: Dataset) -> list[Entry]:
    language = i18n.current()
    entries = []
    for change in selectors.history(found, RULES):
        # The first entry is the row as it was made: its values are not a change.
        lines = [
            _("%(rule)s: %(before)s → %(after)s")
            % {"rule": _label(name), "before": _said(name, before), "after": _said(name, after)}
            for name, (before, after) in change.fields.items()
            if before is not None or name == "outlier_bound"
        ]
        first = all(before is None for before, _after in change.fields.values())
        title = _("The dataset was added") if first else i18n.way(language).between.join(lines)
        texts = tuple(filter(None, (change.who, "" if first else change.why)))
        entries.append(Entry(formats.moment(change.at, language), title, texts))
    return entries


def _label(name: str) -> str:
    return str(RulesForm.base_fields[name].label)


def _said(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None:
        return _("by itself")
    if name == "max_rejected":
        return formats.percent(value, i18n.current(), decimals=2)
    return formats.number(value, i18n.current(), decimals=2 if name == "outlier_bound" else 0)
