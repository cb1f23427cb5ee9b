"""Six forms of one answer: the same codes, the same exact figures, the same statuses."""

import csv
import io
import json
import zipfile
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from portal.base.errors import Invalid
from reference.models import Country
from tests.trade import factories as make
from trade import cube
from trade.cube import Query, render
from trade.cube.render import jsonstat
from trade.cube.render.grid import exact

pytestmark = pytest.mark.django_db
SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(autouse=True)
def words() -> None:
    make.vocabulary()


@pytest.fixture
def answer() -> cube.Result:
    """Every status but `R`: a plain figure, one in thousandths, a zero, a provisional one, missing ones."""
    make.release(
        make.comtrade(),
        [
            make.comtrade_fact(value=1_234_567, net_kg=500_500, quantity=1500, unit="8"),
            make.comtrade_fact(product="080270", partner="ES", value=0, net_kg=None),
            make.comtrade_fact(
                product="080510", partner="FR", value=9_007_199_254_740_993_001, net_kg=1, status="P"
            ),
        ],
    )
    params = {"by": "product,partner", "flow": "X", "product": "080270,080510", "partner": "FR,ES"}
    measures = "value,net_kg,quantity,unit_value"
    return cube.answer(Query.parse({"dataset": "comtrade", "measures": measures, "period": "2023", **params}))


EXPECTED: list[dict[str, Any]] = [
    {"product": "080270", "partner": "ES", "value": 0, "net_kg": None, "quantity": None, "unit": None,
     "unit_value": None, "status": ""},
    {"product": "080270", "partner": "FR", "value": Decimal("1234.567"), "net_kg": Decimal("500.5"),
     "quantity": Decimal("1.5"), "unit": "8", "unit_value": Decimal("2.467"), "status": ""},
    {"product": "080510", "partner": "ES", "value": None, "net_kg": None, "quantity": None, "unit": None,
     "unit_value": None, "status": "m"},
    {"product": "080510", "partner": "FR", "value": Decimal("9007199254740993.001"), "net_kg": Decimal("0.001"),
     "quantity": None, "unit": None, "unit_value": Decimal("9007199254740993001"), "status": "P"},
]  # fmt: skip


def read_json(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body, parse_float=Decimal)
    return found


def read_csv(result: cube.Result, language: str | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(render.csv_stream(result, language)).decode())))


@pytest.mark.parametrize(
    ("thousandths", "text"),
    [
        (0, "0"),
        (1, "0.001"),
        (1500, "1.5"),
        (2000, "2"),
        (-1500, "-1.5"),
        (10**21 + 10, "1000000000000000000.01"),
    ],
)
def test_thousandths_are_written_exactly(thousandths: int, text: str) -> None:
    assert exact(thousandths) == text


def test_json_has_the_fixed_shape_and_exact_numbers(answer: cube.Result) -> None:
    body = read_json(render.json_body(answer))
    assert list(body) == ["meta", "columns", "rows", "next"]
    assert list(body["meta"]) == [
        "dataset", "release", "query", "status", "unit", "source", "citation", "licence", "demonstration", "periods",
        "notes",
    ]  # fmt: skip
    assert body["rows"] == EXPECTED
    assert [column["name"] for column in body["columns"]] == [
        name for name in EXPECTED[0] if name != "status"
    ]
    assert body["meta"]["unit"] == {"value": "USD", "net_kg": "kg", "quantity": None, "unit_value": "USD/kg"}
    assert body["meta"]["demonstration"] is True
    assert body["meta"]["status"] == "provisional"
    assert body["meta"]["query"] == answer.query.to_params()
    assert f"release={answer.release.number}" in body["meta"]["citation"]
    assert "Demonstration data" in body["meta"]["citation"]
    assert body["next"] is None


def test_json_names_the_next_page_with_its_release(answer: cube.Result) -> None:
    page = cube.answer(answer.query.with_changes(limit=3))
    following = read_json(render.json_body(page, "fr", address="https://portal.example/api/v1/data/"))["next"]
    assert following.startswith("https://portal.example/api/v1/data/?")
    assert f"release={answer.release.number}" in following
    assert "offset=3" in following
    assert "lang=fr" in following


@pytest.mark.parametrize(("language", "name"), [("fr", "Maroc"), ("ar", "ع Maroc"), ("en", "Maroc (en)")])
def test_labels_stand_beside_codes_in_the_language_asked_for(language: str, name: str) -> None:
    make.release(make.comtrade(), [make.comtrade_fact(value=7000)])
    result = cube.answer(
        Query.parse({"dataset": "comtrade", "by": "reporter", "product": "080270", "flow": "X"})
    )
    (row,) = read_json(render.json_body(result, language))["rows"]
    assert row == {"reporter": "MA", "reporter_label": name, "value": 7, "status": ""}
    assert read_csv(result, language)[0]["reporter_label"] == name


