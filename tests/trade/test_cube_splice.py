"""Series over editions of the Harmonized System: real tables, every relation told, nothing lost on the way."""

from collections import Counter

import pytest

from portal.base.errors import Invalid
from reference import selectors as reference
from tests.trade import factories as make
from trade import cube
from trade.cube import Query, splice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words() -> None:
    make.vocabulary()


def ask(**params: str) -> cube.Result:
    return cube.answer(Query.parse({"dataset": "comtrade", "flow": "X", "splice": "HS2017", **params}))


def test_the_tables_are_the_uns_every_later_code_goes_to_one_earlier_code() -> None:
    links = reference.hs_links("HS2022", "HS2017")
    assert Counter(link.relation for link in links) == {"n:n": 10_114, "1:1": 4_097, "n:1": 1_392, "1:n": 54}
    converted = Counter(link.later for link in links if link.converts)
    assert len(converted) == 5_613
    assert set(converted.values()) == {1}
    ended = [
        code for code, (relation, _links) in splice.marks("HS2017").items() if relation == "discontinued"
    ]
    assert len(ended) == 25
    assert reference.hs_links("HS2022", "HS1992") == ()


def changed(relation: str) -> tuple[str, str]:
    """A later code and its earlier one, which differ."""
    return next(
        (link.later, link.earlier)
        for link in reference.hs_links("HS2022", "HS2017")
        if link.converts and link.later != link.earlier and link.relation == relation
    )


def test_a_long_series_is_told_in_the_earlier_code_with_its_relation_and_links() -> None:
    later, earlier = changed("n:1")
    make.release(
        make.comtrade(),
        [
            make.comtrade_fact(period="2020", product=earlier, partner="W", value=10, edition="HS2017"),
            make.comtrade_fact(period="2023", product=later, partner="W", value=30),
            make.comtrade_fact(period="2023", product="080270", partner="W", value=5),
        ],
    )
    rows = ask(by="period,product", product=earlier).records()
    assert [(row["period"], row["product"], row["value"]) for row in rows] == [
        ("2020", earlier, 10),
        ("2023", earlier, 30),
    ]
    assert {row["relation"] for row in rows} == {splice.marks("HS2017")[earlier][0]}
    assert all(later in row["links"].split() for row in rows)
    every = ask(by="product", level="6", period="2023")
    assert {row[0]: row[1] for row in every.rows} == {earlier: 30, "080270": 5}
    # Without splicing nothing is moved.
    plain = cube.answer(Query.parse({"dataset": "comtrade", "flow": "X", "by": "product", "period": "2023"}))
    assert plain.column("product") == sorted(["080270", later])


def test_many_to_many_is_shown_and_totals_stay_as_reported() -> None:
    later, earlier = changed("n:n")
    make.release(make.comtrade(), [make.comtrade_fact(period="2023", product=later, partner="W", value=7)])
    result = ask(product=earlier, period="2023")
    assert result.rows == [(7,)]
    assert any(earlier in note and "related" in note for note in result.texts("en"))
    chapter = ask(product=later[:2], period="2023")
    assert chapter.rows == [(7,)]
    assert any("stand as reported" in note for note in chapter.texts("en"))
    with pytest.raises(Invalid, match="splice"):
        ask(product="08027000", period="2023")


def test_a_code_that_nothing_is_converted_to_is_marked_as_discontinued() -> None:
    ended = next(
        code for code, (relation, _) in splice.marks("HS2017").items() if relation == splice.DISCONTINUED
    )
    facts = [
        make.comtrade_fact(period="2020", product=ended, partner="W", value=3, edition="HS2017"),
        make.comtrade_fact(period="2023", product="080270", partner="W", value=5),
    ]
    make.release(make.comtrade(), facts)
    rows = ask(by="period,product", product=ended, period="2020,2023").records()
    assert [(row["period"], row["value"], row["status"], row["relation"]) for row in rows] == [
        ("2020", 3, "", "discontinued"),
        ("2023", None, "m", "discontinued"),
    ]
