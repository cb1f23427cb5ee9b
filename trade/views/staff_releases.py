"""Releases: which there are, what became of each and why, and the decisions on them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from portal.base import formats, i18n
from portal.base.errors import DomainError
from trade import selectors, services
from trade.forms import DecisionForm, ReasonForm, ScheduleForm
from trade.models import Release
from trade.views.decisions import another_decides, decision_make, decision_next, open_gates
from trade.views.staff_datasets import Entry
from trade.views.staff_frame import StaffRequest, crumbs, release_of, run_crumb, run_url, trade_staff

PAGE = 50
KINDS = {Release.State.PUBLISHED: "good", Release.State.STAGED: "wait", Release.State.WITHDRAWN: "bad"}


@trade_staff
@never_cache
@require_GET
def releases(request: StaffRequest) -> HttpResponse:
    """Every release, newest first."""
    rows = selectors.releases_visible_to(request.user).select_related("published_by", "run__acting_user")
    context = {"page": Paginator(rows, PAGE).get_page(request.GET.get("page")), "crumbs": crumbs()}
    return render(request, "trade/staff/releases.html", context)


@trade_staff
@never_cache
@require_GET
def release(request: StaffRequest, number: int) -> HttpResponse:
    """One release: its state, what happened to it, what can be decided now."""
    found = release_of(request, number)
    context = {
        "release": found,
        "kind": KINDS.get(Release.State(found.state), ""),
        "decision": decision_next(found, request.user),
        "another": another_decides(found, request.user),
        "staged": found.state == Release.State.STAGED,
        "has_files": found.pruned_at is None and found.state != Release.State.DISCARDED,
        "refused": found.schedule.get("refused", ""),
        "entries": _entries(found),
        "crumbs": crumbs(_list_crumb()),
    }
    return render(request, "trade/staff/release.html", context)


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
    found = release_of(request, number)
    form = (
        DecisionForm(request.POST or None, open_gates=open_gates(found))
        if step == "publish"
        else ReasonForm(request.POST or None)
    )
    if request.method == "POST" and form.is_valid():
        try:
            if step == "publish":
                services.release_publish(number, acting_user=request.user, **form.cleaned_data)
            else:
                services.release_withdraw(number, acting_user=request.user, **form.cleaned_data)
        except DomainError as error:
            if error.code == "gate_not_held" and "over_gates" not in form.fields:
                # It held when the page was made: the person is asked now.
                form = DecisionForm(request.POST, open_gates=True)
            form.add_error(None, str(error))
        else:
            done = {
                "publish": _("Release %(number)s is published: readers see it now."),
                "withdraw": _("Release %(number)s is withdrawn: readers see the one before it."),
            }
            messages.success(request, done[step] % {"number": number})
            return redirect("staff_run", number=found.run.number)
    context = {
        "form": form,
        "step": step,
        "decision": decision_make(found, step, form),
        "crumbs": crumbs(run_crumb(found.run)),
        "back": run_url(found.run),
    }
    return render(request, "trade/staff/decide.html", context)


@trade_staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: StaffRequest, number: int) -> HttpResponse:
    """Publish at a minute; with `act=cancel` it waits for a person again."""
    found = release_of(request, number)
    cancel = request.POST.get("act") == "cancel"
    form = ScheduleForm(None if cancel else request.POST or None, open_gates=open_gates(found))
    try:
        if cancel:
            services.release_unschedule(number, acting_user=request.user)
            messages.success(request, _("Release %(number)s waits for a person again.") % {"number": number})
            return redirect("staff_release", number=number)
        if request.method == "POST" and form.is_valid():
            made = services.release_schedule(number, acting_user=request.user, **form.cleaned_data)
            told = {"number": number, "at": formats.moment(made.scheduled_for, i18n.current())}
            messages.success(request, _("Release %(number)s is published on %(at)s.") % told)
            return redirect("staff_release", number=number)
    except DomainError as error:
        form.add_error(None, str(error))
    title = _("Publish release %(number)s at a minute") % {"number": number}
    lead = _("Every check is made now and again at that minute; if one says no then, you are told by e-mail.")
    return _asked(request, found, form, title=title, lead=lead, verb=_("Plan it"))


@trade_staff
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: StaffRequest, number: int) -> HttpResponse:
    """Keep a release for good, with a reason; with `act=cancel` the policy decides again."""
    found = release_of(request, number)
    cancel = request.POST.get("act") == "cancel"
    form = ReasonForm(None if cancel else request.POST or None)
    try:
        if cancel:
            services.release_unkeep(number, acting_user=request.user)
            messages.success(request, _("Release %(number)s may be pruned by its age.") % {"number": number})
            return redirect("staff_release", number=number)
        if request.method == "POST" and form.is_valid():
            services.release_keep(number, acting_user=request.user, why=form.cleaned_data["reason"])
            messages.success(request, _("Release %(number)s is kept for good.") % {"number": number})
            return redirect("staff_release", number=number)
    except DomainError as error:
        form.add_error(None, str(error))
    title = _("Keep release %(number)s for good") % {"number": number}
    lead = _("It is cited somewhere, say: its files stay, however old it is.")
    return _asked(request, found, form, title=title, lead=lead, verb=_("Keep it"))


def _asked(request: StaffRequest, found: Release, form: ReasonForm, **words: str) -> HttpResponse:
    own = (_("Release %(number)s") % {"number": found.number}, reverse("staff_release", args=[found.number]))
    context = {**words, "form": form, "back": own[1], "crumbs": crumbs(_list_crumb(), own)}
    return render(request, "trade/staff/asked.html", context)


def _list_crumb() -> tuple[str, str]:
    return _("Releases"), reverse("staff_releases")


def _entries(found: Release) -> list[Entry]:
    """What happened to it, the newest first: its states, who moved it there and why."""
    language = i18n.current()
    entries = []
    for change in selectors.history(found, ("state",)):
        state = Release.State(change.fields["state"][1])
        # A service names itself where nobody gave a reason.
        why = "" if change.why.startswith(("release_", "run_")) else change.why
        entries.append(
            Entry(
                when=formats.moment(change.at, language),
                title=str(state.label[:1].upper() + state.label[1:]),
                texts=tuple(filter(None, (change.who, why))),
                kind=KINDS.get(state, ""),
            )
        )
    return entries
