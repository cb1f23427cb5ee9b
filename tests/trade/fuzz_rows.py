"""Generated rows, good and bad, in every way in which a program may write them; which are good, `naive` says."""

import csv
import gzip
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.trade.importing import ICE, comtrade_record, customs_row
from trade.sources import customs

ARABIC, PERSIAN = ({str(at): chr(zero + at) for at in range(10)} for zero in (0x0660, 0x06F0))
# Of each column: cells that are good, and cells that are not (or not beside the others of their row).
CELLS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "period": (("2024-03",), ("2024-13", "2024-02", "03/2024", "", "2031-01", "1993-00", "1985-03")),
    "flow": (("X", "M", "RX", "RM"), ("x", "EXP", "")),
    "regime": (("10", "0040", "", "A1"), ("12345", "1 0", "é")),
    "ice": ((*ICE, ""), ("30205000041", "000030205000042", "ABC", "0000302050000410")),
    "region": (("MA-01", "MA-12", "", "_U"), ("MA-13", "ma-01", "X")),
    "product": (
        ("0802700000", "0802.70.00.00", "802700000", "702000000", "6109100000", "3103100000"),
        ("080270", "9912340000", "80270000", "0802700000X", ""),
    ),
    "partner": (("FR", "ES", "MA", "EH", "_X", "_X123"), ("W", "ZZ", "fr", "", "_X1234")),
    "office": (("A_1-b", "", *(str(at) for at in range(300, 320))), ("3 9", "A" * 13, "A" * 65, "é")),
    "mode": (("1", "2", "3", "4", "5", "7", "9"), ("6", "8", "", "1.0")),
    "value_mad": (
        ("0", "1500.25", "1500", "007", "12.", "0.0005", "0.0015", "1.00051", "100000000000", "123456789.1239999"),
        ("", "-1", "100000000001", "1e5", "NaN", "inf", "1 000", "0x10", ".5", "9" * 30, "1.2.3", "--1", "1,500,2"),
    ),
    "net_kg": (("", "12.5", "0", "3"), ("-0.5", "abc", "100000000000.001", "1.5kg")),
    "quantity": (("", "12.5", "0", "7"), ("-1", "1000000000001", "_")),
    "unit": (("8", "53", "1"), ("", "54", "0", "08")),
    "status": (("P", "R", "F"), ("", "X", "f")),
}  # fmt: skip
NUMBERS = ("value_mad", "net_kg", "quantity")
# What is wrong with a line as a whole.
SHAPES = ("short", "long", "quote", "blank")
REMARKS = ("", "x", 'à "b", c;d\te|f', "x" * 64, "=1+1", "ملاحظة")


@dataclass(frozen=True)
class Style:
    """How a file is written."""

    delimiter: str
    decimal: str
    end: str
    encoding: str
    packed: bool
    quoting: int
    final_end: bool
    remark: bool
    turned: int


STYLES = st.builds(
    Style,
    delimiter=st.sampled_from((",", ",", ";", "\t", "|")),
    decimal=st.sampled_from((".", ".", ",")),
    end=st.sampled_from(("\n", "\n", "\r\n", "\r")),
    encoding=st.sampled_from(("utf-8", "utf-8", "utf-8-sig", "utf-16")),
    packed=st.booleans(),
    quoting=st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    final_end=st.booleans(),
    remark=st.booleans(),
    turned=st.integers(0, 13),
)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, str]:
    """A row of which usually every cell is good, and its shape, "" mostly."""
    row = {name: draw(st.sampled_from(good)) for name, (good, _bad) in CELLS.items()}
    for name in draw(st.one_of(st.just([]), st.lists(st.sampled_from([*CELLS]), min_size=1, max_size=2))):
        row[name] = draw(st.sampled_from(CELLS[name][1]))
    digits = draw(st.sampled_from(({}, {}, {}, ARABIC, PERSIAN)))
    if digits:
        name = draw(st.sampled_from(("ice", "product", "value_mad", "net_kg", "mode", "unit")))
        row[name] = "".join(digits.get(letter, letter) for letter in row[name])
    shape = draw(st.sampled_from(("", "", "", "", "", "", "", *SHAPES)))
    return {**row, "remark": draw(st.sampled_from(REMARKS)), "shape": shape}


@dataclass(frozen=True)
class Extract:
    """A customs extract: its text, and the file that is handed in."""

    style: Style
    text: str

    def written(self, folder: Path) -> Path:
        content = self.text.encode(self.style.encoding)
        path = folder / ("customs.csv.gz" if self.style.packed else "customs.csv")
        path.write_bytes(gzip.compress(content, mtime=0) if self.style.packed else content)
        return path


def _sure(number: int) -> dict[str, str]:
    """Rows that make the file's month and decimal mark certain, and end it with a whole line."""
    return {**customs_row(office=f"Z{number}", value_mad="12.25"), "remark": "", "shape": ""}


