import pytest
from django.test import Client


@pytest.fixture(autouse=True)
def plain_cache(memory_cache: None) -> None:
    """Each test draws its own charts."""


@pytest.fixture
def reader() -> Client:
    return Client()
