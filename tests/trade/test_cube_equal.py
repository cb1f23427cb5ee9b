"""Answers from cells and from facts are equal, on random questions: open data against the files, declared sums too."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trade import factories as make
from tests.trade.cubes import cell, release
from trade import cube
from trade.cube import Query, catalogue, declared, planner, rows, stores
from trade.cube.derive import Derived
from trade.models import Release

pytestmark = pytest.mark.django_db
PARTNERS = ("FR", "ES", "W", "_X")
PRODUCTS = ("TOTAL", "08", "0802", "080270", "080510", "310310", "07", "070200")

fact = st.builds(
    make.comtrade_fact,
    period=st.sampled_from(("2022", "2023")),
    flow=st.sampled_from(("X", "M")),
    reporter=st.sampled_from(("MA", "FR")),
    product=st.sampled_from(PRODUCTS),
    partner=st.sampled_from(PARTNERS),
    value=st.integers(0, 10**12),
    net_kg=st.one_of(st.none(), st.integers(0, 10**9)),
    status=st.sampled_from(("F", "P", "R", None)),
)
facts = st.lists(
    fact,
    min_size=1,
    max_size=25,
    unique_by=lambda row: tuple(row[name] for name in ("period", "flow", "reporter", "product", "partner")),
)
question = st.fixed_dictionaries(
    {
        "by": st.lists(
            st.sampled_from(("period", "flow", "reporter", "partner", "product", "continent")),
            unique=True,
            max_size=3,
        ).map(",".join),
        "measures": st.sampled_from(("value", "value,net_kg", "value,net_kg,unit_value")),
    },
    optional={
        "flow": st.sampled_from(("X", "M", "X,M")),
        "reporter": st.sampled_from(("MA", "FR,MA")),
        "level": st.sampled_from(("0", "1", "2", "4", "6")),
        "period": st.sampled_from(("2022", "2023", "2022:2023")),
        "partner": st.sampled_from(("FR", "W", "ES,FR")),
        "order": st.sampled_from(("value", "-value")),
    },
)


def both(query: Query, made: Release) -> tuple[cube.Result, cube.Result, str]:
    """The answer that the planner chooses, the one from the files, and the table chosen."""
    held, parts = catalogue.rollups_of(made), catalogue.parts_of(made)
    chosen = planner.plan(query, made, held, parts)
    results = []
    for plan in (chosen, planner.plan(query, made, (), parts)):
        found = stores.run(plan) if plan.sources else rows.nothing(plan)
        results.append(rows.result_of(plan, made, Derived((), found, [()] * len(found))))
    # Where nothing of what was asked is in the release no table is read.
    return results[0], results[1], (chosen.table or "") if chosen.sources else ""


def same(first: cube.Result, second: cube.Result) -> None:
    assert first.records() == second.records()
    assert first.total_rows == second.total_rows


# National files hold one level, partner by partner: nothing is told twice, and the statement leaves out the looking.
plain = st.sampled_from((("080270", "080510", "310310", "070200"), ("08", "07"))).flatmap(
    lambda codes: facts.map(
        lambda rows: [
            row for row in rows if row["product"] in codes and row["partner"] != "W"
        ] or [make.comtrade_fact(product=codes[0], partner="FR")]
    )
)  # fmt: skip


@pytest.mark.parametrize("large", [False, True])
@given(st.one_of(facts, plain), question)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cells_and_files_answer_alike(
    monkeypatch: pytest.MonkeyPatch, large: bool, found: list[dict[str, Any]], params: dict[str, str]
) -> None:
    make.vocabulary()
    monkeypatch.setattr(declared, "LARGE", 0 if large else 2_000_000)
    made = make.release(make.comtrade(), found)
    first, second, table = both(Query.parse({"dataset": "comtrade", **params}), made)
    assert table in (("products", "pairs", "") if large else ("cells", ""))
    same(first, second)
    # A sum made ahead tells of all its rows how they were made, not only of those that were asked for.
    assert large or first.texts("en") == second.texts("en")


def test_a_release_with_one_large_part_is_summed_throughout(monkeypatch: pytest.MonkeyPatch) -> None:
    make.vocabulary()
    monkeypatch.setattr(declared, "LARGE", 1)
    made = make.release(
        make.comtrade(),
        [make.comtrade_fact(product="080270", partner=to, period="2022") for to in ("FR", "ES")]
        + [make.comtrade_fact(product="080270", partner="FR", period="2023")],
    )
    assert sorted(made.rollups.values_list("table", "period")) == [
        ("pairs", "2022"), ("pairs", "2023"), ("products", "2022"), ("products", "2023"),
    ]  # fmt: skip
    first, second, table = both(Query.parse({"dataset": "comtrade", "by": "period,partner"}), made)
    assert table == "pairs"
    same(first, second)


def test_a_very_large_part_is_summed_and_the_smallest_sum_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    make.vocabulary()
    monkeypatch.setattr(declared, "LARGE", 1)
    made = make.release(
        make.comtrade(),
        [make.comtrade_fact(product=code, partner=to) for code in make.HS6 for to in ("FR", "ES")],
    )
    assert sorted(made.rollups.values_list("table", flat=True)) == ["pairs", "products"]
    for params, expected in (
        ({"by": "product"}, "products"),
        ({"by": "partner"}, "pairs"),
        ({"by": "partner,product", "level": "1"}, "pairs"),
        ({"by": "partner,product", "level": "6"}, ""),
        ({"by": "mode"}, ""),
        ({"measures": "quantity"}, ""),
    ):
        first, second, table = both(Query.parse({"dataset": "comtrade", **params}), made)
        assert table == expected, params
        same(first, second)


amount = st.one_of(st.none(), st.integers(0, 10**12))


@given(
    st.dictionaries(st.sampled_from(make.HS6), amount, min_size=1),
    st.sets(st.sampled_from(make.HS6), min_size=1),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cleared_cells_add_up_or_are_hidden(cells: dict[str, int | None], asked: set[str]) -> None:
    make.vocabulary()
    release({"2024": [cell("TOTAL", 1), *(cell(code, value) for code, value in cells.items())]})
    found = cube.answer(Query.parse({"flow": "X", "product": ",".join(asked), "period": "2024"})).records()
    amounts = [cells.get(code, 0) for code in asked]
    hidden = any(value is None for value in amounts)
    total = None if hidden else sum(value or 0 for value in amounts)
    assert found == [{"value": total, "status": "c" if hidden else ""}]
