"""The table of pages: every address that has a language is in it, or is said to be no page."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path

from django.urls import LocalePrefixPattern, URLPattern, URLResolver, get_resolver

from scripts.pages import LANGUAGES, NOT_PAGES, PAGES
from scripts.screenshots import README, SHOWN

ROOT = Path(__file__).resolve().parent.parent.parent


def names(entries: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from names(entry.url_patterns, inner)
        else:
            yield f"{space}{entry.name or entry.pattern}"


def test_every_address_with_a_language_is_a_page_or_said_to_be_none() -> None:
    spoken = [
        entry
        for entry in get_resolver().url_patterns
        if isinstance(entry, URLResolver) and isinstance(entry.pattern, LocalePrefixPattern)
    ]
    addresses = {name for entry in spoken for name in names(entry.url_patterns)}
    shown = {page.url for page in PAGES if page.url}
    assert "home" in addresses
    assert shown | NOT_PAGES.keys() == addresses
    assert shown & NOT_PAGES.keys() == set()


def test_a_picture_s_name_is_given_once() -> None:
    assert len({page.name for page in PAGES}) == len(PAGES)


def test_the_table_speaks_the_portal_s_languages() -> None:
    from django.conf import settings

    assert {code for code, _name in settings.LANGUAGES} == set(LANGUAGES)


def test_the_readme_shows_the_pictures_that_make_screenshots_writes() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    made = {one.file: (one.width, one.height) for one in README}
    assert set(re.findall(r"docs/screenshots/([\w-]+\.png)", readme)) == set(made)
    assert {path.name for path in SHOWN.iterdir()} == set(made)
    # A PNG names its width and height after its first sixteen bytes.
    found = {name: struct.unpack(">II", (SHOWN / name).read_bytes()[16:24]) for name in made}
    assert found == made
    sizes = {name: (SHOWN / name).stat().st_size for name in made}
    assert max(sizes.values()) < 300_000
    assert sum(sizes.values()) < 600_000
    assert {one.language for one in README} == set(LANGUAGES)
