"""Facts without companies: one product level, the World or partners, what is summed is said. Against brute force."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.base.errors import Invalid, Missing
from tests.trade import factories as make
from trade import cube
from trade.cube import Query
from trade.models import Release

pytestmark = pytest.mark.django_db
Fact = dict[str, Any]
Sums = dict[tuple[str, ...], tuple[int, int | None]]


@pytest.fixture(autouse=True)
def words() -> None:
    make.vocabulary()


def ask(**params: str) -> cube.Result:
    return cube.answer(Query.parse({"dataset": "comtrade", **params}))


def cells(result: cube.Result) -> Sums:
    width = len(result.dimensions)
    return {tuple(code or "" for code in row[:width]): row[width : width + 2] for row in result.rows}


def fact(product: str, partner: str, value: int, **more: Any) -> Fact:
    return make.comtrade_fact(product=product, partner=partner, value=value, **more)


# --- By hand ---------------------------------------------------------------------------------------------------------

MOROCCO = [
    fact("TOTAL", "W", 1000), fact("TOTAL", "FR", 600), fact("TOTAL", "ES", 390),
    fact("08", "W", 300), fact("08", "FR", 200), fact("08", "ES", 100),
    fact("0802", "W", 120), fact("0802", "FR", 120),
    fact("080270", "FR", 70), fact("080270", "ES", 5), fact("080510", "FR", 11, status="P"),
    fact("TOTAL", "W", 40, flow="RX"), fact("080270", "FR", 9, reporter="ES"),
]  # fmt: skip


def test_nothing_asked_is_the_reported_total_with_the_world() -> None:
    make.release(make.comtrade(), MOROCCO)
    assert cells(ask(reporter="MA", flow="X", measures="value,net_kg")) == {(): (1000, 500)}


def test_flows_are_told_apart_and_never_added() -> None:
    make.release(make.comtrade(), MOROCCO)
    result = ask(reporter="MA", measures="value,net_kg")
    assert cells(result) == {("RX",): (40, 500), ("X",): (1000, 500)}
    assert "In this dataset exports (X) hold re-exports (RX)." in result.texts("en")


def test_partners_are_asked_for_by_name_and_their_total_stays_out() -> None:
    make.release(make.comtrade(), MOROCCO)
    result = ask(reporter="MA", flow="X", by="partner", product="08")
    assert result.records() == [
        {"partner": "ES", "value": 100, "status": ""},
        {"partner": "FR", "value": 200, "status": ""},
    ]
    assert ask(reporter="MA", flow="X", by="partner", partner="W", product="08").rows == [("W", 300)]
    assert ask(reporter="MA", flow="X", partner="FR,ES", product="08").rows == [(300,)]


def test_partners_are_added_where_the_world_was_not_reported_and_the_notes_say_so() -> None:
    make.release(make.comtrade(), MOROCCO)
    result = ask(reporter="MA", flow="X", product="080270", measures="value,net_kg")
    assert result.rows == [(75, 1000)]
    assert "Where the World was not reported, partners are added up." in result.texts("en")
    assert "Where the World" not in " ".join(ask(reporter="MA", flow="X", product="08").texts("en"))


def test_a_finer_level_is_added_only_where_the_asked_one_was_not_reported() -> None:
    facts = [*MOROCCO, fact("310310", "FR", 50), fact("310530", "FR", 8), fact("3103", "FR", 51)]
    make.release(make.comtrade(), facts)
    result = ask(reporter="MA", flow="X", by="product", level="2", partner="FR")
    # 31: the heading 3103 (51, not its subheading's 50) and 310530, whose heading is not reported.
    assert result.rows == [("08", 200), ("31", 59)]
    assert any("product level" in note for note in result.texts("en"))
    assert any(
        "product level" in note for note in ask(reporter="MA", flow="X", by="product", level="1").texts("en")
    )
    headings = ask(reporter="MA", flow="X", by="product", level="4")
    assert headings.rows == [("0802", 120), ("0805", 11), ("3103", 51), ("3105", 8)]


def test_products_below_a_chapter_are_shown_at_the_level_asked_for() -> None:
    make.release(make.comtrade(), MOROCCO)
    result = ask(reporter="MA", flow="X", by="product", product="08", level="6", order="-value")
    assert result.rows == [("080270", 75), ("080510", 11)]
    assert result.statuses == ["", "P"]
    assert result.status("en") == "provisional"
    assert ask(reporter="MA", flow="X", by="product", product="S02", level="6").rows == [
        ("080270", 75),
        ("080510", 11),
    ]


def test_sectors_are_sums_of_subheadings_by_the_longest_rule() -> None:
    make.release(make.comtrade(), MOROCCO)
    result = ask(reporter="MA", flow="X", by="sector")
    assert result.rows == [("agri", 11), ("fruit", 75)]
    assert ask(reporter="MA", flow="X", sector="fruit").rows == [(75,)]
    with pytest.raises(Invalid, match="level"):
        ask(by="sector", level="2")


def test_missing_is_not_zero() -> None:
    make.release(make.comtrade(), [fact("08", "FR", 0), fact("08", "ES", 5)])
    result = ask(flow="X", by="partner", product="08", partner="FR,ES,MA")
    assert result.records() == [
        {"partner": "ES", "value": 5, "status": ""},
        {"partner": "FR", "value": 0, "status": ""},
        {"partner": "MA", "value": None, "status": "m"},
    ]
    assert ask(flow="M", product="08").records() == [{"value": None, "status": "m"}]
    assert ask(flow="X", product="08", by="period", period="2030").records() == [
        {"period": "2030", "value": None, "status": "m"}
    ]


def test_a_year_is_the_sum_of_its_months_only_where_it_was_not_reported() -> None:
    monthly = [fact("08", "W", 10 + month, period=f"2024-{month:02d}", freq="M") for month in range(1, 8)]
    monthly.append(fact("08", "W", 99, period="2023-01", freq="M"))
    make.release(make.comtrade(), [*monthly, fact("08", "W", 500, period="2023")])
    result = ask(flow="X", product="08", by="period")
    assert result.rows == [("2023", 500), ("2024", 98)]
    assert result.status("en") == "final; 2024: 7 of 12 months"
    assert any("months are added up" in note for note in result.texts("en"))
    assert ask(flow="X", product="08", by="period", period="2024-Q1,2024-05").rows == [
        ("2024-05", 15),
        ("2024-Q1", 36),
    ]
    with pytest.raises(Invalid, match="overlap"):
        ask(flow="X", product="08", period="2024-Q1,2024-02")


def test_quantities_of_different_units_have_no_sum_and_a_price_needs_every_weight() -> None:
    make.release(
        make.comtrade(),
        [
            fact("080270", "FR", 3000, net_kg=2000, quantity=10, unit="5"),
            fact("080270", "ES", 1000, net_kg=1000, quantity=20, unit="8"),
            fact("080510", "FR", 3000, net_kg=2000, quantity=10, unit="5"),
            fact("080510", "ES", 1000, net_kg=None, quantity=20, unit="5"),
            fact("070200", "ES", 1000, net_kg=0),
        ],
    )
    result = ask(flow="X", by="product", level="6", measures="value,net_kg,quantity,unit_value")
    names = [column.name for column in result.columns]
    assert names == ["product", "value", "net_kg", "quantity", "unit", "unit_value"]
    assert result.rows == [
        ("070200", 1000, 0, None, None, None),
        ("080270", 4000, 3000, None, None, 1333),
        ("080510", 4000, 2000, 30, "5", None),
    ]


def test_codes_that_do_not_exist_and_firms_that_nobody_counted_are_refused() -> None:
    make.release(make.comtrade(), [*MOROCCO, fact("999998", "FR", 5)])
    for params, said in [
        ({"partner": "QQ"}, "partner"), ({"reporter": "ZZ"}, "reporter"), ({"product": "123456"}, "product"),
        ({"sector": "none"}, "sector"), ({"measures": "firms"}, "firms"),
    ]:  # fmt: skip
        with pytest.raises(Invalid, match=said):
            ask(**params)
    # A code of an edition whose list is not loaded is known by being used; a UN area needs no list.
    assert ask(product="999998", flow="X").rows == [(5,)]
    assert ask(partner="_X490", flow="X").statuses == ["m"]


def test_a_dataset_or_release_that_is_not_public_is_missing() -> None:
    with pytest.raises(Missing):
        ask()
    staged = make.release(make.comtrade(), MOROCCO, publish=False)
    with pytest.raises(Missing):
        ask()
    with pytest.raises(Missing):
        ask(release=str(staged.number))
    first = make.release(make.comtrade(), MOROCCO)
    second = make.release(make.comtrade(), [fact("TOTAL", "W", 2000)])
    assert ask(flow="X").rows == [(2000,)]
    assert ask(release=str(first.number), flow="X", reporter="MA").rows == [(1000,)]
    Release.objects.filter(pk=second.pk).update(state="withdrawn")
    with pytest.raises(Missing):
        ask(release=str(second.number))


def test_pages_of_an_answer_follow_each_other_without_a_gap() -> None:
    make.release(make.comtrade(), [fact(code, "W", 1) for code in make.HS6])
    whole = ask(flow="X", by="product", level="6")
    seen, offset = [], 0
    while True:
        page = ask(flow="X", by="product", level="6", limit="3", offset=str(offset))
        assert page.total_rows == len(make.HS6)
        seen += page.rows
        if page.next_offset is None:
            break
        offset = page.next_offset
    assert seen == whole.rows
    assert len(seen) == 10


# --- Against brute force ---------------------------------------------------------------------------------------------


def oracle(facts: Iterable[Fact], level: int, *, world: bool, by: tuple[str, ...]) -> Sums:
    """The rules of the grammar, one row at a time."""
    found: dict[tuple[str, ...], list[Fact]] = defaultdict(list)
    base = [row for row in facts if row["level"] >= level and (world or not row["is_total"])]

    def same(row: Fact, other: Fact) -> bool:
        keys = ("period", "reporter", "flow") + (() if world else ("partner",))
        return all(row[key] == other[key] for key in keys)

    def covered(row: Fact) -> bool:
        return any(
            other["level"] < row["level"] and same(row, other)
            and (other["level"] == 0 or row["product"].startswith(other["product"]))
            for other in base
        )  # fmt: skip

    kept = [row for row in base if not covered(row)]
    for row in kept:
        twins = (other for other in kept if same(row, other) and other["product"] == row["product"])
        if world and not row["is_total"] and any(other["is_total"] for other in twins):
            continue
        item = "TOTAL" if level == 0 else row["product"][:level]
        found[tuple(item if name == "product" else row[name] for name in by)].append(row)
    return {
        key: (
            sum(row["value"] for row in rows),
            sum(row["net_kg"] for row in rows if row["net_kg"] is not None)
            if any(row["net_kg"] is not None for row in rows)
            else None,
        )
        for key, rows in found.items()
    }


facts_drawn = st.lists(
    st.builds(
        fact,
        st.sampled_from(["TOTAL", "07", "08", "0802", "0805", "080270", "080510", "070200", "31"]),
        st.sampled_from(["W", "FR", "ES"]),
        st.integers(0, 10**12),
        net_kg=st.one_of(st.none(), st.integers(0, 10**9)),
        period=st.sampled_from(["2022", "2023"]),
        flow=st.sampled_from(["X", "M"]),
        reporter=st.sampled_from(["MA", "FR"]),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda row: tuple(row[key] for key in ("product", "partner", "period", "flow", "reporter")),
)


dimensions = st.sets(st.sampled_from(["period", "reporter", "product"]))


@given(facts_drawn, st.sampled_from([0, 2, 4, 6]), st.booleans(), dimensions)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rollups_and_files_answer_as_brute_force_does(
    facts: list[Fact], level: int, world: bool, more: set[str]
) -> None:
    by = ("flow", *sorted(more), *(() if world else ("partner",)))
    release = make.release(make.comtrade(), facts)
    params = {"by": ",".join(by), "level": str(level), "measures": "value,net_kg", "limit": "1000"}
    expected = oracle(facts, level, world=world, by=by)
    assert cells(ask(**params)) == expected
    release.rollups.clear()  # without rollups the release is answered from its files
    assert cells(ask(**params)) == expected


def test_modes_of_transport_are_answered_from_the_files() -> None:
    facts = [
        fact("080270", "FR", 10, mode="1"), fact("080270", "FR", 20, mode="4"), fact("080270", "ES", 7, mode="1"),
    ]  # fmt: skip
    make.release(make.comtrade(), facts)
    assert ask(flow="X", by="mode", product="080270").rows == [("1", 17), ("4", 20)]
    assert ask(flow="X", by="partner", mode="4,9", product="080270").rows == [("FR", 20)]
    assert ask(flow="X", by="partner", product="080270").rows == [("ES", 7), ("FR", 30)]
