"""The workbook: settings above a table of products by periods; every bad cell is told by its address."""

import datetime as dt
import io
import zipfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import call_command

from reference.services.places import countries_load, territory_load
from reference.services.products import editions_load, products_load
from tests.trade.importing import codes, facts, imported, written
from trade.management.commands import workbook_sample

pytestmark = pytest.mark.django_db
SETTINGS = (
    ("Flux", "Exportations"), ("Monnaie", "MAD"), ("Unité", "Milliers de dirhams"), ("Édition", "SH 2022"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def lists() -> None:
    territory_load()
    countries_load()
    editions_load()
    products_load("HS2022")


def book(
    folder: Path,
    rows: Sequence[Sequence[Any]],
    *,
    settings: Sequence[Sequence[Any]] = SETTINGS,
    name: str = "oc.xlsx",
    also: Callable[[Any, Any], None] | None = None,
) -> Path:
    """A workbook of one sheet: settings in its first rows, the given rows from row 6 on."""
    path = folder / name
    with xlsxwriter.Workbook(str(path)) as made:
        day = made.add_format({"num_format": "mmm yyyy"})
        sheet = made.add_worksheet("Exports")
        for number, setting in enumerate(settings):
            sheet.write_row(number, 0, setting)
        for number, row in enumerate(rows, 5):
            for column, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(number, column, cell, day)
                else:
                    sheet.write(number, column, cell)
        if also:
            also(made, sheet)
    return path


def found(run: Any) -> dict[tuple[str, str, str], int]:
    return {(row["period"], row["product"], row["partner"]): row["value"] for row in facts(run.release)}


def test_the_sample_is_read_whole_and_its_sums_are_its_own(tmp_path: Path) -> None:
    path = tmp_path / "sample.xlsx"
    call_command("workbook_sample", str(path), stdout=io.StringIO())

    run = imported("workbook", path)

    assert (run.state, run.rows_read, run.rows_rejected) == ("published", 36 + 6, 0), run.reason
    expected: dict[tuple[str, int, bool], int] = defaultdict(int)
    flows = (
        ("X", workbook_sample.EXPORTS, workbook_sample.PARTNERS),
        ("M", workbook_sample.IMPORTS, workbook_sample.PARTNERS[:1]),
    )
    for flow, rows, partners in flows:
        for code, _label, figures in rows:
            for partner, share in partners:
                level = 0 if code == "TOTAL" else len(code)
                for figure in figures:
                    amount = Decimal(str(round(figure * share, 9))) * 10**9
                    expected[flow, level, partner == "Monde"] += int(amount)
    sums: dict[tuple[str, int, bool], int] = defaultdict(int)
    for fact in facts(run.release):
        sums[fact["flow"], fact["level"], fact["is_total"]] += fact["value"]
        assert (fact["status"], fact["edition"], fact["freq"], fact["reporter"]) == ("P", "HS2022", "M", "MA")
    assert sums == expected
    assert {fact["period"] for fact in facts(run.release)} == {"2024-01", "2024-02", "2024-03"}


def test_numbers_as_text_lost_zeros_dates_and_weights_are_understood(tmp_path: Path) -> None:
    rows = [
        ["Code SH", "Libellé", "Pays", dt.date(2024, 3, 1), "Poids mars 2024", "04/2024", "Variation %"],
        [80270, "Noix", "France", "1 234,5", "2,5", 7, 0.5],
        ["0802.70", "Noix", "إسبانيا", "١٢٫٥", "-", "n.d.", ""],
        ["", "Total général", "Monde", 99.25, "", "", ""],
        ["", "Note: chiffres provisoires", "", "", "", "", ""],
    ]

    run = imported("workbook", book(tmp_path, rows, settings=[*SETTINGS, ("Unité de poids", "Tonnes")]))

    assert (run.state, run.rows_read, run.rows_rejected, run.rows_repaired) == ("published", 4, 0, 2), (
        run.reason
    )
    assert found(run) == {
        ("2024-03", "080270", "FR"): 1_234_500_000, ("2024-03", "080270", "ES"): 12_500_000,
        ("2024-03", "TOTAL", "W"): 99_250_000, ("2024-04", "080270", "FR"): 7_000_000,
    }  # fmt: skip
    weights = {row["partner"]: row["net_kg"] for row in facts(run.release) if row["period"] == "2024-03"}
    assert weights == {"FR": 2_500_000, "ES": 0, "W": None}


def test_merged_years_and_merged_codes_count_once(tmp_path: Path) -> None:
    def merge(made: Any, sheet: Any) -> None:
        sheet.merge_range("A6:A7", "Code SH")
        sheet.merge_range("B6:B7", "Pays")
        sheet.merge_range("C6:D6", 2023)
        sheet.merge_range("E6:F6", 2024)
        sheet.write_row("C7", ("janv.", "févr.", "janv.", "févr."))
        sheet.merge_range("A8:A9", "080270")
        sheet.write_row("B8", ("FR", 1, 2, 3, 4))
        sheet.write_row("B9", ("ES", 5, 6, 7, 8))
        hidden = made.add_worksheet("Brouillon")
        hidden.hide()
        made.add_worksheet("Notes").write(0, 0, "À lire")

    run = imported("workbook", book(tmp_path, [], also=merge))

    assert sorted(found(run).values()) == [number * 1_000_000 for number in range(1, 9)]
    assert found(run)["2024-01", "080270", "ES"] == 7_000_000
    assert [line["code"] for line in run.log if line["code"].startswith("sheet")] == [
        "sheet_hidden",
        "sheet_without_table",
    ]


def test_arabic_headings_and_settings_are_read(tmp_path: Path) -> None:
    settings = (
        ("التدفق", "الواردات"),
        ("العملة", "الدرهم"),
        ("الوحدة", "ملايين الدراهم"),
        ("الطبعة", "2022"),
        ("السنة", "2024"),
    )
    rows = [
        ["رمز المنتج", "البيان", "البلد", "يناير", "غشت"],
        ["المجموع", "", "العالم", 1.5, 2],
        ["27", "", "فرنسا", 1, ""],
    ]

    run = imported("workbook", book(tmp_path, rows, settings=settings))

    assert found(run) == {
        ("2024-01", "TOTAL", "W"): 1_500_000_000, ("2024-08", "TOTAL", "W"): 2_000_000_000,
        ("2024-01", "27", "FR"): 1_000_000_000,
    }  # fmt: skip
    assert {fact["flow"] for fact in facts(run.release)} == {"M"}


def test_every_bad_cell_is_told_with_its_sheet_and_address(tmp_path: Path) -> None:
    good = [
        ["080270", country, 1]
        for country in ("FR", "ES", "IT", "DE", "PT", "NL", "BE", "US", "GB", "TR", "IN")
    ]
    bad = [["8o", "FR", 1], ["999997", "FR", 1], ["0801", "Atlantide", 1], ["0803", "FR", "1,234"],
           ["0804", "FR", "trop"],
           ["0805", "FR", -3], ["0806", "FR", True], ["080270", "FR", 2]]  # fmt: skip
    rows = [["Code SH", "Pays", "2023"], *good, *bad]

    def formulas(made: Any, sheet: Any) -> None:
        for number, (formula, result) in enumerate((("=1/0", "#DIV/0!"), ("=C1+C2", ""), ("=2+3", 5))):
            sheet.write_row(25 + number, 0, (f"08{10 + number}", "FR"))
            sheet.write_formula(25 + number, 2, formula, None, result)

    run = imported("workbook", book(tmp_path, rows, also=formulas), publish=False)

    assert codes(run) == [
        (18, "Exports!A", "product"), (19, "Exports!A", "product_unknown"), (20, "Exports!B", "country_name"),
        (21, "Exports!C", "number"), (22, "Exports!C", "number"), (23, "Exports!C", "negative"),
        (24, "Exports!C", "number"), (25, "Exports!A", "duplicate"), (26, "Exports!C", "cell_error"),
        (27, "Exports!C", "formula"),
    ]  # fmt: skip
    assert found(run)["2023", "0812", "FR"] == 5_000_000


TABLE = [["Code SH", "2023"], ["TOTAL", 1]]


@pytest.mark.parametrize(
    ("rows", "above", "code", "told"),
    [
        (TABLE, SETTINGS[1:], "sheet_setting_missing", "Flux"),
        (TABLE, [("Flux", "Exportation"), *SETTINGS[1:]], "sheet_setting", "B1"),
        (TABLE, [*SETTINGS[:2], ("Unité", "millions"), SETTINGS[3]], "sheet_setting", "B3"),
        ([["Code SH", "Janveir 2024"], ["TOTAL", 1]], SETTINGS, "sheet_heading", "B6"),
        ([["Code SH", "2023", "2023"], ["TOTAL", 1, 2]], SETTINGS, "sheet_heading_twice", "C6"),
        ([["Nom", "Montant"], ["a", 1]], SETTINGS, "sheet_no_table", "oc.xlsx"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_understood_is_refused_with_its_cell(
    tmp_path: Path, rows: list[list[Any]], above: list[Any], code: str, told: str
) -> None:
    run = imported("workbook", book(tmp_path, rows, settings=above))

    assert (run.state, run.reason["code"]) == ("refused", code)
    assert told in run.reason["en"]


def changed(path: Path, member: str, old: bytes, new: bytes, **more: bytes) -> Path:
    """The workbook with one of its files changed, and others added."""
    made = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            data = source.read(info)
            target.writestr(info.filename, data.replace(old, new) if info.filename == member else data)
        for name, data in more.items():
            target.writestr(name, data)
    return made


SHEET = "xl/worksheets/sheet1.xml"
ENTITY = b'?>\n<!DOCTYPE worksheet [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("member", "old", "new", "more", "code"),
    [
        (SHEET, b"?>", ENTITY, {}, "xml_unsafe"),
        (SHEET, b'<row r="7"', b'<row r="1048576"', {}, None),
        (SHEET, b'<c r="B7"', b'<c r="XFD1048576"', {}, "xlsx_wide"),
        (SHEET, b"</sheetData>", b"<a>" * 200, {}, "xlsx_large"),
        (SHEET, b"</sheetData>", b"", {}, "xlsx_broken"),
        (SHEET, b"</sheetData>", b"</sheetData><!--" + b"x" * 3_000_000 + b"-->", {}, "xlsx_large"),
        ("", b"", b"", {"xl/externalLinks/externalLink1.xml": b"<a/>"}, "xlsx_links"),
        ("", b"", b"", {"xl/vbaProject.bin": b"x"}, "xlsx_macros"),
        ("", b"", b"", {"xl/media/a.bin": bytes(300 << 20)}, "xlsx_large"),
    ],
)  # fmt: skip
def test_hostile_workbooks_are_refused_in_bounded_work(
    tmp_path: Path, member: str, old: bytes, new: bytes, more: dict[str, bytes], code: str | None
) -> None:
    run = imported("workbook", changed(book(tmp_path, TABLE), member, old, new, **more))

    assert run.state == ("refused" if code else "published")
    assert run.reason.get("code") == code


def test_one_long_text_in_a_million_cells_is_refused(tmp_path: Path) -> None:
    def many(made: Any, sheet: Any) -> None:
        for number in range(3_000):
            sheet.write(10 + number, 5, "x" * 30_000)

    run = imported("workbook", book(tmp_path, TABLE, also=many))

    assert run.reason["code"] == "xlsx_large"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"a;b\n", "not_format"),
        (b"\xd0\xcf\x11\xe0rest", "binary"),
        (b"PK\x03\x04rest", "xlsx_broken"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    run = imported("workbook", written(tmp_path, data, "oc.xlsx"))

    assert (run.state, run.reason["code"]) == ("refused", code)
