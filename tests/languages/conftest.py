import pytest
from django.test import Client

from tests.pages.world import customs_facts
from tests.trade import factories
from trade.models import Release
from trade.services import datasets_load


@pytest.fixture(autouse=True)
def plain_cache(memory_cache: None) -> None:
    """Each test draws its own pages."""


@pytest.fixture
def reader() -> Client:
    return Client()


@pytest.fixture
def country(vocabulary: None) -> Release:
    """The whole vocabulary and the datasets under their real names, with two years of small figures."""
    datasets_load()
    world = factories.comtrade_fact
    factories.release(
        factories.comtrade(),
        [
            world(partner="FR", value=4_000_000),
            world(partner="ES", value=3_000_000),
            world(partner="W", value=7_000_000),
            world(reporter="FR", flow="M", partner="MA", value=4_400_000),
            world(reporter="FR", flow="M", partner="W", value=9_900_000),
        ],
    )
    return factories.release(factories.customs(), customs_facts())