def test_every_form_says_the_same(answer: cube.Result) -> None:
    texts = [{key: "" if found is None else str(found) for key, found in row.items()} for row in EXPECTED]
    assert read_csv(answer) == texts
    frame = pl.read_parquet(io.BytesIO(render.parquet_bytes(answer)))
    assert frame.schema["value"] == pl.Decimal(38, 3)
    assert frame.rows(named=True) == EXPECTED
    observations = list(csv.DictReader(io.StringIO(b"".join(render.sdmx_csv(answer)).decode())))
    place = ("COMMODITY", "COUNTERPART_AREA", "MEASURE")
    names = {"value": "VALUE", "net_kg": "NETWGT", "quantity": "QTY", "unit_value": "UNIT_VALUE"}
    by_place = {tuple(found[key] for key in place): found for found in observations}
    assert len(by_place) == len(observations) == 16
    for row in EXPECTED:
        for measure, name in names.items():
            observation = by_place[row["product"], row["partner"], name]
            assert observation["OBS_VALUE"] == ("" if row[measure] is None else str(row[measure]))
            assert observation["OBS_STATUS"] == {"": "A", "m": "O", "P": "P"}[row["status"]]
    cube_body = read_json(render.jsonstat_body(answer))
    assert cube_body["id"] == ["product", "partner", "measure"]
    assert cube_body["size"] == [2, 2, 4]
    partners = cube_body["dimension"]["partner"]["category"]["index"]
    products = cube_body["dimension"]["product"]["category"]["index"]
    for row in EXPECTED:
        start = (products.index(row["product"]) * 2 + partners.index(row["partner"])) * 4
        measured = [row[name] for name in ("value", "net_kg", "quantity", "unit_value")]
        assert cube_body["value"][start : start + 4] == measured
        assert cube_body["status"].get(str(start), "") == row["status"]


def test_the_workbook_has_the_figures_and_what_must_be_said(answer: cube.Result) -> None:
    book = zipfile.ZipFile(io.BytesIO(render.xlsx_bytes(answer, "en")))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<v>1234.567</v>" in sheet
    notes = book.read("xl/worksheets/sheet2.xml").decode()
    for said in ("Demonstration data", "Provider of tests", "CC BY 4.0", f"release {answer.release.number}"):
        assert said in notes


def test_sdmx_has_its_columns_and_codes(answer: cube.Result) -> None:
    lines = b"".join(render.sdmx_csv(answer)).decode().splitlines()
    assert lines[0].startswith(
        "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,FLOW,TRADE_SYSTEM,CLASSIFICATION,COMMODITY"
    )
    row = next(csv.DictReader(io.StringIO("\n".join(lines))))
    assert (row["FREQ"], row["REF_AREA"], row["FLOW"], row["CLASSIFICATION"]) == ("A", "MA", "X", "H6")
    assert (row["TIME_PERIOD"], row["VINTAGE"], row["UNIT_MEASURE"]) == (
        "2023",
        str(answer.release.number),
        "USD",
    )
    several = cube.answer(Query.parse({"dataset": "comtrade", "flow": "X", "by": "sector"}))
    with pytest.raises(Invalid, match="sectors"):
        render.sdmx_csv(several)


def test_a_suppressed_cell_is_empty_and_marked_in_every_form() -> None:
    facts = [make.customs_fact(company=make.ice(1), product=f"{code}0000") for code in make.HS6]
    make.release(make.customs(), facts, whole_years=True)
    params = {"by": "product", "flow": "X", "period": "2024", "product": "080270", "measures": "value,firms"}
    result = cube.answer(Query.parse(params))
    hidden = {"product": "080270", "value": None, "firms": None, "status": "c"}
    assert read_json(render.json_body(result))["rows"] == [hidden]
    assert read_csv(result) == [{"product": "080270", "value": "", "firms": "", "status": "c"}]
    assert pl.read_parquet(io.BytesIO(render.parquet_bytes(result))).rows() == [("080270", None, None, "c")]
    body = read_json(render.jsonstat_body(result))
    assert (body["value"], body["status"]) == ([None, None], {"0": "c", "1": "c"})
    row = next(csv.DictReader(io.StringIO(b"".join(render.sdmx_csv(result)).decode())))
    assert (row["OBS_VALUE"], row["OBS_STATUS"], row["CONF_STATUS"]) == ("", "Q", "C")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_text_that_a_spreadsheet_would_run_is_neutralised(start: str) -> None:
    Country.objects.filter(code="FR").update(name_en=f"{start}HYPERLINK(1)")
    make.release(make.comtrade(), [make.comtrade_fact(value=7000)])
    result = cube.answer(
        Query.parse({"dataset": "comtrade", "by": "partner", "product": "080270", "flow": "X"})
    )
    assert read_csv(result, "en")[0]["partner_label"] == f"'{start}HYPERLINK(1)"
    book = zipfile.ZipFile(io.BytesIO(render.xlsx_bytes(result, "en")))
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


def test_a_cube_too_sparse_to_be_dense_is_refused(
    answer: cube.Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonstat, "MAX_CELLS", 15)
    with pytest.raises(Invalid, match="16 combinations"):
        render.jsonstat_body(answer)
