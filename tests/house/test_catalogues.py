"""French and Arabic are complete and well written: no text of the code is missing, empty or fuzzy in a catalogue."""

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from scripts import messages

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
TAG = re.compile(r"</?\w+[^>]*>")
ARABIC = re.compile(r"[\u0600-\u06FF]")
NBSP = "\u00a0"
# What French sets apart by a space, sets apart by one that does not break. An address and a ratio have none.
PARTED = re.compile(
    rf"(?<![{NBSP}\w/(;]):(?!\w)|\w:(?=\s|$)|(?<!{NBSP})[?!»](?!=)|(?<![{NBSP}(]);|«(?!{NBSP})"
)
# A straight apostrophe, three dots for an ellipsis, a percent sign that could begin a line.
ROUGH = re.compile(r"'|\.\.\.|\d %| ,|  ")
# Latin marks behind Arabic letters, a space before a mark, straight quotation marks, eastern digits, kashida.
STRAY = re.compile(
    r"[\u0600-\u06FF] ?[,;?]|\s[،؛؟:.](?!\w)|[\"'“”]|\.\.\.|[\u0660-\u0669\u06F0-\u06F9]|\u0640[\u0621-\u064A]|  "
)


def ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, tuple) else (str(message.id),)


def strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, tuple) else (str(message.string),)


def translations(language: str) -> list[Message]:
    return [message for message in messages.read(language) if message.id]


def placeholders(text: str) -> Counter[str]:
    return Counter(map("".join, PLACEHOLDER.findall(text)))


@pytest.fixture(scope="module")
def template() -> Catalog:
    return messages.template()


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_nothing_is_untranslated(language: str) -> None:
    assert messages.untranslated(language) == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_catalogue_holds_nothing_that_the_code_does_not(language: str, template: Catalog) -> None:
    catalogue = messages.read(language)
    assert [m.id for m in translations(language) if template.get(m.id, m.context) is None] == []
    assert not catalogue.obsolete
    assert [m.id for m in catalogue if m.fuzzy and m.id] == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_placeholders_survive_translation(language: str) -> None:
    for message in translations(language):
        known = [placeholders(text) for text in ids(message)]
        for string in strings(message):
            used = placeholders(string)
            # A plural form for one or two may drop the number; a plain text may drop nothing and repeat nothing.
            assert used <= known[-1] if isinstance(message.id, tuple) else used == known[0], message.id


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_markup_and_edges_survive_translation(language: str) -> None:
    for message in translations(language):
        source = ids(message)[-1]
        for string in strings(message):
            assert Counter(TAG.findall(string)) == Counter(TAG.findall(source)), message.id
            assert string == string.strip() or source != source.strip(), message.id
            assert "\n" not in string or "\n" in source, message.id


@pytest.mark.parametrize(("language", "forms"), [("fr", 2), ("ar", 6)])
def test_plurals_have_all_their_forms(language: str, forms: int) -> None:
    catalogue = messages.read(language)
    assert catalogue.num_plurals == forms
    assert catalogue.plural_expr.strip("()") in messages.PLURALS[language]
    plurals = [message for message in catalogue if isinstance(message.id, tuple)]
    assert plurals
    assert [message.id for message in plurals if len(strings(message)) != forms] == []


def test_french_is_set_as_french() -> None:
    plain = [PLACEHOLDER.sub("X", text) for m in translations("fr") for text in strings(m)]
    assert [text for text in plain if PARTED.search(text.replace("&nbsp;", NBSP))] == []
    assert [text for text in plain if ROUGH.search(text)] == []


def test_arabic_is_set_as_arabic() -> None:
    plain = [PLACEHOLDER.sub("ب", TAG.sub("", text)) for m in translations("ar") for text in strings(m)]
    assert [text for text in plain if STRAY.search(text)] == []


def test_arabic_is_written_in_arabic() -> None:
    latin = [
        message.id
        for message in translations("ar")
        if re.search(r"[A-Za-z]{4}", re.sub(PLACEHOLDER, "", strings(message)[0]))
        and not ARABIC.search(strings(message)[0])
    ]
    # Names of formats and codes are written the same in every language.
    assert [text for text in latin if not re.fullmatch(r"[A-Z0-9 .\-/%()a-z]{1,24}", str(text))] == []


def test_a_text_in_a_tag_of_a_template_is_collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "templates" / "page.html"
    page.parent.mkdir()
    page.write_text(
        '{% load i18n %}{% include "x.html" with a=_("In an include") b="not this" only %}'
        "{% component 'card' title=_('In a component') %}{{ _('In a variable')|upper }}{% endcomponent %}"
        '{% translate "Plain" as plain %}{% blocktranslate trimmed count n=n %}{{ n }} one{% plural %}{{ n }} many'
        '{% endblocktranslate %}{% comment %}{% include "x.html" with a=_("An example") only %}{% endcomment %}'
    )
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    assert [message for _file, _line, message, _context in messages.texts()] == [
        "In an include", "In a component", "In a variable", "Plain", ("%(n)s one", "%(n)s many"),
    ]  # fmt: skip


def test_texts_of_the_patterns_page_are_collected(template: Catalog) -> None:
    places = {file for message in template for file, _line in message.locations}
    for group in ("frame", "forms", "data"):
        module = messages.ROOT / "portal" / "home" / "patterns" / f"{group}.py"
        if re.search(r"\b_\(|gettext", module.read_text(encoding="utf-8")):
            assert f"portal/home/patterns/{group}.py" in places
    assert any(file.startswith("templates/home/patterns/") for file in places)
