"""Named slots that a page leaves and that other rooms fill by dotted name in the settings.

A selector takes `(request, context)` and returns the template's context, or None to draw nothing.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

log = structlog.get_logger(__name__)


def render(slot: str, request: HttpRequest, context: Mapping[str, Any]) -> SafeString:
    """Every panel of a slot, in the order of the settings; an empty slot draws nothing.

    A panel that fails is logged and left out: one room's fault must not take another room's page down.
    """
    drawn = []
    for panel in settings.PANELS.get(slot, []):
        try:
            data = import_string(panel["selector"])(request, context)
            if data is not None:
                drawn.append(render_to_string(panel["template"], {**data, "slot": slot}, request=request))
        except Exception:
            if settings.DEBUG:
                raise
            log.exception("panel_failed", slot=slot, selector=panel["selector"])
    return mark_safe("\n".join(drawn))  # noqa: S308  each part was escaped by its own template
