"""Slots draw what other rooms registered; a fault in one panel leaves the rest of the page standing."""

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings

from portal.base import panels


def tea(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    return {"drink": context["drink"]}


def nothing(request: HttpRequest, context: dict[str, Any]) -> None:
    return None


def broken(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def templates(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "tea.html").write_text("<p>{{ drink }}</p>")
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [tmp_path], "OPTIONS": {"context_processors": []}}
    ]


def drawn(settings: Settings, *selectors: str) -> str:
    here = "tests.base.test_panels"
    settings.PANELS = {"slot": [{"selector": f"{here}.{name}", "template": "tea.html"} for name in selectors]}
    return panels.render("slot", RequestFactory().get("/"), {"drink": "<mint>"})


def test_a_panel_is_drawn_and_escaped(settings: Settings) -> None:
    assert drawn(settings, "tea") == "<p>&lt;mint&gt;</p>"


def test_an_empty_slot_and_a_silent_panel_draw_nothing(settings: Settings) -> None:
    assert drawn(settings) == drawn(settings, "nothing") == ""


def test_a_broken_panel_is_left_out(settings: Settings) -> None:
    assert drawn(settings, "broken", "tea") == "<p>&lt;mint&gt;</p>"


def test_a_broken_panel_is_shown_to_its_developer(settings: Settings) -> None:
    settings.DEBUG = True
    with pytest.raises(ZeroDivisionError):
        drawn(settings, "broken")
