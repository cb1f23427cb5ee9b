"""Facts of companies: what the public may see of them, and that nothing else is anywhere it could be read."""

import random
from collections import defaultdict
from typing import Any

import pytest
from django.db import connection

from tests.trade import factories as make
from trade import cube
from trade.cube import NotCleared, Query, periods
from trade.models import Cell, Release

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words() -> None:
    make.vocabulary()


def ask(**params: str) -> cube.Result:
    return cube.answer(Query.parse(params))


def whole(facts: list[dict[str, Any]], *, whole_years: bool = True, demonstration: bool = True) -> Release:
    """Subheadings are told of whole years only."""
    return make.release(make.customs(), facts, demonstration=demonstration, whole_years=whole_years)


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
    whole([*BASE, *more])
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


def test_the_value_without_a_firm_counts_where_the_largest_share_is_looked_at() -> None:
    # The largest firm's 880 of 1,100 is 80 % once the unnamed 100 are in the value.
    assert shown("080270", *firms("080270", [880, 60, 60]), fact("080270", None, 100)) == ""


def test_a_zero_is_no_secret_and_its_one_firm_is_not_counted() -> None:
    whole([*BASE, fact("080270", 1, 0, net_kg=0)])
    result = ask(product="080270", flow="X", period="2024", measures="value,firms")
    assert result.records() == [{"value": 0, "firms": 0, "status": ""}]


def test_firms_are_distinct_in_every_cell_and_margin_and_rounded_to_five() -> None:
    rows = [*firms("080270", [100] * 8, period="2024-01"), *firms("080270", [100] * 8, period="2024-02")]
    rows += firms("080510", [100] * 13, region="MA-02")
    whole([*BASE, *rows])
    by_product = ask(by="product", product="080270,080510", flow="X", period="2024", measures="firms")
    assert by_product.rows == [("080270", 10), ("080510", 15)]
    # The section's firms are 1 to 13, not 8 + 13 + 12.
    assert ask(by="product", product="S02", flow="X", period="2024", measures="firms").rows == [("S02", 15)]
    assert ask(flow="X", period="2024", measures="firms").rows == [(15,)]


def test_a_lone_hidden_subheading_takes_the_next_smallest_of_its_section() -> None:
    rows = [*firms("080270", [300]), *firms("080510", [200] * 5), *firms("070310", [900] * 5)]
    whole([*BASE, *rows])
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
    whole([*BASE, *small])
    result = ask(by="region,product", level="1", flow="X", period="2024")
    hidden = {
        (row[0], row[1]) for row, status in zip(result.rows, result.statuses, strict=True) if status == "c"
    }
    assert ("MA-08", "S02") in hidden
    totals = ask(by="region", level="0", flow="X", period="2024")
    hidden |= {
        (row[0], "TOTAL") for row, status in zip(totals.rows, totals.statuses, strict=True) if status == "c"
    }
    for place in {region for region, _ in hidden}:
        assert sum(cell[0] == place for cell in hidden) >= 2
    for product in {product for _, product in hidden}:
        assert sum(cell[1] == product for cell in hidden) >= 2
    # The country's own figures stay.
    assert ask(flow="X", period="2024").statuses == [""]


def test_what_has_no_region_is_a_class_of_its_own() -> None:
    whole([*BASE, *firms("070200", [100] * 6, region=None)])
    assert ask(by="region", flow="X", period="2024", region="_U").rows == [("_U", 600)]


def test_a_year_in_the_making_says_how_many_months_it_has() -> None:
    rows = [{**row, "period": f"2024-{1 + number % 7:02d}"} for number, row in enumerate(BASE)]
    whole(rows, whole_years=False)
    result = ask(flow="X", by="period")
    assert result.status("en") == "final; 2024: 7 of 12 months"
    assert [(target.period, target.months, target.of) for target in result.targets] == [("2024", 7, 12)]


