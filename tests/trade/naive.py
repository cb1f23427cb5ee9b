"""A second reading of files in plain Python, a cell at a time: nothing of the engine's code is in it."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal

# What Unicode calls white space; Python's own idea of it has four more.
SPACE = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
AMOUNTS = ("value_mad", "net_kg", "quantity")
MOST = {"value_mad": 10**11, "net_kg": 10**11, "quantity": 10**12}
KEY = ("period", "flow", "regime", "ice", "region", "product", "partner", "office", "mode")
DIGITS = {ord(zero) + at: str(at) for zero in "٠۰" for at in range(10)}
MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202c\ufeff"))


@dataclass
class Reading:
    """`rows`: non-blank lines below the header; `bad`: of each bad line why; `sums`: as tests.trade.fuzzing.Read."""

    rows: int = 0
    bad: dict[int, str] = field(default_factory=dict)
    sums: dict[str, list[int]] = field(default_factory=dict)


def numbered(text: str) -> list[tuple[int, str]]:
    """The lines with something on them, from 1."""
    text = text.removeprefix("\ufeff")
    lines = text.split("\n") if "\n" in text else text.split("\r")
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip(SPACE)]


def thousandths(text: str) -> int:
    return int((Decimal(text) * 1000).quantize(Decimal(1), ROUND_HALF_EVEN))


def added(sums: dict[str, list[int]], cells: Mapping[str, str]) -> None:
    """One good row's amounts into the sums of its period and flow."""
    own = sums.setdefault(f"{cells['period']} {cells['flow']}", [0, 0, 0])
    for at, name in enumerate(AMOUNTS):
        own[at] += thousandths(cells[name] or "0")


@dataclass(frozen=True)
class Codes:
    """What the test's vocabulary knows."""

    partners: frozenset[str]
    products: frozenset[str]
    first: str = "1962-01"
    last: str = "2026-06"


def customs(text: str, codes: Codes, *, delimiter: str = ",", decimal: str = ".") -> Reading:
    """Read a customs extract."""
    (_one, head), *lines = numbered(text)
    header = [name.strip() for name in next(csv.reader([head], delimiter=delimiter))]
    found, seen, rows = Reading(rows=len(lines)), set(), []
    for number, line in lines:
        fields = next(csv.reader([line], delimiter=delimiter))
        if len(fields) != len(header) or line.count('"') % 2:
            found.bad[number] = "fields"
            continue
        cells = plain(dict(zip(header, fields, strict=True)), decimal)
        rows.append((number, cells))
    month = usual_month(cells["period"] for _number, cells in rows)
    for number, cells in rows:
        key = tuple(cells[name] for name in KEY)
        if fault := fault_of(cells, codes, month):
            found.bad[number] = fault
        elif key in seen:
            found.bad[number] = "duplicate"
        else:
            seen.add(key)
            added(found.sums, cells)
    return found


def plain(cells: Mapping[str, str], decimal: str) -> dict[str, str]:
    """Western digits, no invisible marks, decimal points, product codes with their zero and without dots."""
    made = {
        name: cell.strip(SPACE).translate(DIGITS).translate(MARKS).strip(SPACE)
        for name, cell in cells.items()
    }
    for name in AMOUNTS:
        if decimal == ",":
            made[name] = made[name].translate({ord(","): ".", ord("."): ","})
        made[name] = made[name].replace("٫", ".").replace("\u2212", "-")
    made["product"] = made["product"].replace(".", "")
    made["region"] = made["region"] or "_U"
    if re.fullmatch("[1-9][0-9]{8}", made["product"]):
        made["product"] = "0" + made["product"]
    return made


def rows_of(head: str, lines: Iterable[str]) -> list[dict[str, str]]:
    """The cells of lines that are whole, by name."""
    header = head.split(",")
    return [plain(dict(zip(header, next(csv.reader([line])), strict=True)), ".") for line in lines]


def usual_month(periods: Iterable[str]) -> str | None:
    counts = Counter(period for period in periods if re.fullmatch("(19|20)[0-9]{2}-(0[1-9]|1[0-2])", period))
    return min(counts, key=lambda month: (-counts[month], month), default=None)


