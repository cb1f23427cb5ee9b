"""Pages that are kept for everybody: nobody's own, never after a release changed, never without bounds."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.base import kept
from tests.pages.world import customs_world
from tests.people import OMAR
from trade.models import Dataset

pytestmark = pytest.mark.django_db
REGION = "/fr/data/regions/MA-08/"


def asked(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize("path", ["/fr/", "/ar/?region=MA-08", REGION, "/en/data/products/080270/"])
def test_a_second_reader_costs_one_question(reader: Client, path: str) -> None:
    customs_world()
    first = reader.get(path)
    assert asked(Client(), path) == 1
    second = Client().get(path)
    assert second.content == first.content
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert "Cookie" in second.headers["Vary"]


def test_a_language_and_a_question_have_their_own(reader: Client) -> None:
    customs_world()
    pages = {reader.get(path).content for path in ("/fr/", "/ar/", "/en/", "/fr/?region=MA-08")}
    assert len(pages) == 4


def test_what_is_taken_back_is_gone_at_once(reader: Client) -> None:
    customs_world()
    before = reader.get(REGION).content
    Dataset.objects.update(published=None)
    assert reader.get(REGION).content != before


def test_a_person_who_is_signed_in_neither_leaves_nor_meets_a_kept_page(reader: Client) -> None:
    customs_world()
    member = OMAR.signed_in()
    own = member.get(REGION).content.decode()
    assert "/account/logout/" in own
    public = reader.get(REGION).content.decode()
    assert "/account/logout/" not in public
    assert "/account/logout/" in member.get(REGION).content.decode()


def test_a_kept_page_has_neither_token_nor_nonce(reader: Client) -> None:
    customs_world()
    page = reader.get(REGION).content.decode()
    assert "csrfmiddlewaretoken" not in page
    assert "nonce" not in page


def test_what_is_not_there_is_not_kept(reader: Client) -> None:
    customs_world()
    assert reader.get("/fr/data/regions/MA-99/").status_code == 404
    assert not kept._kept


def test_it_ends_after_a_minute(reader: Client) -> None:
    customs_world()
    reader.get(REGION)
    assert asked(Client(), REGION) == 1
    kept._kept.update({key: page._replace(until=0.0) for key, page in kept._kept.items()})
    assert asked(Client(), REGION) > 1


def test_it_has_bounds() -> None:
    for number in range(kept.PAGES + 5):
        kept.keep((number,), HttpResponse(b"page"))
    kept.keep(("large",), HttpResponse(b"x" * (kept.BYTES + 1)))
    assert len(kept._kept) == kept.PAGES
    assert kept.find((0,)) is None
    assert kept.find((kept.PAGES + 4,)) is not None
    assert kept.find(("large",)) is None