def extract(style: Style, made: Sequence[dict[str, str]]) -> Extract:
    # One more of these than of all others: what few rows say of the whole file is not what is tried here.
    made = [*made, *(_sure(number) for number in range(len(made) + 1))]
    header = [
        *customs.HEADER[style.turned :],
        *customs.HEADER[: style.turned],
        *(["remark"] if style.remark else []),
    ]
    lines = [_line(style, header), *(line for row in made for line in _lines(style, header, row))]
    text = style.end.join(lines) + (style.end if style.final_end else "")
    return Extract(style, text)


def _lines(style: Style, header: Sequence[str], row: dict[str, str]) -> list[str]:
    swap = {".": ",", ",": "."} if style.decimal == "," else {}
    cells = [
        "".join(swap.get(letter, letter) for letter in row[name]) if name in NUMBERS else row[name]
        for name in header
    ]
    if row["shape"] == "short":
        cells = cells[:-2]
    elif row["shape"] == "long":
        cells = [*cells, "more"]
    line = _line(style, cells)
    if row["shape"] == "quote":
        line = '"' + line
    return ["", line] if row["shape"] == "blank" else [line]


def _line(style: Style, cells: Sequence[str]) -> str:
    into = io.StringIO()
    csv.writer(into, delimiter=style.delimiter, quoting=style.quoting, lineterminator="").writerow(cells)
    return into.getvalue()


EXTRACTS = st.builds(extract, STYLES, st.lists(rows(), min_size=1, max_size=15))

# --- UN Comtrade's answers and BACI ----------------------------------------------------------------------------------

# Numbers stand as they are written in the file.
FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "period": (('"2023"', '"2022"', "2021"), ('"2023x"', "null", '"1900"', '"2031"')),
    "flowCode": (('"X"', '"M"', '"RX"'), ('"FM"', "null")),
    "reporterCode": (("504", "4"), ('"MA"', "0", "12345")),
    "partnerCode": (("251", "724", "0", "899", '"36"'), ("null", "-1", "1.5")),
    "cmdCode": (('"080270"', '"0802"', '"08"', '"TOTAL"'), ('"80270"', '"8O27"', '"999998"', "null")),
    "primaryValue": (
        ("0", "1234.5", "1.5e3", "12E-1", '"77"', "0.0005"),
        ("null", "-1", "1e400", '"1 000"', "NaN", "50000000000000"),
    ),
    "netWgt": (("null", "10.5", "0"), ("-1", "Infinity", '"x"')),
    "motCode": (("0", '"0"', "null"), ("1000",)),
}
RECORDS = st.lists(
    st.tuples(
        st.fixed_dictionaries({name: st.sampled_from(good) for name, (good, _bad) in FIELDS.items()}),
        st.sampled_from(("", "", "", *FIELDS)),
        st.integers(0, 99),
    ),
    min_size=1,
    max_size=15,
)


def answer(made: Sequence[tuple[dict[str, str], str, int]]) -> str:
    """Each record on a line of its own, from line 2 on; the last one is good for certain."""
    whole = comtrade_record(qty=None, qtyUnitCode=-1, cifvalue=None, fobvalue=None)
    lines = []
    for fields, spoilt, which in made:
        own = fields | ({spoilt: FIELDS[spoilt][1][which % len(FIELDS[spoilt][1])]} if spoilt else {})
        levels = {'"TOTAL"': "0", '"08"': "2", '"0802"': "4", '"080270"': "6"}
        own["aggrLevel"] = levels.get(own["cmdCode"], "6")
        texts: dict[str, Any] = {name: json.dumps(value) for name, value in whole.items()} | own
        lines.append("{" + ", ".join(f'"{name}": {text}' for name, text in texts.items()) + "}")
    lines.append(json.dumps({**whole, "partnerCode": 998}))
    return '{"data": [\n' + ",\n".join(lines) + "\n]}"


ANSWERS = st.builds(answer, RECORDS)
BACI: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("2023", "2022"), ("23", "", "2031", "x")),
    (("504", "4", "251"), ("x", "", "12345")),
    (("724", "36", "899"), ("-1", "", "1.0")),
    (("80270", "080270", "610910"), ("8027", "999997", "TOTAL")),
    (("0", "1.125", "0.0000005", "12345.678901"), ("NA", "", "-1", "1e3", "9" * 20)),
    (("NA", "", '"   1.000"', "0.5"), ("-2", "x")),
)
BACI_ROWS = st.lists(
    st.tuples(
        st.tuples(*(st.sampled_from(good) for good, _bad in BACI)),
        st.sampled_from((None, None, None, *range(6))),
        st.integers(0, 99),
    ),
    min_size=1,
    max_size=20,
)


def baci(made: Sequence[tuple[tuple[str, ...], int | None, int]]) -> str:
    lines = ["t,i,j,k,v,q"]
    for cells, spoilt, which in made:
        own = [*cells]
        if spoilt is not None:
            own[spoilt] = BACI[spoilt][1][which % len(BACI[spoilt][1])]
        lines.append(",".join(own))
    return "\n".join([*lines, "2023,504,998,80270,1,1"]) + "\n"


BACI_FILES = st.builds(baci, BACI_ROWS)
