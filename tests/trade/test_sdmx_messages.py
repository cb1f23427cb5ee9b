"""SDMX messages: trade flows are read whichever way they are written; everything else is parsed and refused."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from reference.services.places import countries_load, territory_load
from reference.services.products import editions_load, products_load
from tests.trade.importing import codes, facts, imported, written
from tests.trade.messages import FORMATS, message, observation
from trade.cube import Query, answer
from trade.cube.render.sdmx import sdmx_csv

Shared = Callable[[str], Path]

pytestmark = pytest.mark.django_db
FRAME = """<?xml version="1.0"?>{prolog}
<m:GenericData xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
 xmlns:g="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic">
<m:Header><m:ID>X</m:ID></m:Header><m:DataSet>{body}</m:DataSet></m:GenericData>"""


@pytest.fixture(autouse=True)
def lists() -> None:
    territory_load()
    countries_load()
    editions_load()
    products_load("HS2022")


def table() -> list[dict[str, str]]:
    """Values, weights and quantities of two flows, three products of three levels, two months, World and partners."""
    rows = []
    places = product(("X", "M"), ("TOTAL", "08", "080270"), ("2024-02", "2024-03"), ("W", "FR", "ES", "_X"))
    for number, (flow, code, period, partner) in enumerate(places, 1):
        cells = {"FLOW": flow, "COMMODITY": code, "TIME_PERIOD": period, "COUNTERPART_AREA": partner}
        rows += [
            observation(**cells, OBS_VALUE=f"{number * 1000}.{number:03}", OBS_STATUS="P"),
            observation(**cells, MEASURE="NETWGT", UNIT_MEASURE="KG", OBS_VALUE=f"{number}.5"),
            observation(**cells, MEASURE="QTY", UNIT_MEASURE="8", OBS_VALUE=f"{number}"),
        ]
    return rows


@pytest.mark.parametrize("series", [True, False])
@pytest.mark.parametrize("kind", list(FORMATS))
def test_every_form_of_a_message_gives_the_same_facts(tmp_path: Path, kind: str, series: bool) -> None:
    rows = table()

    run = imported("sdmx", message(tmp_path, rows, kind, series=series))

    assert (run.state, run.rows_read, run.rows_accepted, run.rows_rejected) == ("published", 48, 48, 0)
    expected: dict[tuple[str, str, int, bool, str], int] = defaultdict(int)
    for row in rows:
        level = 0 if row["COMMODITY"] == "TOTAL" else len(row["COMMODITY"])
        key = (row["REF_AREA"], row["FLOW"], level, row["COUNTERPART_AREA"] == "W", row["MEASURE"])
        expected[key] += int(Decimal(row["OBS_VALUE"]) * 1000)
    found: dict[tuple[str, str, int, bool, str], int] = defaultdict(int)
    for fact in facts(run.release):
        for measure, name in (("value", "VALUE"), ("net_kg", "NETWGT"), ("quantity", "QTY")):
            found[fact["reporter"], fact["flow"], fact["level"], fact["is_total"], name] += fact[measure]
        assert (fact["freq"], fact["edition"], fact["unit"], fact["currency"], fact["status"]) == (
            "M", "HS2022", "8", "MAD", "P",
        )  # fmt: skip
    assert found == expected


def test_our_own_export_comes_back_as_it_went_out(tmp_path: Path) -> None:
    first = imported("sdmx", message(tmp_path, table(), "csv-2.0"))
    query = {"dataset": "sdmx", "measures": "value,net_kg", "by": "period,flow,product,partner", "level": "6",
             "period": "2024-02,2024-03"}  # fmt: skip
    before = answer(Query.parse(query))

    again = imported("sdmx", written(tmp_path, b"".join(sdmx_csv(before)), "export.csv"))

    assert again.state in ("published", "unchanged"), again.reason
    after = answer(Query.parse(query))
    assert [row[:-1] for row in after.rows] == [row[:-1] for row in before.rows]
    assert again.release != first.release


def test_powers_of_ten_units_of_weight_and_other_codes_are_understood(tmp_path: Path) -> None:
    rows = [
        observation(OBS_VALUE="1.2345678", UNIT_MULT="6", REF_AREA="504", COUNTERPART_AREA="250", FLOW="2"),
        observation(
            OBS_VALUE="2.5", MEASURE="NETWGT", UNIT_MEASURE="T", REF_AREA="504", COUNTERPART_AREA="250", FLOW="2"
        ),
        observation(OBS_VALUE="7E2", COUNTERPART_AREA="ESP", FREQ="A", TIME_PERIOD="2023"),
        observation(OBS_VALUE="9", COUNTERPART_AREA="490", REF_AREA="MA-08", COMMODITY="0802.70"),
        observation(OBS_VALUE="9", COUNTERPART_AREA="ESH", TRANSPORT="1"),
        observation(OBS_VALUE="", COUNTERPART_AREA="IT", OBS_STATUS="Q"),
        observation(OBS_VALUE="12", COUNTERPART_AREA="IT", MEASURE="FIRMS", UNIT_MEASURE="FIRMS"),
    ]  # fmt: skip

    run = imported("sdmx", message(tmp_path, rows, "csv-1.0"))

    assert (run.rows_read, run.rows_rejected, run.state) == (4, 0, "published")
    found = {fact["partner"]: fact for fact in facts(run.release)}
    assert (found["FR"]["value"], found["FR"]["net_kg"], found["FR"]["reporter"]) == (
        1_234_567_800,
        2_500_000,
        "MA",
    )
    assert (found["ES"]["value"], found["ES"]["period"], found["ES"]["freq"]) == (700_000, "2023", "A")
    assert (found["_X490"]["region"], found["_X490"]["product"]) == ("MA-08", "080270")
    assert (found["MA"]["notes"], found["MA"]["mode"]) == ("eh_folded", "1")
    assert {"sdmx_left_aside", "eh_folded"} <= {line["code"] for line in run.log}
    assert next(line for line in run.log if line["code"] == "sdmx_left_aside")["params"]["rows"] == "2"


def test_each_bad_observation_is_told_with_its_line(tmp_path: Path) -> None:
    rows = [
        observation(COUNTERPART_AREA=code)
        for code in ("FR", "ES", "IT", "DE", "PT", "NL", "BE", "US", "GB", "TR", "IN")
    ]
    bad = [
        {"TIME_PERIOD": "2024-Q1"}, {"FREQ": "Q"}, {"FLOW": "Z"}, {"CLASSIFICATION": "SITC"},
        {"COMMODITY": "0802x0"}, {"COMMODITY": "999997"}, {"COUNTERPART_AREA": "QQ"}, {"OBS_VALUE": "much"},
        {"UNIT_MEASURE": "EUR"}, {"UNIT_MULT": "99"}, {},
    ]  # fmt: skip
    rows += [observation(**{"COUNTERPART_AREA": "FR", **cells}) for cells in bad]

    run = imported("sdmx", message(tmp_path, rows, "csv-1.0"), publish=False)

    assert codes(run) == [
        (13, "TIME_PERIOD", "period"), (14, "FREQ", "freq"), (15, "FLOW", "flow"),
        (16, "CLASSIFICATION", "classification"), (17, "COMMODITY", "product"), (18, "COMMODITY", "product_unknown"),
        (19, "COUNTERPART_AREA", "partner"), (20, "OBS_VALUE", "number"), (21, "UNIT_MEASURE", "currency"),
        (22, "UNIT_MULT", "number"), (23, "COMMODITY", "duplicate"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "found"),
    [("data/sdmx/WB_gh-78.xml", "PRODUCTCODE"), ("data/sdmx/ESTAT_demography-xs.xml", "COUNTRY")],
)
def test_real_messages_of_other_things_are_parsed_and_refused_with_what_they_hold(
    shared: Shared, name: str, found: str
) -> None:
    run = imported("sdmx", shared(name))

    assert (run.state, run.reason["code"]) == ("refused", "sdmx_not_trade")
    assert found in run.reason["en"]
    assert "FLOW" in run.reason["en"]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (FRAME.format(prolog=BOMB, body="&b;"), "xml_unsafe"),
        (FRAME.format(prolog='<!DOCTYPE x SYSTEM "file:///etc/passwd">', body=""), "xml_unsafe"),
        (FRAME.format(prolog="", body="<g:Obs>" * 60), "xml_beyond"),
        (FRAME.format(prolog="", body=f'<g:Value id="A" value="{"x" * 3_000_000}"/>'), "xml_beyond"),
        (FRAME.format(prolog="", body="<g:Obs " + " ".join(f'a{n}="1"' for n in range(500)) + "/>"), "xml_beyond"),
        (FRAME.format(prolog="", body="<g:Obs></g:Series>"), "xml_broken"),
        (FRAME.format(prolog="", body="")[:200], "xml_cut_off"),
        (FRAME.format(prolog="", body=""), "sdmx_not_trade"),
        ("<html><body>Not found</body></html>", "sdmx_other"),
        ("DATAFLOW,FREQ,TIME_PERIOD,OBS_VALUE\nA:B(1.0),A,2023,1\n", "sdmx_not_trade"),
        ("a,b\n1,2\n", "not_format"),
    ],
)  # fmt: skip
def test_what_is_no_message_or_a_hostile_one_is_refused_in_bounded_work(
    tmp_path: Path, text: str, code: str
) -> None:
    run = imported("sdmx", written(tmp_path, text, "message.xml"))

    assert (run.state, run.reason["code"]) == ("refused", code)


def test_attributes_of_data_sets_and_groups_belong_to_their_observations(tmp_path: Path) -> None:
    key = "".join(
        f'<g:Value id="{name}" value="{value}"/>'
        for name, value in observation().items()
        if name not in ("TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "UNIT_MULT", "UNIT_MEASURE")
    )
    body = (
        '<g:Attributes><g:Value id="UNIT_MEASURE" value="MAD"/></g:Attributes>'
        '<g:Group type="Sibling"><g:GroupKey><g:Value id="COMMODITY" value="080270"/></g:GroupKey>'
        '<g:Attributes><g:Value id="UNIT_MULT" value="3"/></g:Attributes></g:Group>'
        f"<g:Series><g:SeriesKey>{key}</g:SeriesKey>"
        '<g:Obs><g:ObsDimension value="2024-03"/><g:ObsValue value="1.5"/></g:Obs></g:Series>'
    )

    run = imported("sdmx", written(tmp_path, FRAME.format(prolog="", body=body), "group.xml"))

    assert [(fact["value"], fact["period"]) for fact in facts(run.release)] == [(1_500_000, "2024-03")]
