"""One style sheet, made of the small ones in the order of the cascade."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from pytest_django import Settings

from portal.base import bundle


def test_the_sheets_stand_in_the_order_of_the_cascade() -> None:
    names = [sheet.name for sheet in bundle.sheets()]
    assert names[:3] == ["tokens.css", "base.css", "layout.css"]
    assert names[3:-1] == sorted(names[3:-1])
    assert names[-1] == "print.css"


def test_it_holds_every_sheet_without_comments() -> None:
    text = bundle.text()
    assert "/*" not in text
    assert "--paper:" in text
    assert "@media print" in text
    assert "../../img/" not in text


def test_it_is_found_where_pages_look_and_made_anew_when_a_source_changes(
    settings: Settings, tmp_path: Path
) -> None:
    css = tmp_path / "static" / "css"
    (css / "components").mkdir(parents=True)
    for name in ("tokens", "base", "layout", "components/tag", "print"):
        (css / f"{name}.css").write_text(f".{name.rpartition('/')[2]} {{ inset: 0 }}")
    settings.BASE_DIR, settings.QAFILA_HOME = tmp_path, tmp_path / "home"
    finder = bundle.BundleFinder()
    found = Path(finder.find(bundle.BundleFinder.name))
    assert ".tag{inset:0}" in found.read_text()
    (css / "components" / "tag.css").write_text(".tag { inset: 1px }")
    assert [name for name, _storage in finder.list(None)] == [bundle.BundleFinder.name]
    assert ".tag{inset:1px}" in found.read_text()


@pytest.mark.parametrize("path", ["css/tokens.css", "nothing.css"])
def test_it_answers_for_nothing_else(path: str) -> None:
    assert bundle.BundleFinder().find(path) == []


def test_django_finds_it() -> None:
    found = finders.find(bundle.BundleFinder.name)
    assert found
    assert Path(str(found)).is_file()
