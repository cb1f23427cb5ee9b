"""What is published where: months, quarters, years and twelve months; levels down to each place's rung; zeros."""

from typing import Any

import pytest

from portal.base.errors import Invalid
from reference.models import Country
from tests.trade import factories as make
from tests.trade.cubes import cell, release
from trade import cube
from trade.cube import NotCleared, Query

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words() -> None:
    make.vocabulary()
    for code in ("DE", "IT", "US"):
        names = {"name_fr": code, "name_ar": code, "name_en": code}
        Country.objects.get_or_create(code=code, defaults=names)


def ask(**params: str) -> cube.Result:
    return cube.answer(Query.parse(params))


def total(value: int | None = 100, **more: Any) -> dict[str, Any]:
    return cell("TOTAL", value, **more)


YEAR = [
    total(1000),
    cell("S02", 600),
    cell("08", 400),
    cell("0802", 250),
    cell("080270", 250),
    cell("080510", None),
    total(500, partner="FR"),
    total(300, partner="ES"),
    cell("08", 200, partner="FR"),
    total(700, region="MA-01"),
    total(300, region="MA-06"),
    cell("08", 150, region="MA-06"),
    cell("0802", 140, region="MA-06"),
    cell("08", 90, region="MA-01"),
    total(200, region="MA-06", partner="FR"),
]


def test_every_shape_of_the_lattice_answers_with_its_own_cells() -> None:
    release({"2024": YEAR})
    assert ask(flow="X").rows == [(1000,)]
    assert ask(flow="X", by="partner").rows == [("ES", 300), ("FR", 500)]
    assert ask(flow="X", by="region").rows == [("MA-01", 700), ("MA-06", 300)]
    assert ask(flow="X", by="region,partner").rows == [("MA-06", "FR", 200)]
    assert ask(flow="X", by="partner", product="08").rows == [("FR", 200)]
    assert ask(flow="X", by="product", level="4").rows == [("0802", 250)]
    assert ask(flow="X", by="product", product="08", level="6").records() == [
        {"product": "080270", "value": 250, "status": ""},
        {"product": "080510", "value": None, "status": "c"},
    ]


def test_a_place_answers_down_to_its_own_level_and_says_which() -> None:
    release({"2024": YEAR})
    assert ask(flow="X", region="MA-06", product="0802").rows == [(140,)]
    with pytest.raises(NotCleared) as refusal:
        ask(flow="X", region="MA-01", product="0802")
    assert str(refusal.value.hint) == "These regions are published to level 2."
    with pytest.raises(NotCleared, match="level") as refusal:
        ask(flow="X", region="MA-06,MA-01", by="region", product="0802")
    assert str(refusal.value.hint) == "Published to level: MA-01 2, MA-06 4."
    with pytest.raises(NotCleared) as refusal:
        ask(flow="X", by="partner", product="0802")
    assert "by partner is published to level 2" in str(refusal.value.hint)
    with pytest.raises(NotCleared):
        ask(flow="X", by="region,partner", level="1")
    with pytest.raises(NotCleared):
        ask(flow="X", product="0802700000")
    with pytest.raises(NotCleared):
        ask(flow="X", by="mode")


def test_without_a_level_mixed_places_show_the_coarsest_that_all_have() -> None:
    release({"2024": YEAR})
    assert ask(flow="X", by="region,product", region="MA-01,MA-06").rows == [
        ("MA-01", "08", 90),
        ("MA-06", "08", 150),
    ]
    assert ask(flow="X", by="product", region="MA-06").rows == [("0802", 140)]
    assert [row[0] for row in ask(flow="X", by="product").rows] == ["080270", "080510"]
    # `_U` is published to sections only, and it is among all the regions.
    assert ask(flow="X", by="region,product").rows == []


def test_years_are_the_default_and_every_grain_has_its_own_cells() -> None:
    months = {f"2024-{month:02d}": [total(10 * month)] for month in range(1, 4)}
    release({**months, "2024-Q1": [total(61)], "2024": [total(999)], "2024-03-R12": [total(500)]})
    assert ask(flow="X", by="period").rows == [("2024", 999)]
    assert ask(flow="X", by="period", period="2024-01:2024-03").rows == [
        ("2024-01", 10),
        ("2024-02", 20),
        ("2024-03", 30),
    ]
    # The quarter's own cell, not its months' sum.
    assert ask(flow="X", period="2024-Q1").rows == [(61,)]
    assert ask(flow="X", period="2024-03-R12").rows == [(500,)]
    assert ask(flow="X", by="period", period="2024-03-R12").labels("en")["period"] == {
        "2024-03-R12": "12 months to March 2024"
    }
    with pytest.raises(Invalid, match="overlap"):
        ask(flow="X", period="2024-Q1,2024-02")


def test_a_year_that_has_no_cell_is_its_months_sum_and_firms_are_never_added() -> None:
    release({"2024-01": [total(10)], "2024-02": [total(20)]})
    result = ask(flow="X", period="2024", measures="value,firms", by="period")
    assert result.rows == [("2024", 30, None)]
    assert result.status("en") == "final; 2024: 2 of 12 months"
    assert any("its months are added up" in note for note in result.texts("en"))
    release({"2024-01": [total(10)], "2024-02": [total(None)]})
    assert ask(flow="X", period="2024").records() == [{"value": None, "status": "c"}]


def test_what_was_not_traded_at_a_published_level_is_zero_and_what_was_not_handed_in_is_missing() -> None:
    release({"2024": YEAR, "2023": [total(5), total(7, flow="M")]})
    by_period = ask(flow="X", by="period", product="0802", period="2022:2024", measures="value,net_kg,firms")
    assert by_period.records() == [
        {"period": "2022", "value": None, "net_kg": None, "firms": None, "status": "m"},
        {"period": "2023", "value": 0, "net_kg": 0, "firms": 0, "status": ""},
        {"period": "2024", "value": 250, "net_kg": 1000, "firms": 5, "status": ""},
    ]
    # Imports of 2024 are not in the release: nothing is known of them.
    flows = ask(by="period,flow", flow="X,M", product="08", period="2023:2024").records()
    assert [(row["period"], row["flow"], row["value"], row["status"]) for row in flows] == [
        ("2023", "M", 0, ""),
        ("2023", "X", 0, ""),
        ("2024", "M", None, "m"),
        ("2024", "X", 400, ""),
    ]
    assert ask(flow="X", period="2024", region="MA-05").rows == [(0,)]
    assert ask(flow="M", period="2024").statuses == ["m"]
    assert ask(flow="X", by="partner", partner="FR,DE", period="2024").rows == [("DE", 0), ("FR", 500)]


def test_sectors_are_sums_of_the_countrys_subheadings_hidden_where_one_of_them_is() -> None:
    release({"2024": [total(9), cell("070200", 4), cell("030311", 5), cell("080270", None)]})
    result = ask(flow="X", by="sector")
    assert result.records() == [
        {"sector": "agri", "value": 9, "status": ""},
        {"sector": "fruit", "value": None, "status": "c"},
    ]
    with pytest.raises(NotCleared):
        ask(flow="X", by="sector", region="MA-01")
