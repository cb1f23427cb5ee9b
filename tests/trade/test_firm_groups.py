"""Enterprises of one group are one unit for confidentiality, from the operator's entry to the figure that is hidden."""

from typing import Any

import polars as pl
import pytest
from django.urls import reverse

from portal.accounts.models import Role
from tests.people import Person
from tests.trade import factories as make
from trade import cube
from trade.clearance import groups
from trade.cube import Query, summaries
from trade.models import FirmGroup, Release

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words() -> None:
    make.vocabulary()


def firm(number: int) -> str:
    return make.ice(number)[:9]


def linked(*pairs: tuple[int, int]) -> None:
    for enterprise, group in pairs:
        FirmGroup.objects.create(enterprise=firm(enterprise), group=firm(group))


def released(values: dict[int, int]) -> Release:
    """Pepper of these firms, beside a chapter of many."""
    facts = [
        make.customs_fact(company=make.ice(number), product="6109100000", value=10**7)
        for number in range(50, 60)
    ]
    facts += [
        make.customs_fact(company=make.ice(number), product="0702000000", value=value)
        for number, value in values.items()
    ]
    return make.release(make.customs(), facts)


def told(release: Release) -> dict[str, Any]:
    """The section of the pepper, which is all that its region and the country sell of it."""
    query = {"product": "S02", "flow": "X", "period": "2024-01", "measures": "value,firms"}
    return cube.answer(Query.parse({**query, "release": str(release.number)})).records()[0]


def counted(release: Release) -> tuple[int, int]:
    """What staff's sums hold of it: firms, and the largest of them."""
    cells = pl.read_parquet(summaries.path(summaries.of(release)["2024-01"]))
    row = cells.filter(region="", product="S02", partner="W", flow="X").row(0, named=True)
    return row["firms"], row["largest"]


def test_two_enterprises_of_one_group_are_one_of_the_three_units() -> None:
    values = {1: 400, 2: 300, 3: 300}
    apart = released(values)
    assert (told(apart)["status"], counted(apart)) == ("", (3, 400))
    linked((2, 1))
    together = released(values)
    assert (told(together)["status"], counted(together)) == ("c", (2, 700))


def test_a_group_is_dominant_as_one() -> None:
    values = {1: 450, 2: 450, 3: 50, 4: 50}
    apart = released(values)
    assert told(apart)["status"] == ""
    linked((2, 1))
    together = released(values)
    assert (told(together)["status"], counted(together)) == ("c", (3, 900))


def test_links_are_followed_and_a_circle_is_one_group() -> None:
    linked((1, 2), (2, 3), (5, 6), (6, 5))
    assert groups() == {firm(1): firm(3), firm(2): firm(3), firm(5): firm(5), firm(6): firm(5)}
    release = released({1: 400, 2: 300, 3: 300, 5: 200, 6: 200})
    assert counted(release) == (2, 1000)


def test_an_operator_enters_a_link_and_slips_are_refused() -> None:
    client = Person("Op", "op@qafila.example", Role.Kind.OPERATOR).signed_in()
    address = reverse("admin:trade_firmgroup_add")
    form = {"enterprise": firm(1), "group": firm(2), "reason": "Annual report 2024"}
    for wrong in ({"enterprise": "12"}, {"group": "12345678X"}):
        assert client.post(address, {**form, **wrong}).status_code == 200
    assert not FirmGroup.objects.exists()
    assert client.post(address, form).status_code == 302
    assert groups() == {firm(1): firm(2)}
    assert client.post(address, form).status_code == 200
    assert FirmGroup.objects.count() == 1
