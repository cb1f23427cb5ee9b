"""The patterns page: every component in every state, with content of its own so that no database is needed.

A component's examples are `templates/home/patterns/NAME.html`; what they need beyond words is made by the module of
its group (`samples`). The order of the page is the order of GROUPS.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.home.patterns import data, forms, frame

GROUPS = (("frame", _("Frame and parts"), frame), ("forms", _("Forms"), forms), ("data", _("Figures"), data))


@dataclass(frozen=True, slots=True)
class Group:
    """`anchor`, translated `title`, and the names of its components in order."""

    anchor: str
    title: str | Promise
    components: tuple[str, ...]


def groups() -> list[Group]:
    return [Group(anchor, title, module.COMPONENTS) for anchor, title, module in GROUPS]


def samples(request: HttpRequest) -> Mapping[str, Any]:
    """What the examples show, in the reader's language."""
    found: dict[str, Any] = {}
    for _anchor, _title, module in GROUPS:
        found.update(module.samples(request))
    return found
