"""Shares, ranks, growth, and the largest with all others together: from published amounts, hidden where these are."""

from typing import Any

import polars as pl
import pytest

from portal.base.errors import Invalid
from reference.models import Country
from tests.trade import factories as make
from tests.trade.cubes import cell, release
from trade import cube
from trade.cube import Query, render

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words() -> None:
    make.vocabulary()
    for code in ("DE", "IT", "US"):
        names = {"name_fr": code, "name_ar": code, "name_en": code}
        Country.objects.get_or_create(code=code, defaults=names)


def open_release(values: dict[tuple[str, str], int], **more: Any) -> None:
    facts = [
        make.comtrade_fact(period=period, partner=partner, value=value, **more)
        for (period, partner), value in values.items()
    ]
    make.release(make.comtrade(), facts)


def ask(**params: str) -> cube.Result:
    return cube.answer(Query.parse({"flow": "X", **params}))


PARTNERS = {
    ("2023", "FR"): 500, ("2023", "ES"): 200, ("2023", "DE"): 50, ("2023", "IT"): 50,
    ("2024", "FR"): 600, ("2024", "ES"): 100, ("2024", "DE"): 150, ("2024", "US"): 150,
}  # fmt: skip


def test_shares_and_ranks_are_within_each_period_and_ties_share_a_rank() -> None:
    open_release(PARTNERS)
    result = ask(dataset="comtrade", by="period,partner", derive="share,rank", period="2024")
    assert [column.name for column in result.columns] == ["period", "partner", "value", "share", "rank"]
    assert [(row[1], row[3], row[4]) for row in result.rows] == [
        ("DE", 15_000, 2),
        ("ES", 10_000, 4),
        ("FR", 60_000, 1),
        ("US", 15_000, 2),
    ]
    assert {column.name: column.unit for column in result.columns}["share"] == "%"


def test_shares_are_of_all_rows_not_only_of_the_page() -> None:
    open_release(PARTNERS)
    result = ask(dataset="comtrade", by="partner", derive="share", period="2024", order="-value", limit="1")
    assert result.rows == [("FR", 600, 60_000)]


def test_growth_compares_with_the_year_before_and_of_nothing_there_is_none() -> None:
    open_release(PARTNERS)
    result = ask(dataset="comtrade", by="partner", derive="growth", period="2024")
    assert result.rows == [("DE", 150, 200_000), ("ES", 100, -50_000), ("FR", 600, 20_000), ("US", 150, None)]
    assert "There is no growth where either year is confidential, missing or nothing." in result.texts("en")
    assert ask(dataset="comtrade", by="period", derive="growth").rows == [
        ("2023", 800, None),
        ("2024", 1000, 25_000),
    ]


def test_the_largest_are_kept_and_the_others_are_one_row_after_them() -> None:
    open_release(PARTNERS)
    result = ask(
        dataset="comtrade", by="period,partner", top="2", derive="share,rank,growth", measures="value,net_kg"
    )
    assert [row[:3] + row[4:] for row in result.rows] == [
        ("2023", "FR", 500, 62_500, 1, None),
        ("2023", "ES", 200, 25_000, 2, None),
        ("2023", "_O", 100, 12_500, None, None),
        ("2024", "FR", 600, 60_000, 1, 20_000),
        ("2024", "DE", 150, 15_000, 2, 200_000),
        # The others of 2024 are ES and US; in 2023 all but FR and DE: 200 and 50.
        ("2024", "_O", 250, 25_000, None, 0),
    ]
    assert result.labels("en")["partner"]["_O"] == "All others"
    assert sum(row[2] for row in result.rows) == 1800


