"""Column maps: what one may say, what each error answers, and whom it may feed."""

from pathlib import Path
from typing import Any

import pytest

from portal.base.errors import DomainError, Invalid
from tests.trade import factories
from tests.trade.importing import codes, facts, imported, written
from trade.models import Dataset
from trade.services import run_create
from trade.sources.column_map import parse

GOOD = """
[dataset]
code = "xx-trade"
name_fr = "a"
name_ar = "b"
name_en = "c"
provider_fr = "a"
provider_ar = "b"
provider_en = "c"
licence_fr = "a"
licence_ar = "b"
licence_en = "c"
valuation = "fob-cif"
[columns]
period = ["an", "mois"]
flow = "sens"
product = "sh"
partner = "pays"
value = "valeur"
net_kg = "tonnes"
[constants]
reporter = "MA"
currency = "MAD"
[period]
kind = "month"
written = "YYYY M"
[product]
levels = [6]
total = ["Ensemble"]
edition = "HS2022"
[value]
unit = "thousand"
[net_kg]
unit = "tonne"
[partner]
codes = "names"
[partner.values]
Hexagone = "FR"
[flow.values]
Exportations = "X"
[valuation]
X = "FOB"
"""
TEXT = """an;mois;sens;sh;pays;valeur;tonnes;libellé
2024;3;EXPORTATIONS;80270;hexagone;1,5;0,0125;noix
2024;3;Exportations;310310;ESPAGNE;12,25;;engrais
٢٠٢٤;4;exportations;Ensemble;العالم (en);7;;tout
"""


@pytest.fixture(autouse=True)
def vocabulary(db: None) -> None:
    factories.vocabulary()


def run_of(folder: Path, text: str, map_text: str = GOOD, **more: Any) -> Any:
    return imported("customs", written(folder, text, "national.csv"), options={"map": map_text}, **more)


def test_a_map_reads_names_units_periods_and_repairs(tmp_path: Path) -> None:
    text = TEXT.replace("العالم (en)", "Monde").replace("ESPAGNE", "Espagne")
    run = run_of(tmp_path, text)

    assert (run.state, run.rows_read, run.rows_rejected, run.rows_repaired) == ("published", 3, 0, 2), codes(
        run
    )
    rows = {(row["period"], row["product"], row["partner"]): row for row in facts(run.release)}
    nuts = rows["2024-03", "080270", "FR"]
    assert (nuts["value"], nuts["net_kg"], nuts["notes"]) == (1_500_000, 12_500, "zero_restored")
    assert (nuts["valuation"], nuts["level"], nuts["is_total"]) == ("FOB", 6, False)
    total = rows["2024-04", "TOTAL", "W"]
    assert (total["value"], total["level"], total["is_total"]) == (7_000_000, 0, True)
    assert {line["code"] for line in run.log} >= {"zeros_restored", "digits_read", "decimal_comma"}
    assert not Dataset.objects.get(code="xx-trade").has_companies


def test_bad_rows_are_told_as_the_file_writes_them(tmp_path: Path) -> None:
    good = "".join(f"2024;{month};Exportations;080270;Hexagone;1,5;;x\n" for month in range(1, 10))
    bad = "2024;13;Exportations;080270;Hexagone;1,5;;x\n2024;10;Vente;080270;Atlantide;1.500;;x\n"
    run = run_of(tmp_path, TEXT.splitlines()[0] + "\n" + good + bad)

    assert codes(run) == [
        (11, "an", "period"),
        (12, "sens", "flow"),
        (12, "pays", "partner"),
        (12, "valeur", "number"),
    ]


ERRORS = {
    "no TOML": (GOOD + "[[", "TOML"),
    "a section unknown": (GOOD + "[colums]\n", "columns"),
    "a column unknown": (GOOD.replace('flow = "sens"', 'flw = "sens"'), "flow"),
    "a column missing": (GOOD.replace('value = "valeur"\n', ""), "value"),
    "a currency missing": (GOOD.replace('currency = "MAD"\n', ""), "currency"),
    "a constant and a column": (
        GOOD.replace('currency = "MAD"', 'currency = "MAD"\nflow = "X"'),
        "Take it out",
    ),
    "a constant unknown": (GOOD.replace('reporter = "MA"', 'reporter = "Maroc"'), "MA, FR"),
    "a kind": (GOOD.replace('kind = "month"', 'kind = "monthly"'), "fiscal-year"),
    "a pattern": (GOOD.replace("YYYY M", "AAAA M"), "YYYY-MM"),
    "a unit": (GOOD.replace('"thousand"', '"milliers"'), "thousand"),
    "a level": (GOOD.replace("[6]", "[5]"), "levels = [2, 4, 6]"),
    "an edition": (GOOD.replace("HS2022", "SH2022"), "HS2022"),
    "a code of a country": (GOOD.replace('Hexagone = "FR"', 'Hexagone = "France"'), "FR"),
    "a flow": (GOOD.replace('Exportations = "X"', 'Exportations = "E"'), "RX"),
    "coverage": (GOOD + '[coverage]\ncolumns = ["flow"]\n', "period"),
    "a delimiter": (GOOD + '[file]\ndelimiter = "tab"\n', ";"),
    "a dataset's name": (GOOD.replace('name_ar = "b"\n', ""), "name_ar"),
    "a quantity without unit": (GOOD.replace('net_kg = "tonnes"', 'quantity = "tonnes"'), "unit"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_each_error_says_what_to_write(case: str) -> None:
    text, word = ERRORS[case]
    with pytest.raises(Invalid) as caught:
        parse(text)
    assert word in str(caught.value)
    assert caught.value.hint


def refused(folder: Path, source: str = "customs", text: str = GOOD, dataset: str | None = None) -> str:
    more: dict[str, Any] = {"dataset": dataset, "options": {"map": text} if text else {}}
    files = [written(folder, TEXT, "x.csv")]
    with pytest.raises(DomainError) as caught:
        run_create(acting_user=None, source=source, files=files, **more)
    return str(caught.value)


def test_a_map_feeds_only_datasets_without_companies(tmp_path: Path) -> None:
    factories.customs()
    bare = GOOD[GOOD.index("[columns]") :]
    assert "not fed by column maps" in refused(tmp_path, text=bare, dataset="ma-customs")
    assert "which dataset" in refused(tmp_path, text=bare)
    assert "no dataset" in refused(tmp_path, text=bare, dataset="nowhere")
    assert "format customs" in refused(tmp_path, source="comtrade-csv")
    run_of(tmp_path, TEXT)
    # An extract with companies must never come into a dataset that is public as it is.
    assert "not fed by" in refused(tmp_path, text="", dataset="xx-trade")
    assert "another" in refused(tmp_path, text=GOOD.replace('name_en = "c"', 'name_en = "d"'))
    assert "counts in" in refused(
        tmp_path, text=bare.replace('currency = "MAD"', 'currency = "USD"'), dataset="xx-trade"
    )
