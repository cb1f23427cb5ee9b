"""CEPII's BACI: codes without their leading zero, padded tonnes, thousand dollars, its own country list."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from reference.services.places import countries_load, territory_load
from reference.services.products import editions_load, products_load
from tests.trade.importing import codes, facts, imported, written
from trade.cube import Query, answer
from trade.sources import baci
from trade.sources.base import SourceFile

Shared = Callable[[str], Path]
DATA = "data/baci/BACI_HS92_Y2021_extract.csv"
LIST = "data/baci/country_codes_V202201.csv"
NAME = "BACI_HS22_Y2023_V202501.csv"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lists() -> None:
    territory_load()
    countries_load()
    editions_load()
    products_load("HS2022")


def baci_file(folder: Path, *rows: str, name: str = NAME) -> Path:
    return written(folder, '"t","i","j","k","v","q"\n' + "".join(f"{row}\n" for row in rows), name)


def iso_of_numbers(path: Path, by_number: dict[str, int]) -> dict[str, int]:
    """Sums by the list's two letters; Namibia's got lost there, Italy stands under another number than in the data."""
    with path.open(encoding="cp1252", newline="") as stream:
        letters = {row["country_code"]: row["iso_2digit_alpha"] for row in csv.DictReader(stream)}
    sums: dict[str, int] = defaultdict(int)
    for number, amount in by_number.items():
        code = {"516": "NA", "380": "IT", "490": "_X490"}.get(number) or letters[number]
        sums["MA" if code == "EH" else code] += amount
    return sums


def test_the_real_extract_is_read_whole_and_its_sums_are_the_files_own(shared: Shared) -> None:
    run = imported("baci", shared(DATA), shared(LIST))

    assert (run.state, run.rows_read, run.rows_accepted, run.rows_rejected) == ("published", 71192, 71192, 0)
    values: dict[tuple[str, str, int, bool], int] = defaultdict(int)
    tonnes: dict[str, int] = defaultdict(int)
    partners: dict[str, int] = defaultdict(int)
    short = 0
    with shared(DATA).open(newline="") as stream:
        for row in csv.DictReader(stream):
            exporter = {"4": "AF", "710": "ZA"}[row["i"]]
            thousandths = Decimal(row["v"]) * 1_000_000
            assert thousandths == int(thousandths)
            # A row is an export of `i`, of six digits, to one partner.
            values[exporter, "X", 6, False] += int(thousandths)
            partners[row["j"]] += int(thousandths)
            quantity = row["q"].strip()
            tonnes[exporter] += int(Decimal(quantity) * 1_000_000) if quantity != "NA" else 0
            short += len(row["k"]) == 5
    assert run.rows_repaired == short
    found = facts(run.release)
    ours: dict[tuple[str, str, int, bool], int] = defaultdict(int)
    by_partner: dict[str, int] = defaultdict(int)
    for row in found:
        ours[row["reporter"], row["flow"], row["level"], row["is_total"]] += row["value"]
        by_partner[row["partner"]] += row["value"]
    assert ours == values
    for exporter in ("AF", "ZA"):
        assert sum(row["net_kg"] or 0 for row in found if row["reporter"] == exporter) == tonnes[exporter]
    assert by_partner == iso_of_numbers(shared(LIST), partners)
    assert {row["edition"] for row in found} == {"HS1992"}
    assert {len(row["product"]) for row in found} == {6}


def test_partners_have_iso_codes_and_areas_without_one_keep_their_number(shared: Shared) -> None:
    run = imported("baci", shared(DATA), shared(LIST))

    partners = {row["partner"] for row in facts(run.release)}
    # Namibia's "NA" got lost in the list; Taiwan has no ISO code there; EH, if there, is read as Morocco's.
    assert {"NA", "_X490", "CH", "US", "FR", "IN", "NO", "MA"} <= partners
    assert "EH" not in partners


def test_the_cube_answers_from_it(shared: Shared) -> None:
    run = imported("baci", shared(DATA), shared(LIST))

    result = answer(
        Query.parse(
            {"dataset": "baci", "measures": "value", "by": "period,product", "reporter": "AF", "level": "6",
             "flow": "X", "partner": "MA"}
        )
    )  # fmt: skip
    ours = sum(
        row["value"] for row in facts(run.release) if row["reporter"] == "AF" and row["partner"] == "MA"
    )
    assert sum(row[-1] for row in result.rows if row[-1]) == ours


def test_the_edition_is_the_names_or_the_options_and_else_asked_for(tmp_path: Path) -> None:
    row = '2021,504,251,80270,1.5,"    1.000"'

    named = imported("baci", baci_file(tmp_path, row, name="BACI_HS17_Y2021_V1.csv"), publish=False)
    given = imported(
        "baci", baci_file(tmp_path, row, name="year.csv"), options={"edition": "HS2012"}, publish=False
    )
    neither = imported("baci", baci_file(tmp_path, row, name="other.csv"), publish=False)

    assert [fact["edition"] for fact in facts(named.release)] == ["HS2017"]
    assert [fact["edition"] for fact in facts(given.release)] == ["HS2012"]
    assert (neither.state, neither.reason["code"]) == ("refused", "edition_untold")


def test_amounts_are_exact_to_the_last_digit_also_where_floating_point_ends(tmp_path: Path) -> None:
    run = imported(
        "baci",
        baci_file(
            tmp_path, "2023,504,251,080270,12345678901.123456,NA", "2023,504,724,080270,0.0000005,0.0000015"
        ),
    )

    assert [(row["value"], row["net_kg"], row["notes"]) for row in facts(run.release)] == [
        (0, 2, "rounded"),
        (12345678901123456, None, None),
    ]


def test_each_bad_row_is_told_and_the_good_ones_stay(tmp_path: Path) -> None:
    good = [
        f"2023,504,{partner},80270,1.5,2" for partner in (251, 276, 380, 528, 620, 642, 724, 826, 792, 842)
    ]
    bad = [
        "23,504,251,870323,1,1", "2023,x,251,870323,1,1", "2023,504,,870323,1,1", "2023,504,251,8703,1,1",
        "2023,504,251,999997,1,1", "2023,504,251,870323,NA,1", "2023,504,251,870324,1 000,1",
        "2023,504,251,870331,-1,1", "2023,504,251,870332,1", "2023,504,251,870333,1,1,1", "2023,504,251,80270,9,9",
    ]  # fmt: skip
    run = imported("baci", baci_file(tmp_path, *good, *bad), publish=False)

    assert (run.rows_read, run.rows_rejected) == (21, 11)
    assert codes(run) == [
        (12, "t", "period"), (13, "i", "reporter"), (14, "j", "partner"), (15, "k", "product"),
        (16, "k", "product_unknown"), (17, "v", "missing"), (18, "v", "number"), (19, "v", "negative"),
        (20, "t", "too_few_fields"), (21, "t", "too_many_fields"), (22, "k", "duplicate"),
    ]  # fmt: skip


def test_a_number_that_the_handed_in_list_does_not_have_is_a_fault(tmp_path: Path) -> None:
    rows = ["2023,504,251,80270,1.5,2", "2023,504,990,80270,1.5,2", "2023,504,724,80270,1,1"]
    countries = written(
        tmp_path,
        b"country_code,country_name_full,iso_2digit_alpha,iso_3digit_alpha\n251,France,FR,FRA\n",
        "country_codes_V1.csv",
    )

    with_list = imported("baci", baci_file(tmp_path, *rows), countries, publish=False)
    without = imported("baci", baci_file(tmp_path, *rows), publish=False)

    assert codes(with_list) == [(3, "j", "partner")]
    assert {row["partner"] for row in facts(without.release)} == {"FR", "ES", "_X990"}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("country_codes_V1.csv", "country_code,iso_2digit_alpha\n4,AF\n", "baci_only_list"),
        (NAME, "t,i,j,k,v,q\n", "no_rows"),
        (NAME, "", "empty"),
        (NAME, "a,b\n1,2\n", "not_format"),
        (NAME, "t,i,j,k,v\n2021,4,8,80270,1\n", "column_missing"),
        (NAME, b"PK\x03\x04rest", "archive_cut_off"),
    ],
)
def test_a_file_that_is_not_of_bacis_form_is_refused(
    tmp_path: Path, name: str, text: str | bytes, code: str
) -> None:
    run = imported("baci", written(tmp_path, text, name))

    assert (run.state, run.reason["code"]) == ("refused", code)


def test_stretches_have_the_lines_of_the_whole_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        f'2023,504,{partner},{80270 + digit},1.5,"  2.0"' for partner in range(1, 400) for digit in range(9)
    ]
    monkeypatch.setattr(baci, "BLOCK", 5_000)

    whole = list(baci.read([SourceFile(0, NAME, baci_file(tmp_path, *rows))], {}))
    rows[1000] = "2023,504,251"
    bad = list(baci.read([SourceFile(0, NAME, baci_file(tmp_path, *rows))], {}))

    assert len(whole) > 10
    for batches in (whole, bad):
        assert [line for batch in batches for line in batch.frame["line"]] == list(range(2, len(rows) + 2))
        assert sum(batch.repaired for batch in batches) == len(rows) - (batches is bad)
    assert sum(batch.frame["net_kg"].sum() for batch in whole) == 2_000_000 * len(rows)


def test_a_packed_year_is_read_like_a_plain_one(tmp_path: Path) -> None:
    text = gzip.compress(b"t,i,j,k,v,q\n2023,504,251,80270,1.5,2\n")

    run = imported("baci", written(tmp_path, text, f"{NAME}.gz"), publish=False)

    assert [(fact["value"], fact["edition"]) for fact in facts(run.release)] == [(1_500_000, "HS2022")]
