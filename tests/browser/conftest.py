"""A real Chromium over a live portal. Debian's is used; where there is none the tests say so and skip."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import override_settings
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from scripts import world
from tests.browser.visits import TIMEOUT, Portal

CHROMIUM = Path("/usr/bin/chromium")
ROWS = 12_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no /usr/bin/chromium: apt-get install chromium fonts-noto-core")
    # The browser's event loop runs in the tests' thread; Django would take every query for an asynchronous one.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=TIMEOUT)
    try:
        with sync_playwright() as play:
            chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
            yield chromium
            chromium.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


# One home for all tests of this package: the server that they share reads its files from there.
@pytest.fixture(scope="package", autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home")
    private = {"BACKEND": "portal.base.storage.PrivateFiles", "OPTIONS": {"location": str(home / "private")}}
    changed = {
        **world.SETTINGS,
        "ACCESS_STRICT": True,
        "QAFILA_HOME": home,
        "STATIC_ROOT": home / "static",
        "STORAGES": {**settings.STORAGES, "private": private},
    }
    with override_settings(**changed):
        yield home


@pytest.fixture(scope="package")
def portal(
    browser: Browser, private_home: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Portal]:
    """One world and one server for the whole package: a test that changes something leaves it as it was."""
    # pytest-django makes a database of the tests' own only where a test's mark asks for one.
    assert str(connection.settings_dict["NAME"]).startswith("test_"), "mark the module with django_db"
    world.static_collect()
    with django_db_blocker.unblock():
        try:
            facts = world.world_make(rows=ROWS, real=False)
            sessions = {who: world.session_make(who) for who in ("member", "bare", "staff")}
            with world.served() as base:
                yield Portal(browser, base, facts, sessions)
        finally:
            call_command("flush", interactive=False, verbosity=0)
