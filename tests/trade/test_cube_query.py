"""The grammar of the cube: what is read, what is refused and how, and that an address survives the round trip."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from portal.base.errors import Invalid
from trade.cube import Presentation, Query, grammar, periods


def parse(**params: str) -> Query:
    return Query.parse(params)


def test_nothing_asked_is_the_value_of_everything_in_the_national_dataset() -> None:
    query = Query.parse({})
    assert (query.dataset, query.release, query.measures, query.by) == ("ma-customs", None, ("value",), ())
    assert query.to_params() == {"dataset": "ma-customs", "measures": "value"}


def test_a_full_question_is_read_and_written_back() -> None:
    text = (
        "dataset=comtrade&release=7&measures=value,net_kg&by=period,partner&flow=M,X&product=0802.70,080510"
        "&partner=fr,ES&reporter=ma&period=2021:2023&edition=hs2017&order=-value&limit=50&offset=100&lang=ar&format=csv"
    )
    query = Query.parse(QueryDict(text))
    assert query.filters["product"] == ("080270", "080510")
    assert query.filters["partner"] == ("ES", "FR")
    assert query.to_params() == {
        "dataset": "comtrade", "release": "7", "measures": "value,net_kg", "by": "period,partner",
        "period": "2021:2023", "flow": "M,X", "product": "080270,080510", "partner": "ES,FR",
        "reporter": "MA", "edition": "HS2017",
        "order": "-value", "limit": "50", "offset": "100",
    }  # fmt: skip
    assert Presentation.parse(QueryDict(text)) == Presentation("csv", "ar")


def test_a_list_may_be_repeated_and_an_empty_value_is_none() -> None:
    query = Query.parse(QueryDict("region=MA-08&region=MA-01&flow=&by="))
    assert query.filters == {"region": ("MA-01", "MA-08")}


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"measure": "value"}, ["measure", "measures"]),
        ({"measures": "price"}, ["measures", "unit_value"]),
        ({"by": "country"}, ["by", "partner"]),
        ({"flow": "E"}, ["flow", "X M RX RM"]),
        ({"region": "MA-13"}, ["region", "MA-12"]),
        ({"product": "8"}, ["product", "080270"]),
        ({"product": "S22"}, ["product", "S21"]),
        ({"product": "08,0802"}, ["product", "level"]),
        ({"product": "080270", "level": "2"}, ["product", "level"]),
        ({"partner": "FRA"}, ["partner", "alpha-2"]),
        ({"partner": "W,FR"}, ["partner", "W"]),
        ({"mode": "6"}, ["mode", "1 2 3 4 5 7 9"]),
        ({"level": "3"}, ["level", "0 1 2 4 6 8 10"]),
        ({"level": "2,4"}, ["level", "one value"]),
        ({"edition": "2022"}, ["edition", "HS2022"]),
        ({"period": "2024-13"}, ["period", "2024-Q1"]),
        ({"period": "2024:2021"}, ["period"]),
        ({"period": "2021:2024-03"}, ["period"]),
        ({"order": "-net_kg"}, ["order", "-value"]),
        ({"limit": "0"}, ["limit", "100000"]),
        ({"limit": "100001"}, ["limit", "100000"]),
        ({"offset": "-1"}, ["offset"]),
        ({"release": "latest"}, ["release"]),
        ({"dataset": "../etc"}, ["dataset", "/api/v1/datasets/"]),
        ({"lang": "de"}, ["lang", "fr ar en"]),
        ({"format": "pdf"}, ["format", "jsonstat"]),
    ],
)
def test_a_refusal_names_the_parameter_and_what_it_allows(params: dict[str, str], said: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        Query.parse(params)
    for words in said:
        assert words in str(refusal.value)


def test_one_value_given_twice_is_refused_not_dropped() -> None:
    with pytest.raises(Invalid, match="limit"):
        Query.parse(QueryDict("limit=5&limit=6"))


codes = {
    "flow": st.sampled_from(grammar.FLOWS),
    "region": st.sampled_from([*(f"MA-{n:02d}" for n in range(1, 13)), "_U"]),
    "product": st.from_regex(r"\A[0-9]{6}\Z"),
    "partner": st.sampled_from(["FR", "ES", "_X", "_X490"]),
    "reporter": st.sampled_from(["MA", "CN", "_X899"]),
    "sector": st.sampled_from(["agri", "textile-cuir", "auto"]),
    "mode": st.sampled_from(grammar.MODES),
    "period": st.sampled_from(["2024", "2024-03", "2024-Q1", "2021:2024", "FY2023", "2023-01:2023-06"]),
}
params = st.fixed_dictionaries(
    {},
    optional={
        "dataset": st.sampled_from(["ma-customs", "comtrade", "baci"]),
        "release": st.integers(1, 10**6).map(str),
        "measures": st.lists(st.sampled_from(grammar.MEASURES), min_size=1, unique=True).map(",".join),
        "by": st.lists(st.sampled_from(grammar.DIMENSIONS), unique=True).map(",".join),
        **{name: st.lists(found, min_size=1, max_size=4).map(",".join) for name, found in codes.items()},
        "edition": st.sampled_from(["HS2022", "HS1992"]),
        "limit": st.integers(1, grammar.MAX_LIMIT).map(str),
        "offset": st.integers(0, 10**6).map(str),
        "lang": st.sampled_from(["fr", "ar", "en"]),
        "format": st.sampled_from(grammar.FORMATS),
    },
)


@given(params)
def test_every_question_survives_its_own_address(found: dict[str, str]) -> None:
    query = Query.parse(found)
    again = Query.parse(query.to_params())
    assert again == query
    assert hash(again) == hash(query)
    assert again.to_params() == query.to_params()


@given(st.dictionaries(st.sampled_from(grammar.PARAMETERS), st.text(max_size=12)))
def test_any_text_is_read_or_refused_in_words(found: dict[str, str]) -> None:
    try:
        query = Query.parse(found)
    except Invalid as refusal:
        words = str(refusal)
    else:
        words = query.to_params()["dataset"]
    assert words


def test_ranges_expand_to_periods_of_one_kind() -> None:
    assert periods.expand(["2021:2023", "2023"]) == ["2021", "2022", "2023"]
    assert periods.expand(["2023-11:2024-02"]) == ["2023-11", "2023-12", "2024-01", "2024-02"]
    assert periods.expand(["2023-Q4:2024-Q1"]) == ["2023-Q4", "2024-Q1"]
    assert periods.expand(["FY2022:FY2023"]) == ["FY2022", "FY2023"]
    assert periods.months("2024-Q2") == ("2024-04", "2024-05", "2024-06")
    assert periods.overlapping(["2024", "2024-03"]) == ("2024", "2024-03")
    assert periods.overlapping(["2023", "2024-03", "FY2024"]) is None


def test_a_year_is_itself_where_reported_else_its_months_and_says_how_many() -> None:
    year, quarter = periods.targets(["2023", "2024-Q1", "2030"], ["2023", "2023-01", "2024-01", "2024-03"])
    assert (year.exact, year.parts, year.months, year.partial) == ("2023", ("2023-01",), None, False)
    assert (quarter.parts, quarter.months, quarter.of, quarter.partial) == (
        ("2024-01", "2024-03"),
        2,
        3,
        True,
    )
    found = periods.targets(None, ["2023-05", "FY2020", "2024-01"])
    assert [target.period for target in found] == ["2023", "2024", "FY2020"]
