"""What templates need everywhere: formats by language, names by language, panels. Loaded as built-ins."""

import datetime as dt
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.base import formats, i18n
from portal.base import panels as base_panels

register = template.Library()


@register.simple_tag(takes_context=True)
def panels(context: template.Context, slot: str) -> SafeString:
    return base_panels.render(slot, context["request"], context.flatten())  # type: ignore[arg-type]


@register.filter
def name(obj: Any) -> str:
    return i18n.localized(obj)


@register.filter
def localized(obj: Any, field: str) -> str:
    return i18n.localized(obj, field)


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    return formats.number(value, i18n.current(), decimals=decimals)


@register.filter
def percent(ratio: float | None) -> SafeString:
    return format_html("<bdi>{}</bdi>", formats.percent(ratio, i18n.current()))


@register.filter
def change(ratio: float | None) -> SafeString:
    return format_html("<bdi>{}</bdi>", formats.percent(ratio, i18n.current(), signed=True))


@register.filter
def money(thousandths: int | None, currency: str = "MAD") -> str:
    return formats.money(thousandths, i18n.current(), currency)


@register.filter
def weight(grams: int | None) -> str:
    return formats.weight(grams, i18n.current())


@register.filter
def day(value: dt.date | None) -> str:
    return formats.date(value, i18n.current())


@register.filter
def moment(value: dt.datetime | None) -> str:
    return formats.moment(value, i18n.current())


@register.filter
def period(code: str) -> str:
    return formats.period(code, i18n.current())
