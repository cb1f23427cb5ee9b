"""Partners by continent and by customs union, as the union was in each year."""

import pytest

from portal.base.errors import Invalid
from reference import selectors as reference
from tests.trade import factories as make
from trade import cube
from trade.cube import Query

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words() -> None:
    make.vocabulary()
    make.release(
        make.comtrade(),
        [
            make.comtrade_fact(period=period, partner=partner, value=value)
            for period in ("2019", "2022")
            for partner, value in {"FR": 100, "GB": 40, "SN": 7, "AE": 3, "_X490": 1}.items()
        ],
    )


def ask(**params: str) -> cube.Result:
    return cube.answer(Query.parse({"dataset": "comtrade", "flow": "X", **params}))


def test_continents_are_sums_of_their_partners_and_what_has_none_is_told() -> None:
    assert ask(by="continent", period="2022").rows == [(None, 1), ("AF", 7), ("AS", 3), ("EU", 140)]
    assert ask(continent="AF,AS", period="2022").rows == [(10,)]
    assert ask(by="continent", period="2022").labels("en")["continent"]["AF"] == "Africa"


def test_a_union_has_the_members_of_its_year() -> None:
    assert ask(customs_union="EU", by="period").rows == [("2019", 140), ("2022", 100)]
    assert ask(customs_union="EU", by="period,partner", period="2022").rows == [("2022", "FR", 100)]
    assert dict(ask(by="customs_union", period="2022").rows) == {None: 41, "ECOWAS": 7, "EU": 100, "GCC": 3}
    with pytest.raises(Invalid, match="customs_union"):
        ask(customs_union="NOSUCH")


def test_a_country_is_in_one_union_at_a_time() -> None:
    years: set[tuple[str, int]] = set()
    for member in reference.customs_unions():
        for year in range(max(member.first_year, 1990), min(member.last_year, 2030) + 1):
            assert (member.country, year) not in years, member
            years.add((member.country, year))
    assert {code for code, year in years if year == 2024} <= set(reference.continents())
