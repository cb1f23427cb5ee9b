"""A page asks the database as often for thirty rows as for three, and seldom: the counts are pinned.

`count` is of a first look in a fresh process; `again` of a second reader's, whose page is kept: it asks what is
published, and nothing else. A person who is signed in meets the answers, which are kept by release and question.
"""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.base import kept
from tests.pages.world import comtrade_world, customs_world, firms
from tests.trade import factories
from trade.charts import answers
from trade.models import Dataset, Run

pytestmark = pytest.mark.django_db


def again(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def count(client: Client, path: str) -> int:
    again(client, path)
    answers.forget()
    kept.forget()
    return again(client, path)


PINNED = {
    "/fr/": (9, 1),
    "/fr/?region=MA-08": (11, 1),
    "/fr/data/regions/": (13, 1),
    "/fr/data/regions/MA-08/": (13, 1),
    "/fr/data/products/080270/": (9, 1),
    "/fr/data/products/080270/?dataset=comtrade": (19, 1),
    "/fr/data/markets/FR/": (23, 1),
}


def test_pinned_counts(reader: Client) -> None:
    customs_world()
    comtrade_world()
    found = {path: (count(reader, path), again(reader, path)) for path in PINNED}
    assert found == PINNED


def partners(number: int) -> None:
    factories.vocabulary()
    facts = [
        factories.comtrade_fact(partner=f"_X{500 + place}", value=1_000_000 + place)
        for place in range(number)
    ]
    facts.append(factories.comtrade_fact(partner="W", value=10**9))
    factories.release(factories.comtrade(), facts, demonstration=False)


def test_product_page(reader: Client) -> None:
    path = "/fr/data/products/080270/?all=partners-x"
    partners(3)
    few = count(reader, path)
    Dataset.objects.update(published=None)
    partners(30)
    assert count(reader, path) == few


def test_region_page(reader: Client) -> None:
    path = "/fr/data/regions/MA-08/"
    customs_world()
    few = count(reader, path)
    more = [
        fact
        for product in ("0101210000", "3105300000")
        for month in range(1, 13)
        for fact in firms(30_000_000, region="MA-08", product=product, period=f"2024-{month:02d}")
    ]
    customs_world(more=more)
    assert count(reader, path) == few


def test_ledger() -> None:
    from tests.people import OMAR

    client = OMAR.signed_in()
    factories.vocabulary()
    dataset = factories.customs()

    def runs(first: int, last: int) -> None:
        for number in range(first, last):
            Run.objects.create(
                number=number, dataset=dataset, source_code="customs", fingerprint=f"{number:064d}"
            )

    runs(1, 4)
    few = count(client, "/fr/staff/trade/")
    runs(4, 31)
    assert count(client, "/fr/staff/trade/") == few
