"""Facts of companies: what the public may see of them, and that nothing else is anywhere it could be read."""

import random
from collections import defaultdict
from typing import Any

import pytest
from django.db import connection

from tests.trade import factories as make
from trade import cube
from trade.cube import NotCleared, Query
from trade.models import Cell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words() -> None:
    make.vocabulary()


def ask(**params: str) -> cube.Result:
    return cube.answer(Query.parse(params))


def fact(product: str, firm: int | None, value: int, **more: Any) -> dict[str, Any]:
    company = None if firm is None else make.ice(firm)
    return make.customs_fact(product=f"{product}0000", company=company, value=value, **more)


def firms(product: str, values: list[int], **more: Any) -> list[dict[str, Any]]:
    """One fact a firm, firms 1, 2, 3 …"""
    return [fact(product, number, value, **more) for number, value in enumerate(values, 1)]


# Large products of many firms, so that what a test looks at can be hidden without the totals' following.
BASE = [
    row
    for product in ("010121", "030311", "030312", "070200", "310310", "310530", "610910")
    for region in ("MA-01", "MA-06", "MA-07")
    for row in firms(product, [10_000_000] * 12, region=region)
]


def shown(product: str, *more: dict[str, Any]) -> str:
    """The status of one national subheading of exports in 2024."""
    make.release(make.customs(), [*BASE, *more])
    return ask(product=product, flow="X", period="2024").statuses[0]


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ([500, 500], "c"),  # two firms
        ([400, 300, 300], ""),
        ([850, 75, 75], ""),  # 85.0 % exactly
        ([851, 75, 74], "c"),
    ],
)
def test_three_firms_and_none_above_85_percent(values: list[int], status: str) -> None:
    assert shown("080270", *firms("080270", values)) == status


def test_establishments_of_one_enterprise_are_one_firm() -> None:
    rows = [
        make.customs_fact(product="0802700000", company=make.ice(7, part), value=400) for part in (1, 2, 3, 4)
    ]
    assert shown("080270", *rows) == "c"


def test_facts_without_a_firm_count_in_the_value_and_prove_nobody() -> None:
    assert shown("080270", *firms("080270", [400, 300]), fact("080270", None, 5000)) == "c"
    # The largest firm's 880 of 1,000 is 80 % once the unnamed 100 are in the value.
    assert shown("080270", *firms("080270", [880, 60, 60]), fact("080270", None, 100)) == ""


def test_a_zero_is_no_secret_and_its_one_firm_is_not_counted() -> None:
    make.release(make.customs(), [*BASE, fact("080270", 1, 0, net_kg=0)])
    result = ask(product="080270", flow="X", period="2024", measures="value,firms")
    assert result.records() == [{"value": 0, "firms": None, "status": ""}]


def test_firms_are_distinct_in_every_cell_and_margin_and_rounded_to_five() -> None:
    rows = [*firms("080270", [100] * 8, period="2024-01"), *firms("080270", [100] * 8, period="2024-02")]
    rows += firms("080510", [100] * 13, region="MA-02")
    make.release(make.customs(), [*BASE, *rows])
    by_product = ask(by="product", product="080270,080510", flow="X", period="2024", measures="firms")
    assert by_product.rows == [("080270", 10), ("080510", 15)]
    # The section's firms are 1 to 13, not 8 + 13 + 12.
    assert ask(by="product", product="S02", flow="X", period="2024", measures="firms").rows == [("S02", 15)]
    assert ask(flow="X", period="2024", measures="firms").rows == [(15,)]


