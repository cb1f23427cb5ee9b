"""What templates need everywhere: formats by language, names by language, panels. Loaded as built-ins."""

import datetime as dt
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.base import formats, i18n
from portal.base import panels as base_panels

register = template.Library()
# What every component may rely on.
SHARED = ("request", "user", "language", "direction", "alternates", "csrf_token", "csp_nonce", "messages")


@register.simple_tag(takes_context=True)
def panels(context: template.Context, slot: str) -> SafeString:
    return base_panels.render(slot, context["request"], context.flatten())  # type: ignore[arg-type]


@register.simple_block_tag(takes_context=True)
def component(context: template.Context, content: str, which: str, **parameters: Any) -> SafeString:
    """`{% component "card" title=… %}…{% endcomponent %}`: `components/card.html` around what stands between.

    The template sees its parameters, `content` and what every page has (language, request, user), nothing else of
    the page around it. A component that holds nothing is included: `{% include "components/tag.html" with … only %}`.
    """
    shared = {key: context[key] for key in SHARED if key in context}
    return render_to_string(f"components/{which}.html", {**shared, **parameters, "content": content})


@register.simple_tag
def trail(*pairs: str) -> list[tuple[str, str]]:
    """`{% trail _("My desk") "desk" as crumbs %}`: breadcrumbs of texts and names of addresses, in turns."""
    return [(text, reverse(name)) for text, name in zip(pairs[::2], pairs[1::2], strict=True)]


@register.filter
def name(obj: Any) -> str:
    """A row's name; in another language's where there is no other, inside an element that says so."""
    return marked(i18n.localized(obj))


@register.filter
def localized(obj: Any, field: str) -> str:
    """A row's text without markup, for an attribute too. `|marked` after it names the language where it is another."""
    return i18n.localized(obj, field)


@register.filter
def marked(text: str) -> str:
    """A text that had to be taken from another language, inside an element that says which; any other as it is."""
    if not (text and isinstance(text, i18n.Text)):
        return text
    way = i18n.direction(text.language)
    return format_html('<span lang="{}" dir="{}">{}</span>', text.language, way, str(text))


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
