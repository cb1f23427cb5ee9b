"""French and Arabic are complete: no text of the code is missing, empty or fuzzy in a catalogue."""

import re

import pytest
from babel.messages.catalog import Catalog, Message

from scripts import messages

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
ARABIC = re.compile(r"[\u0600-\u06FF]")


def strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


@pytest.fixture(scope="module")
def template() -> Catalog:
    return messages.template()


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_nothing_is_untranslated(language: str) -> None:
    assert messages.untranslated(language) == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_catalogue_holds_nothing_that_the_code_does_not(language: str, template: Catalog) -> None:
    stale = [m.id for m in messages.read(language) if m.id and template.get(m.id, m.context) is None]
    assert stale == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_placeholders_survive_translation(language: str) -> None:
    for message in messages.read(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        known = {name for text in ids for name in map("".join, PLACEHOLDER.findall(text))}
        for string in strings(message):
            used = set(map("".join, PLACEHOLDER.findall(string)))
            assert used <= known, message.id
            # A plural form for one or two may drop the number; a plain text may drop nothing.
            if not isinstance(message.string, tuple):
                assert used == known, message.id


def test_arabic_has_its_six_plurals() -> None:
    catalogue = messages.read("ar")
    assert catalogue.num_plurals == 6
    plurals = [m for m in catalogue if isinstance(m.id, tuple)]
    assert plurals
    assert all(len(strings(message)) == 6 for message in plurals)


def test_arabic_is_written_in_arabic() -> None:
    latin = [
        message.id
        for message in messages.read("ar")
        if message.id
        and re.search(r"[A-Za-z]{4}", re.sub(PLACEHOLDER, "", strings(message)[0]))
        and not ARABIC.search(strings(message)[0])
    ]
    # Names of formats and codes are written the same in every language.
    assert [text for text in latin if not re.fullmatch(r"[A-Z0-9 .\-/%()a-z]{1,24}", str(text))] == []