@pytest.mark.parametrize(
    "params",
    [
        {"by": "mode"},
        {"mode": "1"},
        {"period": "2024-01", "by": "product", "level": "4"},
        {"period": "2024-Q1", "product": "080270"},
        {"period": "2024-01:2024-03", "by": "partner", "level": "2"},
        {"period": "2024-12-R12", "product": "0802"},
        {"period": "2024-01", "by": "region,partner", "level": "0"},
        {"product": "0802700000"},
        {"by": "region", "product": "080270"},
        {"region": "MA-08", "by": "product", "level": "6"},
        {"by": "partner", "level": "4"},
        {"by": "region,partner", "level": "1"},
    ],
)
def test_what_is_finer_is_not_cleared_and_says_what_is_there(params: dict[str, str]) -> None:
    whole(BASE)
    with pytest.raises(NotCleared) as refusal:
        ask(**params)
    assert (refusal.value.code, refusal.value.status) == ("not_cleared", 403)
    assert "published" in f"{refusal.value} {refusal.value.hint}"


def test_an_extract_that_is_no_demonstration_is_cleared_by_the_same_rule() -> None:
    shown = []
    for demonstration in (True, False):
        release = whole(BASE, demonstration=demonstration)
        rows = Cell.objects.filter(rollup__releases=release).order_by("rollup__period", "pk")
        shown.append(
            list(rows.values_list("rollup__period", "flow", "region", "product", "partner", "value"))
        )
    assert shown[0] == shown[1]
    assert {row[2] for row in shown[1]} == {"", "MA-01", "MA-06", "MA-07"}


@pytest.mark.parametrize("months", [7, 12])
def test_subheadings_are_told_of_whole_years_and_chapters_of_every_month(months: int) -> None:
    rows = [{**row, "period": f"2024-{month:02d}"} for row in BASE for month in range(1, months + 1)]
    whole(rows, whole_years=False)
    assert ask(product="07", flow="X", period="2024-02").rows == [(360_000_000,)]
    assert ask(product="07", flow="X", period="2024").rows == [(months * 360_000_000,)]
    if months == 12:
        assert ask(product="070200", flow="X", period="2024").rows == [(12 * 360_000_000,)]
    else:
        with pytest.raises(NotCleared):
            ask(product="070200", flow="X", period="2024")


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
    whole(facts)
    section_of = {chapter: name for name, chapters in make.SECTIONS.items() for chapter in chapters}
    cells = list(Cell.objects.select_related("rollup"))
    assert {(cell.level, cell.region != "", cell.partner != "W") for cell in cells} >= {
        (0, False, False), (1, False, False), (2, False, False), (4, False, False), (6, False, False),
        (0, True, False), (1, True, False), (0, False, True), (0, True, True),
    }  # fmt: skip
    for cell in cells:
        months = periods.months(cell.rollup.period)
        rows = [
            row
            for row in facts
            if row["period"] in months
            and row["flow"] == cell.flow
            and cell.region in {"", row["region"] or "_U"}
            and cell.partner in {"W", row["partner"]}
            and (
                cell.product in {"TOTAL", section_of[row["product"][:2]]}
                or (cell.level > 1 and row["product"].startswith(cell.product))
            )
        ]
        total = sum(row["value"] for row in rows)
        by_firm: dict[str, int] = defaultdict(int)
        for row in rows:
            if row["company"] and (row["value"] or row["net_kg"]):
                by_firm[row["company"][:9]] += row["value"]
        weights = [row["net_kg"] for row in rows if row["net_kg"] is not None]
        secret = len(by_firm) < 3 or max(by_firm.values()) * 100 > total * 85
        if secret and (total or weights):
            assert cell.status == "c", cell
        if cell.status != "c":
            count = len(by_firm)
            assert (cell.value, cell.net_kg) == (total, sum(weights) if weights else None)
            assert cell.firms == max(5, (count + 2) // 5 * 5)
    assert 0 < sum(cell.status == "c" for cell in cells) < len(cells)


def test_no_hidden_amount_is_in_the_tables() -> None:
    """Asked in SQL, past every model: a suppressed cell is empty, and no text or number of a firm is anywhere."""
    whole(random_facts(4))
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
        release = whole(facts)
        rows = Cell.objects.filter(rollup__releases=release)
        return sorted(
            rows.values_list("rollup__period", "flow", "region", "product", "status", "value"), key=str
        )

    facts = random_facts(5)
    # One fact more in a year of its own: other parts, other rollups of that year, the same cells elsewhere.
    more = [*facts[::-1], *firms("070200", [5] * 4, period="2020-01", region="MA-01")]
    first = statuses(facts)
    assert [row for row in statuses(more) if row[0][:4] != "2020"] == first
