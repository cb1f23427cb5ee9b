"""What the examples of the group "frame" show."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.base import formats, i18n

COMPONENTS: tuple[str, ...] = (
    "header", "brand", "star", "skip", "banner", "find", "hero", "choose", "question", "crumbs", "title", "section",
    "card", "figure", "figures", "facts", "shares", "tag", "notice", "messages", "refusal", "empty", "button",
    "actions", "chips", "steps", "timeline", "results", "pages", "footer", "pattern",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """What django.contrib.messages hands over."""

    text: str
    level_tag: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Link:
    """A result, a chip, an option or a part of a whole: every example takes what it needs."""

    text: str
    url: str = "#"
    code: str = ""
    tag: str = ""
    kind: str = ""
    note: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    title: str
    url: str = "#"
    code: str = ""
    text: str = ""
    tag: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    when: str
    title: str
    text: str = ""
    kind: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    text: str
    share: float
    figure: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A domain error without its exception."""

    code: str
    message: str = ""
    hint: str = ""


def samples(request: HttpRequest) -> dict[str, Any]:
    language = i18n.current()
    return {
        "frame_at_desk": at("desk"),
        "frame_in_regions": at("region"),
        "frame_member": SimpleNamespace(is_authenticated=True, works_here=False),
        "frame_staff": SimpleNamespace(is_authenticated=True, works_here=True),
        "frame_tries": [(_("olive oil"), "#"), (_("tomatoes"), "#"), (_("carpets"), "#")],
        "frame_crumbs": [(_("Data"), reverse("data")), (_("Regions"), reverse("regions"))],
        "frame_facts": [
            (_("Seat of the region"), _("Agadir")),
            (_("Inhabitants"), formats.number(2_991_000, language)),
        ],
        "frame_parts": parts(language),
        "frame_results": results(),
        "frame_options": [Link(_("All regions"), code="", chosen=True), Link(_("Souss-Massa"), code="MA-09")],
        "frame_years": [Link(year, f"#{year}", chosen=year == "2024") for year in ("2024", "2023", "2022")],
        "frame_events": events(),
        "frame_messages": messages(),
        "frame_refusals": refusals(),
        "frame_steps": [
            (_("Find your product"), _("In your own words: we find its code.")),
            (_("See who buys it"), _("Countries, amounts, years.")),
        ],
        "frame_pages": pages(),
        "frame_share": formats.percent(0.031, language),
        "frame_up": formats.percent(0.061, language, signed=True),
        "frame_down": formats.percent(-0.024, language, signed=True),
        "frame_value": formats.number(456.3, language, decimals=1),
        "frame_unit": formats.currency_name("MAD", "billion"),
    }


def at(name: str) -> SimpleNamespace:
    """All that the header asks of a request: which page it is for."""
    return SimpleNamespace(resolver_match=SimpleNamespace(url_name=name))


def parts(language: str) -> list[Part]:
    shares = [(_("Fruit and vegetables"), 0.43), (_("Fish and preserves"), 0.21), (_("Oils"), 0.004)]
    return [Part(name, share, formats.percent(share, language)) for name, share in shares]


def results() -> list[Result]:
    return [
        Result(_("Olive oil, virgin"), code="1509.20"),
        Result(_("Souss-Massa"), text=_("Region")),
        Result(_("Release 7"), tag=_("published"), kind="good", text=_("Customs, 2024")),
    ]


def events() -> list[Event]:
    language = i18n.current()
    return [
        Event(
            formats.period("2027-03", language), _("Released"), _("Twelve regions, 24 months."), "good", "#"
        ),
        Event(formats.period("2027-02", language), _("Waiting for a decision"), kind="wait"),
        Event(formats.period("2027-01", language), _("Refused"), _("Two lines without an office."), "bad"),
        Event(formats.period("2026-12", language), _("Files handed in")),
    ]


def messages() -> list[Message]:
    return [
        Message(_("Your changes are saved."), "success"),
        Message(_("Staff pages need two-factor sign-in."), "warning"),
        Message(_("The file could not be read."), "error"),
    ]


def refusals() -> list[Refusal]:
    return [
        Refusal("not_cleared", hint=_("Ask for years and sections instead.")),
        Refusal("not_found"),
        Refusal("invalid", _("This period is not known."), _("Write a year, as 2024.")),
    ]


def pages() -> list[Page[int]]:
    """The first, a middle and the last of three."""
    paginator = Paginator(range(30), 10)
    return [paginator.page(number) for number in (1, 2, 3)]