def fault_of(cells: Mapping[str, str], codes: Codes, month: str | None) -> str:
    """The first thing that is wrong with a row, "" where it is good."""
    shapes = {
        "flow": "X|M|RX|RM", "regime": "[A-Za-z0-9]{0,4}", "ice": "([0-9]{15})?", "region": "MA-(0[1-9]|1[0-2])|_U",
        "product": "[0-9]{10}", "office": "[A-Za-z0-9_-]{0,12}", "mode": "[1234579]", "status": "[PRF]",
        "unit": "([1-9]|[1-4][0-9]|5[0-3])?",
    }  # fmt: skip
    for name, shape in shapes.items():
        if not re.fullmatch(shape, cells[name]):
            return name
    if cells["period"] != month or not codes.first <= cells["period"] <= codes.last:
        return "period"
    if cells["ice"] and int(cells["ice"]) % 97:
        return "ice"
    if cells["flow"] in ("X", "RX") and not cells["ice"]:
        return "ice"
    if cells["partner"] not in codes.partners or cells["product"][:6] not in codes.products:
        return "code"
    return fault_of_amounts(cells)


def fault_of_amounts(cells: Mapping[str, str]) -> str:
    if not cells["value_mad"] or (cells["quantity"] and not cells["unit"]):
        return "missing"
    for name in AMOUNTS:
        if cells[name] and not re.fullmatch(r"[0-9]+(\.[0-9]*)?", cells[name]):
            return name
        if cells[name] and Decimal(cells[name]) > MOST[name]:
            return name
    return ""


def comtrade(text: str, products: frozenset[str]) -> Reading:
    """Read an answer of UN Comtrade that has a record a line between its first line and its last."""
    lines = text.split("\n")[1:-1]
    found, seen = Reading(rows=len(lines)), set()
    for number, line in enumerate(lines, 2):
        record = json.loads(line.rstrip(","), parse_float=str, parse_int=str, parse_constant=str)
        code = record["cmdCode"] or ""
        known = code == "TOTAL" or code in products
        shapes = (
            ("period", "(19[6-9][2-9]|20[01][0-9]|202[0-6])"), ("flowCode", "M|X|RM|RX"), ("partnerCode", "[0-9]{1,3}"),
            ("reporterCode", "0*[1-9][0-9]*"), ("motCode", "0?"),
        )  # fmt: skip
        faulty = [name for name, shape in shapes if not re.fullmatch(shape, record[name] or "")]
        amounts = [
            amount(record[name], most) for name, most in (("primaryValue", 4 * 10**13), ("netWgt", 10**14))
        ]
        key = tuple(record[name] for name in ("reporterCode", "period", "flowCode", "cmdCode", "partnerCode"))
        if (
            faulty
            or not known
            or len(record["reporterCode"]) > 3
            or None in amounts
            or record["primaryValue"] is None
        ):
            found.bad[number] = "fault"
        elif key in seen:
            found.bad[number] = "duplicate"
        else:
            seen.add(key)
            summed(found.sums, f"{record['period']} {record['flowCode']}", amounts)
    return found


def amount(text: str | None, most: int, *, times: int = 1) -> int | None:
    """Thousandths, 0 for none; None for what is no amount."""
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?", text) or Decimal(text) * times > most:
        return None
    return thousandths(str(Decimal(text) * times))


def summed(sums: dict[str, list[int]], name: str, amounts: Iterable[int | None]) -> None:
    own = sums.setdefault(name, [0, 0, 0])
    for at, more in enumerate(amounts):
        own[at] += more or 0


def baci(text: str, products: frozenset[str]) -> Reading:
    """Read a file of BACI's: thousand dollars and tonnes."""
    lines = text.splitlines()[1:]
    found, seen = Reading(rows=len(lines)), set()
    for number, line in enumerate(lines, 2):
        year, reporter, partner, code, dollars, tonnes = (cell.strip() for cell in next(csv.reader([line])))
        code = code.zfill(6) if len(code) == 5 else code
        places = all(re.fullmatch("[0-9]{1,3}", place) for place in (reporter, partner))
        nothing = "" if tonnes == "NA" else tonnes
        amounts = [amount(dollars, 4 * 10**13, times=1000), amount(nothing, 10**14, times=1000)]
        plain = "e" not in dollars + tonnes and dollars != ""
        key = (year, reporter, partner, code)
        if (
            not re.fullmatch("20[0-2][0-9]", year)
            or not places
            or code not in products
            or None in amounts
            or not plain
        ):
            found.bad[number] = "fault"
        elif key in seen:
            found.bad[number] = "duplicate"
        else:
            seen.add(key)
            summed(found.sums, f"{year} X", amounts)
    return found