def test_a_partial_year_is_compared_with_the_same_months_only() -> None:
    months = {f"2023-{month:02d}": [cell("TOTAL", 100)] for month in range(1, 13)}
    months |= {f"2024-{month:02d}": [cell("TOTAL", 110)] for month in range(1, 8)}
    release(
        {**months, "2023": [cell("TOTAL", 1200)], "2024": [cell("TOTAL", 770)]},
        months={"2024": 7},
    )
    assert ask(by="period", derive="growth", period="2024").rows == [("2024", 770, 10_000)]
    assert ask(by="period", derive="growth", period="2024-07").rows == [("2024-07", 110, 10_000)]
    # August 2024 is not there: no growth, and a year of which a month is hidden has none either.
    assert ask(by="period", derive="growth", period="2024-08").rows == [("2024-08", None, None)]
    months["2023-03"] = [cell("TOTAL", None)]
    release({**months, "2023": [cell("TOTAL", 1200)], "2024": [cell("TOTAL", 770)]}, months={"2024": 7})
    assert ask(by="period", derive="growth", period="2024").rows == [("2024", 770, None)]


MARKETS = [
    cell("TOTAL", 1000),
    *(
        cell("TOTAL", value, partner=partner)
        for partner, value in {"FR": 500, "ES": 200, "DE": 90, "IT": None, "US": None}.items()
    ),
]


def test_what_is_hidden_has_no_share_no_rank_no_growth_and_the_whole_is_the_published_one() -> None:
    earlier = [cell("TOTAL", 900), cell("TOTAL", 100, partner="IT"), cell("TOTAL", None, partner="FR")]
    release({"2023": earlier, "2024": MARKETS})
    result = ask(by="partner", derive="share,rank,growth", period="2024", order="-value")
    assert result.rows == [
        ("FR", 500, 50_000, 1, None),
        ("ES", 200, 20_000, 2, None),
        ("DE", 90, 9_000, 3, None),
        ("IT", None, None, None, None),
        ("US", None, None, None, None),
    ]
    assert result.statuses == ["", "", "", "c", "c"]


def test_others_that_hold_hidden_codes_are_the_published_total_less_what_is_shown() -> None:
    release({"2024": MARKETS})
    result = ask(by="partner", top="2", derive="share", period="2024")
    assert result.rows == [("FR", 500, 50_000), ("ES", 200, 20_000), ("_O", 300, 30_000)]
    assert result.statuses == ["", "", ""]


def test_one_hidden_code_among_the_others_is_not_told_by_the_difference() -> None:
    release({"2024": MARKETS[:-1]})
    result = ask(by="partner", top="2", derive="share,rank", period="2024")
    assert result.rows[-1] == ("_O", None, None, None)
    assert result.statuses == ["", "", "c"]
    # Nor where only some codes were asked for, whose total is nowhere published.
    release({"2024": MARKETS})
    chosen = ask(by="partner", partner="FR,ES,IT,US", top="1", derive="share", period="2024")
    assert chosen.rows == [("FR", 500, None), ("_O", None, None)]
    assert chosen.statuses == ["", "c"]


def test_every_form_of_the_answer_holds_the_derived_columns() -> None:
    release({"2024": MARKETS})
    result = ask(by="partner", top="2", derive="share,rank", period="2024")
    assert b'"share":50,"rank":1' in render.json_body(result)
    assert b"".join(render.csv_stream(result, "en")).splitlines()[0] == (
        b"partner,partner_label,value,share,rank,status"
    )
    frame = pl.read_parquet(render.parquet_bytes(result))
    assert frame["rank"].to_list() == [1, 2, None]
    assert [str(share) for share in frame["share"]] == ["50.000", "20.000", "30.000"]
    assert b"SHARE" in b"".join(render.sdmx_csv(result))
    assert b'"share"' in render.jsonstat_body(result)
    assert render.xlsx_bytes(result, "ar")[:2] == b"PK"


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"derive": "share"}, "by"),
        ({"derive": "rank", "by": "period"}, "by"),
        ({"top": "3", "by": "flow"}, "by"),
        ({"derive": "share", "by": "partner", "measures": "firms"}, "measures"),
        ({"top": "0", "by": "partner"}, "top"),
        ({"derive": "index", "by": "partner"}, "derive"),
        ({"splice": "HS2012"}, "splice"),
    ],
)
def test_what_cannot_be_derived_is_refused(params: dict[str, str], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        Query.parse(params)


def test_the_question_survives_the_round_trip() -> None:
    params = {"by": "partner", "derive": "share,growth", "top": "10", "splice": "HS2017", "measures": "value"}
    assert Query.parse(params).to_params() == {"dataset": "ma-customs", **params}