def test_a_lone_hidden_subheading_takes_the_next_smallest_of_its_section() -> None:
    rows = [*firms("080270", [300]), *firms("080510", [200] * 5), *firms("070310", [900] * 5)]
    make.release(make.customs(), [*BASE, *rows])
    result = ask(
        by="product", product="S02", level="6", flow="X", period="2024", measures="value,net_kg,firms"
    )
    statuses = dict(zip(result.column("product"), result.statuses, strict=True))
    assert statuses == {"070200": "", "070310": "", "080270": "c", "080510": "c"}
    hidden = [row for row, status in zip(result.rows, result.statuses, strict=True) if status == "c"]
    assert [row[1:] for row in hidden] == [(None, None, None)] * 2
    section = ask(by="product", product="S02", flow="X", period="2024")
    assert section.rows == [("S02", 36 * 10_000_000 + 300 + 1000 + 4500)]
    # A sum over a hidden cell is hidden too, not silently smaller.
    assert ask(product="08", level="6", flow="X", period="2024").records() == [{"value": None, "status": "c"}]


def test_a_lone_hidden_section_of_a_region_has_company_in_its_row_and_its_column() -> None:
    small = [*firms("080270", [300], region="MA-08"), *firms("010121", [40] * 9, region="MA-08")]
    make.release(make.customs(), [*BASE, *small])
    result = ask(by="region,product", level="1", flow="X", period="2024")
    hidden = {
        (row[0], row[1]) for row, status in zip(result.rows, result.statuses, strict=True) if status == "c"
    }
    assert ("MA-08", "S02") in hidden
    for place, axis in ((region, 0) for region in {region for region, _ in hidden}):
        assert sum(cell[axis] == place for cell in hidden) >= 2
    for product in {product for _, product in hidden}:
        assert sum(cell[1] == product for cell in hidden) >= 2
    totals = ask(by="region", flow="X", period="2024")
    assert dict(totals.rows)["MA-08"] == 300 + 360
    assert totals.statuses == [""] * 4


def test_what_has_no_region_is_a_class_of_its_own() -> None:
    make.release(make.customs(), [*BASE, *firms("070200", [100] * 6, region=None)])
    assert ask(by="region", flow="X", period="2024", region="_U").rows == [("_U", 600)]


def test_a_year_in_the_making_says_how_many_months_it_has() -> None:
    rows = [{**row, "period": f"2024-{1 + number % 7:02d}"} for number, row in enumerate(BASE)]
    make.release(make.customs(), rows)
    result = ask(flow="X", by="period")
    assert result.status("en") == "final; 2024: 7 of 12 months"
    assert [(target.period, target.months, target.of) for target in result.targets] == [("2024", 7, 12)]


@pytest.mark.parametrize(
    "params",
    [
        {"by": "partner"},
        {"partner": "FR"},
        {"by": "mode"},
        {"mode": "1"},
        {"period": "2024-01"},
        {"period": "2024-Q1"},
        {"period": "2024-01:2024-03"},
        {"by": "product", "level": "2"},
        {"by": "product", "level": "4"},
        {"product": "0802"},
        {"product": "0802700000"},
        {"by": "region", "product": "080270"},
        {"region": "MA-08", "by": "product", "level": "6"},
        {"region": "MA-08", "by": "product", "level": "2"},
    ],
)
def test_what_is_finer_is_not_yet_cleared_and_says_what_is_there(params: dict[str, str]) -> None:
    make.release(make.customs(), BASE)
    with pytest.raises(NotCleared) as refusal:
        ask(**params)
    assert (refusal.value.code, refusal.value.status) == ("not_cleared", 403)
    assert "published" in f"{refusal.value} {refusal.value.hint}"


def test_an_extract_that_is_no_demonstration_shows_the_countrys_sections_only() -> None:
    release = make.release(make.customs(), [*BASE, *firms("080270", [300])], demonstration=False)
    sections = ask(by="product", level="1", flow="X", period="2024")
    assert sections.column("product") == ["S01", "S02", "S06", "S11"]
    assert sections.statuses == [""] * 4
    assert ask(flow="X", period="2024").statuses == [""]
    for params in (
        {"by": "region"},
        {"region": "MA-01"},
        {"product": "070200"},
        {"by": "product", "level": "6"},
    ):
        with pytest.raises(NotCleared):
            ask(**params)
    assert set(Cell.objects.filter(rollup__releases=release).values_list("level", "region")) == {
        (0, ""),
        (1, ""),
    }


