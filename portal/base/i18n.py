"""Languages of the portal: which there are, how each of them writes, which column holds a name.

`settings.LANGUAGES` says which languages the portal speaks. What is to be known of each stands here and nowhere else;
`docs/languages.md` tells how one is added.
"""

from dataclasses import dataclass
from typing import Any, Self

from babel import Locale
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.db.models import Model
from django.urls import translate_url
from django.utils import translation


@dataclass(frozen=True, slots=True)
class Way:
    """How a language writes: CLDR's locales for numbers and for dates and names, its direction, patterns of its own."""

    numbers: str
    dates: str
    rtl: bool = False
    moment: str = "d MMM y, HH:mm"
    quarter: str = "QQQ y"
    # A thing with what is said of it, and what stands between several such: they may hold commas of their own.
    told: str = "{name}: {text}"
    between: str = "; "


WAYS = {
    # Numbers in French are written 1 234 567,89 in Morocco, which CLDR's `fr_MA` (1.234.567,89) does not know.
    "fr": Way("fr", "fr_MA", quarter="QQQ\u00a0y", told="{name}\u00a0: {text}", between="\u00a0; "),
    "ar": Way("ar_MA", "ar_MA", rtl=True, moment="d MMM y، HH:mm", quarter="QQQ 'من' y", between="؛ "),
    "en": Way("en", "en_001"),
    # Not spoken yet; what it needs is ready.
    "zgh": Way("zgh", "zgh"),
}
# Django refuses a language that it has never heard of.
LANG_INFO.setdefault(
    "zgh",
    {"bidi": False, "code": "zgh", "name": "Standard Moroccan Amazigh", "name_local": "ⵜⴰⵎⴰⵣⵉⵖⵜ"},
)


class Text(str):
    """A text in another language than the one that was asked for; it knows which, so that a page can say so."""

    language: str

    def __new__(cls, text: str, language: str = "") -> Self:
        made = super().__new__(cls, text)
        made.language = language
        return made


def languages() -> list[str]:
    """Codes in the order in which the switch shows them."""
    return [code for code, _ in settings.LANGUAGES]


def current() -> str:
    """The active language's code, French where none of ours is active."""
    code = (translation.get_language() or "").split("-")[0]
    return code if code in languages() else settings.LANGUAGE_CODE


def way(language: str) -> Way:
    """How a language writes; one that nobody described writes as French does."""
    return WAYS.get(language) or WAYS[settings.LANGUAGE_CODE]


def direction(language: str) -> str:
    return "rtl" if way(language).rtl else "ltr"


def localized(obj: Any, field: str = "name", language: str | None = None) -> str:
    """`obj.<field>_<language>`; where that is missing or empty, its French, as a `Text` that says so.

    An object may know its name without a column: `named_elsewhere(field, language)` is asked before French.
    """
    language = language or current()
    own = getattr(obj, f"{field}_{language}", "")
    if not own and (elsewhere := getattr(obj, "named_elsewhere", None)):
        own = elsewhere(field, language)
    return (
        str(own) if own else Text(getattr(obj, f"{field}_{settings.LANGUAGE_CODE}"), settings.LANGUAGE_CODE)
    )


def column(model: type[Model], field: str, language: str) -> tuple[str, str]:
    """The column that holds a field's text, with its language: French where the language has no column yet."""
    own = f"{field}_{language}"
    if hasattr(model, own):
        return own, language
    return f"{field}_{settings.LANGUAGE_CODE}", settings.LANGUAGE_CODE


def territory(code: str, language: str) -> str:
    """A country's name by CLDR, "" where it has none."""
    return str(Locale.parse(way(language).dates).territories.get(code, ""))


def alternates(path: str) -> list[dict[str, str]]:
    """The same address in every language: `code`, `name` in its own language, `url`, `direction`."""
    return [
        {"code": code, "name": name, "url": translate_url(path, code), "direction": direction(code)}
        for code, name in settings.LANGUAGES
    ]
