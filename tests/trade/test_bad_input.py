"""Files that are not what they claim, and rows that cannot be right: told where and what to do, never read wrong."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.trade import factories
from tests.trade.importing import (
    ICE,
    codes,
    comtrade_file,
    comtrade_record,
    csv_text,
    customs_file,
    customs_row,
    facts,
    good_rows,
    imported,
    legacy_row,
    written,
)
from trade.models import Dataset, Release
from trade.selectors import rejects_csv, rejects_head, run_reason
from trade.sources import comtrade_csv, customs

pytestmark = pytest.mark.django_db
GOOD = csv_text(good_rows(3))


@pytest.fixture(autouse=True)
def vocabulary() -> None:
    factories.vocabulary()


@pytest.fixture
def published(tmp_path: Path) -> Release:
    """What readers see before each bad file comes."""
    release: Release = imported("customs", customs_file(tmp_path, good_rows(5, period="2024-01"))).release
    return release


WHOLE_FILES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "empty": (lambda: b"", "empty", "is empty"),
    "only blanks": (lambda: b"\xef\xbb\xbf\r\n \n", "empty", ""),
    "only zeros": (lambda: b"\0" * 500, "empty", ""),
    "header only": (lambda: GOOD.splitlines()[0].encode() + b"\n\n", "no_rows", ""),
    "gzip cut off": (lambda: gzip.compress(GOOD.encode())[:-9], "archive_cut_off", "gzip"),
    "zip": (lambda: b"PK\x03\x04" + b"x" * 99, "archive_cut_off", "zip"),
    "xz": (lambda: b"\xfd7zXZ\x00" + b"x" * 99, "compressed", "xz"),
    "pdf": (lambda: b"%PDF-1.7\n" + b"x" * 99, "binary", "PDF"),
    "png": (lambda: b"\x89PNG\r\n\x1a\n" + b"x" * 99, "binary", "PNG"),
    "utf-16 without mark": (lambda: GOOD.encode("utf-16-le"), "utf16", "UTF-16"),
    "a page": (lambda: b"<html><body>Not found</body></html>", "not_format", "customs"),
    "json": (lambda: b'{"data": []}', "not_format", "customs"),
    "other csv": (lambda: b"a,b,c\n1,2,3\n", "not_format", "period"),
    "column missing": (lambda: GOOD.replace(",partner,", ",zzz,").encode(), "column_missing", "partner"),
    "column renamed": (
        lambda: GOOD.replace("value_mad", "valeur_mad").encode(),
        "column_renamed",
        "valeur_mad",
    ),
    "a zero in a name": (lambda: GOOD.replace("value_mad", "value\0mad").encode(), "column_renamed", "value"),
    "a line without end": (lambda: b"x" * 500_000, "not_format", "period"),
    "column twice": (lambda: GOOD.replace("\n", ",period\n", 1).encode(), "column_twice", "period"),
    "cut off": (lambda: GOOD.encode()[:-30], "cut_off", "4"),
    "cut off in quotes": (lambda: GOOD.encode()[:-30] + b',"abc', "cut_off", "4"),
}


@pytest.mark.parametrize("case", WHOLE_FILES)
def test_a_file_that_is_not_a_customs_extract_is_refused(
    case: str, published: Release, tmp_path: Path
) -> None:
    content, code, word = WHOLE_FILES[case]
    run = imported("customs", written(tmp_path, content(), "handed-in.csv"))

    assert (run.state, run.reason["code"]) == ("refused", code)
    for language in ("fr", "ar", "en"):
        assert "handed-in.csv" in run_reason(run, language)
    assert word in run_reason(run, "en")
    assert Dataset.objects.get(code="ma-customs").published == published
    assert not hasattr(run, "release")


JSON_FILES = {
    "cut off in a record": (lambda text: text[: len(text) // 2], "json_cut_off"),
    "cut off between records": (lambda text: text[: text.index("}, {") + 1], "json_cut_off"),
    "cut off behind the list": (lambda text: text[: text.rindex("]") + 1], "json_cut_off"),
    "broken": (lambda text: text.replace('"period": "2023"', '"period": 2023 2023', 1), "json_broken"),
    "no list": (lambda text: '{"count": 3, "data": null}', "json_no_data"),
    "an error message": (lambda text: '{"statusCode": 401, "message": "Access denied"}', "json_error"),
    "no records": (lambda text: '{"data": []}', "no_rows"),
    "csv": (lambda text: GOOD, "not_format"),
    "a list in it twice": (lambda text: text[:-1] + ', "data": []}', "json_broken"),
    "two answers": (lambda text: text + text, "json_more"),
    "nested without end": (lambda text: '{"data": [' + "[" * 10_000 + "]" * 10_000 + "]}", "json_deep"),
    "nested before the list": (lambda text: '{"x": ' + '{"a":' * 10_000, "json_deep"),
    "a message with a zero": (lambda text: '{"message": "a\\u0000b\\ud800"}', "json_error"),
    "field renamed": (lambda text: text.replace("primaryValue", "value"), "column_missing"),
}


@pytest.mark.parametrize("case", JSON_FILES)
def test_a_file_that_is_not_an_answer_of_comtrade_is_refused(case: str, tmp_path: Path) -> None:
    change, code = JSON_FILES[case]
    whole = comtrade_file(tmp_path, [comtrade_record(partnerCode=n) for n in (251, 724, 380)]).read_text()
    run = imported("comtrade-json", written(tmp_path, change(whole), "bad.json"))

    assert (run.state, run.reason["code"]) == ("refused", code)
    assert Dataset.objects.get(code="comtrade").published is None


BAD_CELLS: dict[str, tuple[dict[str, Any], str, str]] = {
    "product": ({"product": "9912340000"}, "product", "product_unknown"),
    "product shape": ({"product": "080270"}, "product", "product"),
    "partner": ({"partner": "ZZ"}, "partner", "partner"),
    "world": ({"partner": "W"}, "partner", "partner"),
    "region": ({"region": "MA-13"}, "region", "region"),
    "flow": ({"flow": "EXP"}, "flow", "flow"),
    "mode": ({"mode": "6"}, "mode", "mode"),
    "status": ({"status": "X"}, "status", "status"),
    "unit": ({"unit": "99"}, "unit", "unit"),
    "quantity without unit": ({"unit": ""}, "unit", "unit"),
    "ice too short": ({"ice": "30205000041"}, "ice", "ice"),
    "ice check": ({"ice": "000030205000042"}, "ice", "ice_check"),
    "export without ice": ({"ice": ""}, "ice", "ice_required"),
    "no value": ({"value_mad": ""}, "value_mad", "missing"),
    "spaces": ({"value_mad": "12 000"}, "value_mad", "number"),
    "negative": ({"value_mad": "-3"}, "value_mad", "negative"),
    "negative weight": ({"net_kg": "-0.5"}, "net_kg", "negative"),
    "absurd": ({"value_mad": "100000000001"}, "value_mad", "absurd"),
    "very absurd": ({"value_mad": "9" * 30}, "value_mad", "absurd"),
    "very negative": ({"net_kg": "-" + "9" * 30}, "net_kg", "negative"),
    "infinite": ({"value_mad": "inf"}, "value_mad", "number"),
    "no number": ({"value_mad": "NaN"}, "value_mad", "number"),
    "exponent": ({"value_mad": "1e400"}, "value_mad", "number"),
    "decimal comma": ({"value_mad": "12,5"}, "value_mad", "number"),
    "other month": ({"period": "2024-02"}, "period", "other_month"),
    "no period": ({"period": "2024-13"}, "period", "period"),
    "before every edition": ({"period": "1985-03"}, "period", "period"),
    "regime": ({"regime": "12345"}, "regime", "regime"),
    "a million characters": ({"office": "9" * 1_000_000}, "office", "too_long"),
}


@pytest.mark.parametrize("case", BAD_CELLS)
def test_a_bad_row_is_told_by_line_and_column_and_the_good_ones_are_staged(case: str, tmp_path: Path) -> None:
    cells, column, code = BAD_CELLS[case]
    rows = good_rows(40)
    rows.insert(6, customs_row(**cells))
    run = imported("customs", customs_file(tmp_path, rows))

    assert (run.state, run.rows_read, run.rows_accepted, run.rows_rejected) == ("published", 41, 40, 1)
    assert (8, column, code) in codes(run)
    assert len(facts(run.release)) == 40
    shown = next(row for row in rejects_head(run) if row["code"] == code)
    assert str(shown["value"]) == str(cells.get(column, ""))[:100]


def test_the_reject_list_is_a_csv_in_three_languages_without_formulas(tmp_path: Path) -> None:
    rows = [*good_rows(40), customs_row(office="=cmd|' /C calc'!A0", mode="8", region="+1")]
    run = imported("customs", customs_file(tmp_path, rows))

    assert run.rows_rejected == 1
    texts = {language: "".join(rejects_csv(run, language)) for language in ("fr", "ar", "en")}
    for text in texts.values():
        assert text.startswith("\ufeff")
        assert "42,mode,8,mode" in text
        assert ",'=cmd|" in text
        assert ",'+1," in text
        assert ",=cmd" not in text
    assert "1, 2, 3, 4, 5, 7, 9" in texts["en"]


def test_a_repeated_key_is_taken_once_and_each_repetition_is_told(tmp_path: Path) -> None:
    rows = good_rows(40)
    rows.insert(5, {**rows[2], "product": "0802.70.00.00", "value_mad": "7"})
    run = imported("customs", customs_file(tmp_path, rows))

    assert codes(run) == [(7, "product", "duplicate")]
    assert rejects_head(run)[0]["detail"] == "4"
    assert sum(row["value"] for row in facts(run.release)) == 40 * 1_500_250


def test_the_same_file_handed_in_twice_in_one_run_counts_once(tmp_path: Path) -> None:
    path = customs_file(tmp_path, good_rows(30))
    run = imported("customs", path, customs_file(tmp_path, good_rows(30), "again.csv"))

    assert (run.state, run.reason.get("code")) == ("refused", "nothing_good")
    assert (run.rows_read, run.rows_accepted, run.rows_rejected) == (60, 30, 30)
    assert codes(run)[0] == (2, "product", "duplicate_earlier")
    assert rejects_head(run)[0]["detail"] == "1:2"


def test_a_row_of_eh_in_two_files_counts_once_too(tmp_path: Path) -> None:
    """Folding renames it, so that its key in the first file's rows is another than in the second's."""
    Dataset.objects.filter(code="ma-customs").update(max_rejected="0.5")
    rows = [customs_row(partner="EH"), customs_row(partner="MA")]
    first = customs_file(tmp_path, [*rows, *good_rows(3)], "first.csv")
    second = customs_file(tmp_path, [*rows, *good_rows(3, flow="RX")], "second.csv")
    run = imported("customs", first, second)

    assert codes(run) == [(2, "product", "duplicate_earlier"), (3, "product", "duplicate_earlier")]
    assert sum(row["value"] for row in facts(run.release)) == 8 * 1_500_250


def test_lines_with_too_many_or_too_few_fields_or_an_open_quote_break_only_themselves(tmp_path: Path) -> None:
    lines = csv_text(good_rows(80)).splitlines()
    lines[3] += ",more"
    lines[5] = lines[5].rsplit(",", 2)[0]
    lines[7] = lines[7].replace("MA-08", '"MA-08')
    lines[9] = lines[9].replace("MA-08", '"MA-08"')
    lines.insert(11, "")
    run = imported("customs", written(tmp_path, "\r\n".join(lines) + "\r\n", "x.csv"))

    told = {(line, code) for line, _column, code in codes(run)}
    assert {(4, "too_many_fields"), (6, "too_few_fields"), (8, "quote")} <= told
    assert {line for line, _code in told} == {4, 6, 8}
    assert (run.rows_read, run.rows_rejected) == (80, 3)


def test_the_line_told_is_the_editors_even_below_blank_lines(tmp_path: Path) -> None:
    text = (
        csv_text(good_rows(40)).replace("\n", "\n\n", 1)
        + "\n"
        + csv_text([customs_row(mode="8")]).split("\n")[1]
    )
    run = imported("customs", written(tmp_path, text, "x.csv"))

    assert codes(run) == [(44, "mode", "mode")]


def test_too_many_bad_rows_refuse_the_file_and_are_listed(published: Release, tmp_path: Path) -> None:
    rows = [*good_rows(100), *(customs_row(mode="8", office=n) for n in range(11)), customs_row(flow="?")]
    run = imported("customs", customs_file(tmp_path, rows))

    assert (run.state, run.reason["code"]) == ("refused", "too_many_rejected")
    assert "12 of 112" in run_reason(run, "en")
    assert {code for _line, _column, code in codes(run)} == {"mode", "flow"}
    assert Dataset.objects.get(code="ma-customs").published == published


def test_demonstration_and_real_offices_do_not_mix_in_a_file(tmp_path: Path) -> None:
    rows = [*good_rows(30), customs_row(office="DEMO01")]
    run = imported("customs", customs_file(tmp_path, rows))

    assert (run.state, run.reason["code"]) == ("refused", "demo_mixed")
    assert "32" in run_reason(run, "en")


def test_an_implausible_price_is_flagged_and_kept(tmp_path: Path) -> None:
    rows = [*good_rows(30), customs_row(office="999", value_mad="15000000")]
    run = imported("customs", customs_file(tmp_path, rows))

    assert run.rows_rejected == 0
    flagged = [row for row in facts(run.release) if "unit_value" in (row["notes"] or "")]
    assert [row["customs_office"] for row in flagged] == ["999"]


def test_a_fourth_decimal_is_rounded_half_to_even_and_noted(tmp_path: Path) -> None:
    rows = [*good_rows(3), customs_row(office="999", value_mad="10.0005", ice=ICE[1])]
    run = imported("customs", customs_file(tmp_path, rows))

    row = next(row for row in facts(run.release) if row["customs_office"] == "999")
    assert (row["value"], row["notes"]) == (10_000, "rounded")


def test_the_row_of_a_breakdown_is_told_and_does_not_count_twice(tmp_path: Path) -> None:
    records = [
        comtrade_record(),
        comtrade_record(motCode=1000, primaryValue=4),
        comtrade_record(partner2Code=251),
    ]
    run = imported("comtrade-json", comtrade_file(tmp_path, records))

    assert (run.state, run.rows_accepted, run.rows_rejected) == ("published", 1, 2)
    assert {code for _line, _column, code in codes(run)} == {"breakdown"}
    assert [row["value"] for row in facts(run.release)] == [1_234_567]


def test_areas_without_an_iso_code_keep_their_number_and_eh_is_moroccos(tmp_path: Path) -> None:
    records = [
        comtrade_record(reporterCode=251, partnerCode=504, primaryValue=10, qty=1),
        comtrade_record(reporterCode=251, partnerCode=732, primaryValue=2.5, qty=2),
        comtrade_record(reporterCode=490, partnerCode=899),
        comtrade_record(reporterCode=490, partnerCode=0),
    ]
    from reference.models import Country

    Country.objects.filter(code="MA").update(un_codes=[504])
    Country.objects.filter(code="W").update(un_codes=[0])
    run = imported("comtrade-json", comtrade_file(tmp_path, records))

    assert (run.state, run.rows_read, run.rows_accepted) == ("published", 4, 4)
    rows = {(row["reporter"], row["partner"]): row for row in facts(run.release)}
    ours = next(row for (_reporter, partner), row in rows.items() if partner == "MA")
    assert (ours["value"], ours["quantity"]) == (12_500, 3_000)
    assert "eh_folded" in ours["notes"]
    assert rows["_X490", "_X899"]["is_total"] is False
    assert rows["_X490", "W"]["is_total"] is True
    assert {"code": "eh_folded", "params": {"file": "answer.json", "rows": "1"}} in run.log


def test_json_lines_are_those_of_a_pretty_printed_file(tmp_path: Path) -> None:
    records = [comtrade_record(partnerCode=100 + n) for n in range(30)]
    records[2]["flowCode"] = "FM"
    text = json.dumps({"data": records}, indent=2)
    run = imported("comtrade-json", written(tmp_path, text, "pretty.json"))

    line = text.split('"FM"')[0].rindex("    {")
    assert codes(run) == [(text[:line].count("\n") + 1, "flowCode", "flow")]


def test_a_record_that_names_a_field_twice_is_told_and_not_read(tmp_path: Path) -> None:
    records = [comtrade_record(partnerCode=100 + n) for n in range(30)]
    text = json.dumps({"data": records}).replace('"qty": 10.5', '"qty": 1, "qty": 2', 1)
    run = imported("comtrade-json", written(tmp_path, text, "twice.json"))

    assert (run.rows_read, run.rows_accepted) == (30, 29)
    assert codes(run) == [(1, "data", "field_twice")]
    assert "qty" in rejects_head(run)[0]["reason"]


def test_half_a_character_in_json_is_a_bad_cell(tmp_path: Path) -> None:
    records = [comtrade_record(partnerCode=100 + n) for n in range(30)]
    text = json.dumps({"data": records}).replace('"080270"', r'"\ud800"', 1)
    run = imported("comtrade-json", written(tmp_path, text, "half.json"))

    assert codes(run) == [(1, "cmdCode", "product")]


def test_a_shifted_legacy_row_is_repaired_and_its_weight_is_not_its_value(tmp_path: Path) -> None:
    plain = legacy_row(**{"Partner Code": "724", "Netweight (kg)": "11", "Trade Value (US$)": "500"})
    text = csv_text([plain], [*comtrade_csv.HEADER, ""]).rstrip("\n")
    shifted = text.split("\n")[1].replace("Nuts", "Nuts, dried").replace(",724,", ",251,").removesuffix(",")
    run = imported("comtrade-csv", written(tmp_path, f"{text}\n{shifted}\n", "legacy.csv"))

    assert (run.rows_read, run.rows_accepted, run.rows_repaired) == (2, 2, 1)
    assert [(row["value"], row["net_kg"]) for row in facts(run.release)] == [(500_000, 11_000)] * 2


def test_columns_in_another_order_and_an_extra_one_are_read_by_name(tmp_path: Path) -> None:
    header = [*reversed(customs.HEADER), "remark"]
    rows = [{**row, "remark": "x"} for row in good_rows(3)]
    run = imported("customs", written(tmp_path, csv_text(rows, header), "x.csv"))

    assert (run.state, run.rows_accepted) == ("published", 3)
    assert sum(row["value"] for row in facts(run.release)) == 3 * 1_500_250


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_any_program_ends_them(end: str, tmp_path: Path) -> None:
    rows = good_rows(40)
    rows[4]["mode"] = "8"
    text = "\ufeff" + csv_text(rows).replace("\n", end)
    run = imported("customs", written(tmp_path, text, "x.csv"))

    assert (run.rows_read, run.rows_accepted) == (40, 39)
    assert codes(run) == [(6, "mode", "mode")]


def test_columns_without_a_name_are_left_aside(tmp_path: Path) -> None:
    lines = csv_text(good_rows(3)).splitlines()
    text = "\n".join([f"{lines[0]},,extra,", *(f"{line},,x," for line in lines[1:])])
    run = imported("customs", written(tmp_path, text + "\n", "x.csv"))

    assert (run.state, run.rows_accepted) == ("published", 3)


def test_a_few_slips_in_a_small_file_do_not_refuse_it(tmp_path: Path) -> None:
    rows = [*good_rows(8), customs_row(mode="8"), customs_row(flow="?"), customs_row(region="MA-99")]
    run = imported("customs", customs_file(tmp_path, rows))

    assert (run.state, run.rows_accepted, run.rows_rejected) == ("published", 8, 3)
