"""What every test stands on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import translation
from pytest_django import DjangoDbBlocker, Settings

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def pytest_configure() -> None:
    """The catalogues are compiled once, before anything is translated."""
    call_command("compile_catalogues", verbosity=0)


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """The real files beside the project; a test that needs one that is absent says so and skips."""

    def path(name: str) -> Path:
        found = SHARED / name
        if not found.exists():
            pytest.skip(f"../shared/{name} is not here")
        return found

    return path


@pytest.fixture(autouse=True)
def private_home(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No test writes into another's files."""
    home = tmp_path_factory.mktemp("home")
    settings.QAFILA_HOME = home
    settings.ACCESS_STRICT = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STATIC_ROOT = home / "static"
    settings.STATIC_ROOT.mkdir()
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "portal.base.storage.PrivateFiles",
            "OPTIONS": {"location": str(home / "private")},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return home


@pytest.fixture
def memory_cache(settings: Settings) -> None:
    """A cache that begins empty: Django keeps one for each name as long as the process lives."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": uuid4().hex}
    }


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """What the process keeps between requests is of the test before: its releases and names are gone."""
    from portal.base import kept
    from trade.charts import answers
    from trade.cube import catalogue, codes

    answers.forget()
    catalogue.forget()
    codes.forget()
    kept.forget()


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What services and selectors say is asserted in the source language; a page's address brings its own."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def vocabulary_loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Everything that `load_reference` loads, committed before any test's transaction begins."""
    from reference.services import reference_load

    with django_db_blocker.unblock():
        reference_load()


# `db` stands in the signature, not behind `getfixturevalue`: by it pytest-django sees at collection that a test
# needs a database, and makes one of its own; a test that it does not see would run on the real one.
@pytest.fixture
def vocabulary(vocabulary_loaded: None, db: None) -> None:
    """A database with the vocabulary; what the test itself writes is rolled back.

    Loaded again inside the test's transaction where a test that flushes the tables ran before.
    """
    from reference.models import Edition
    from reference.services import reference_load

    if not Edition.objects.filter(loaded=True).exists():
        reference_load()
