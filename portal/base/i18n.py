"""Languages of the portal: which there are, which way they run, which column holds a name."""

from typing import Any

from django.conf import settings
from django.urls import translate_url
from django.utils import translation

RTL = frozenset({"ar"})


def languages() -> list[str]:
    """Codes in the order in which the switch shows them."""
    return [code for code, _ in settings.LANGUAGES]


def current() -> str:
    """The active language's code, French where none of ours is active."""
    code = (translation.get_language() or "").split("-")[0]
    return code if code in languages() else settings.LANGUAGE_CODE


def direction(language: str) -> str:
    return "rtl" if language in RTL else "ltr"


def localized(obj: Any, field: str = "name", language: str | None = None) -> str:
    """`obj.<field>_<language>`, or its French where a language has no column of its own yet."""
    return str(getattr(obj, f"{field}_{language or current()}", None) or getattr(obj, f"{field}_fr"))


def alternates(path: str) -> list[dict[str, str]]:
    """The same address in every language: `code`, `name` in its own language, `url`, `direction`."""
    return [
        {"code": code, "name": name, "url": translate_url(path, code), "direction": direction(code)}
        for code, name in settings.LANGUAGES
    ]
