import pytest
from django.test import Client
from pytest_django import Settings


@pytest.fixture(autouse=True)
def plain_cache(settings: Settings) -> None:
    """Each test draws its own charts."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages"}
    }


@pytest.fixture
def reader() -> Client:
    return Client()