def random_facts(seed: int) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    return [
        fact(
            draw.choice(make.HS6),
            draw.choice([None, *range(1, 30)]),
            draw.randint(0, 10**6) * draw.choice([1, 1000]),
            region=draw.choice([None, "MA-01", "MA-02", "MA-03", "MA-06"]),
            period=draw.choice(["2023-01", "2023-02", "2024-05"]),
            flow=draw.choice(["X", "M"]),
            net_kg=draw.choice([None, draw.randint(1, 10**6)]),
        )
        for _ in range(180)
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cells_are_the_facts_sums_or_hidden_and_every_sensitive_one_is(seed: int) -> None:
    facts = random_facts(seed)
    make.release(make.customs(), facts)
    section_of = {chapter: name for name, chapters in make.SECTIONS.items() for chapter in chapters}
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in facts:
        year, flow, region = row["period"][:4], row["flow"], row["region"] or "_U"
        section, hs6 = section_of[row["product"][:2]], row["product"][:6]
        for place in ((year, flow, "", "TOTAL"), (year, flow, "", section), (year, flow, "", hs6)):
            groups[place].append(row)
        for place in ((year, flow, region, "TOTAL"), (year, flow, region, section)):
            groups[place].append(row)
    found = Cell.objects.select_related("rollup")
    cells = {(cell.rollup.period, cell.flow, cell.region, cell.product): cell for cell in found}
    assert set(cells) == set(groups)
    for place, rows in groups.items():
        cell, total = cells[place], sum(row["value"] for row in rows)
        by_firm: dict[str, int] = defaultdict(int)
        for row in rows:
            if row["company"]:
                by_firm[row["company"][:9]] += row["value"]
        weights = [row["net_kg"] for row in rows if row["net_kg"] is not None]
        secret = len(by_firm) < 3 or max(by_firm.values()) * 100 > total * 85
        if secret and (total or weights):
            assert cell.status == "c", place
        if cell.status != "c":
            count = len(by_firm)
            assert (cell.value, cell.net_kg) == (total, sum(weights) if weights else None)
            assert cell.firms == max(5, (count + 2) // 5 * 5)
    assert 0 < sum(cell.status == "c" for cell in cells.values()) < len(cells)


def test_no_hidden_amount_is_in_the_tables() -> None:
    """Asked in SQL, past every model: a suppressed cell is empty, and no text or number of a firm is anywhere."""
    make.release(make.customs(), random_facts(4))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(value), count(net_kg), count(quantity), count(firms), bool_or(weighed),"
            " count(NULLIF(unit, '')) FROM trade_cell WHERE status = 'c'"
        )
        hidden, *amounts = cursor.fetchone()
        assert hidden > 0
        assert amounts == [0, 0, 0, 0, False, 0]
        cursor.execute("SELECT string_agg(c::text, ' ') FROM trade_cell c")
        (everything,) = cursor.fetchone()
    assert make.ice(1)[:9] not in everything


def test_the_clearance_does_not_depend_on_the_order_of_the_facts() -> None:
    def statuses(facts: list[dict[str, Any]]) -> list[tuple[str, ...]]:
        release = make.release(make.customs(), facts)
        rows = Cell.objects.filter(rollup__releases=release)
        return sorted(
            rows.values_list("rollup__period", "flow", "region", "product", "status", "value"), key=str
        )

    facts = random_facts(5)
    # One fact more in a year of its own: other parts, other rollups of that year, the same cells elsewhere.
    more = [*facts[::-1], *firms("070200", [5] * 4, period="2020-01", region="MA-01")]
    first = statuses(facts)
    assert [row for row in statuses(more) if row[0] != "2020"] == first
