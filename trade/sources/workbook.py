"""A workbook of the Office des Changes' kind (XLSX): the layout is ours and stands in docs/imports.md.

Settings above a table of products by periods, sheet by sheet. Every figure is a row; a fault names the sheet and the
column, and the line is the sheet's row: `Exportations!F`, line 17 is the cell F17.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from reference.selectors import country_codes, edition_at
from trade.canonical import CANONICAL, NOTE_ROUNDED, WORLD
from trade.sources import workbook_words as words
from trade.sources import xlsx
from trade.sources.base import RAW, Batch, Rule, Source, SourceFile
from trade.sources.names import codes_of_names, normal
from trade.sources.numbers import rounded, thousandths, too_large
from trade.sources.reasons import Refusal
from trade.sources.scales import DECIMAL, shifted
from trade.sources.zeros import zero_lost

KEY = ("period", "flow", "edition", "product", "partner")
# A year's trade in one product: ten times the country's own.
BOUNDS = {"value": 10**13, "net_kg": 10**13}
LEVELS = (2, 4, 6, 8, 10)
# Settings and headings stand within the first rows.
TOP = 60
NOTHING = ("", "...", "…", "nd", "n.d.", "n.d")
ZERO = ("-", "–", "—")
# What stands for a cell that shows an error, and for a formula without a stored result.
ERROR, UNSOLVED = "#", "="
GROUPED = re.compile(r"^-?[0-9]{1,3}( [0-9]{3})+(,[0-9]+)?$")
COMMA = re.compile(r"^-?[0-9]+,[0-9]+$")
# Three digits behind one comma: thousands, or a decimal? Nobody can tell.
UNCLEAR = re.compile(r"^-?[1-9][0-9]{0,2},[0-9]{3}$")


@dataclass(slots=True)
class _Table:
    """One sheet's table. `figures`: period → measure → column; `settings`: what stands above, by its name."""

    sheet: str
    cells: list[list[Any]]
    head: int
    code: int
    partner: int | None = None
    flow: int | None = None
    figures: dict[str, dict[str, int]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    label: int | None = None

    def place(self, column: int) -> str:
        """How a column is called in a reject list: `Exportations!F`."""
        return f"{self.sheet}!{re.sub('[0-9]', '', xlsx.address(0, column))}"


def read(files: Sequence[SourceFile], options: Mapping[str, str]) -> Iterator[Batch]:
    """One batch a sheet and period. Raises Refusal for what is no workbook, cannot be read safely or has no table."""
    for file in files:
        with file.path.open("rb") as stream:
            head = stream.read(8)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            raise Refusal("binary", file=file.name, kind="Excel (XLS)", source="workbook", wanted="XLSX")
        if not head:
            raise Refusal("empty", file=file.name)
        if not head.startswith(b"PK\x03\x04"):
            raise Refusal("not_format", file=file.name, source="workbook", wanted="XLSX")
        looked = xlsx.look(file)
        log: list[tuple[str, dict[str, str]]] = []
        # One batch waits for the next: what is said of the sheets behind the last table goes with it.
        waiting: Batch | None = None
        for table in _tables(file, looked, log):
            for batch in _batches(file, table, options):
                if waiting is not None:
                    yield waiting
                waiting = batch
        if waiting is None:
            raise Refusal("sheet_no_table", file=file.name)
        waiting.log = log
        yield waiting


def _tables(file: SourceFile, looked: xlsx.Looked, log: list[tuple[str, dict[str, str]]]) -> Iterator[_Table]:
    places = xlsx.files_of_sheets(file)
    try:
        with CalamineWorkbook.from_path(file.path) as book:
            for meta in book.sheets_metadata:
                told = {"file": file.name, "sheet": meta.name}
                if meta.typ != SheetTypeEnum.WorkSheet or meta.visible != SheetVisibleEnum.Visible:
                    log.append(("sheet_hidden", told))
                    continue
                sheet = book.get_sheet_by_name(meta.name)
                cells = sheet.to_python(skip_empty_area=False)
                path = places.get(meta.name, "")
                for cells_of, mark in ((looked.errors, ERROR), (looked.unsolved, UNSOLVED)):
                    for row, column in cells_of.get(path, ()):
                        if row < len(cells) and column < len(cells[row]):
                            cells[row][column] = mark
                table = _table(file, meta.name, cells, sheet)
                if table is None:
                    log.append(("sheet_without_table", told))
                else:
                    yield table
    except CalamineError as error:
        raise Refusal("xlsx_broken", file=file.name) from error


def _table(file: SourceFile, name: str, cells: list[list[Any]], sheet: CalamineSheet) -> _Table | None:
    """The sheet's table; None where it has no row of headings. Raises Refusal for a heading that is not known."""
    _spread(cells, sheet, rows=range(min(TOP, len(cells))))
    rows = [
        row
        for row in range(min(TOP, len(cells)))
        if any(normal(_text(cell)) in words.CODE for cell in cells[row])
    ]
    if not rows:
        return None
    last = rows[0]
    while last + 1 in rows:
        last += 1
    settings = _settings(file, name, cells[: rows[0]])
    code = next(at for at, cell in enumerate(cells[last]) if normal(_text(cell)) in words.CODE)
    table = _Table(name, cells, last, code, settings=settings)
    for column, own in enumerate(cells[last]):
        above = [cells[row][column] for row in range(rows[0], last)]
        _heading(file, table, column, own, [cell for cell in above if cell not in ("", own)])
    keys = [column for column in (table.code, table.partner, table.flow, table.label) if column is not None]
    _spread(cells, sheet, rows=range(last + 1, len(cells)), columns=keys)
    return table


def _spread(
    cells: list[list[Any]], sheet: CalamineSheet, *, rows: range, columns: Sequence[int] | None = None
) -> None:
    """Give every cell of a merged range its value: in headings, and in the columns of codes."""
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if top not in rows or top >= len(cells) or left >= len(cells[top]):
            continue
        value = cells[top][left]
        for row in range(top, min(bottom + 1, len(cells), rows.stop)):
            for column in range(left, min(right + 1, len(cells[row]))):
                if columns is None or column in columns:
                    cells[row][column] = value


def _settings(file: SourceFile, sheet: str, rows: Sequence[Sequence[Any]]) -> dict[str, str]:
    """Name → value of the lines above the table, their values checked. Raises Refusal."""
    known: dict[str, Mapping[str, str]] = {
        "flow": words.FLOWS, "unit": words.UNITS, "weight": words.WEIGHTS, "currency": words.CURRENCIES,
        "status": words.STATUSES,
    }  # fmt: skip
    found: dict[str, str] = {}
    for number, row in enumerate(rows):
        filled = [(column, cell) for column, cell in enumerate(row) if _text(cell) != ""]
        name = words.SETTINGS.get(normal(_text(filled[0][1]).rstrip(": "))) if filled else None
        if name is None or len(filled) < 2:
            continue
        column, cell = next(((at, value) for at, value in filled[1:] if value != filled[0][1]), filled[1])
        text = _text(cell)
        value: str | None
        if name == "edition":
            value = words.edition(text)
        elif name == "year":
            value = words.western(text) if words.YEAR.match(words.western(text)) else None
        else:
            value = known[name].get(normal(text))
        if value is None:
            told = ", ".join(list(known.get(name, dict.fromkeys(words.EDITIONS)))[:12])
            where = {"sheet": sheet, "cell": xlsx.address(number, column)}
            raise Refusal("sheet_setting", file=file.name, **where, value=text, known=told)
        found[name] = value
    return found


def _heading(file: SourceFile, table: _Table, column: int, own: Any, above: Sequence[Any]) -> None:
    plain = normal(_text(own))
    if plain in words.CODE:
        return
    if plain in words.PARTNER:
        table.partner = column
    elif plain in words.FLOW:
        table.flow = column
    elif plain in words.ASIDE:
        table.label = column if plain and table.label is None else table.label
        if not plain and above:
            _unknown(file, table, column, " ".join(_text(cell) for cell in above))
    else:
        cell = own if not above else " ".join(_text(piece) for piece in (*above, own))
        found = words.heading(cell, table.settings.get("year", ""))
        if found is None and not plain.startswith(words.DERIVED):
            _unknown(file, table, column, _text(cell))
        if found is not None:
            measure, period = found
            if measure in table.figures.get(period, {}):
                where = {"sheet": table.sheet, "cell": xlsx.address(table.head, column)}
                raise Refusal("sheet_heading_twice", file=file.name, **where, heading=_text(cell))
            table.figures.setdefault(period, {})[measure] = column


def _unknown(file: SourceFile, table: _Table, column: int, text: str) -> None:
    where = {"sheet": table.sheet, "cell": xlsx.address(table.head, column)}
    raise Refusal("sheet_heading", file=file.name, **where, heading=text)


def _text(cell: Any) -> str:
    """A cell as text: numbers without exponent, dates as such."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return (
            str(int(cell)) if cell.is_integer() and abs(cell) < 10**15 else format(Decimal(repr(cell)), "f")
        )
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    return str(cell).strip()


def _number(cell: Any) -> str:
    """A figure's text; "" for none. A number that is stored as text is read the French way, if it is clear."""
    text = _text(cell)
    if not isinstance(cell, str) or text in (ERROR, UNSOLVED):
        return text
    text = " ".join(
        words.western(text).replace("\u066b", ",").replace("\u066c", " ").replace("\u202f", " ").split()
    )
    if text.casefold() in NOTHING:
        return ""
    if text in ZERO:
        return "0"
    if GROUPED.match(text) or (COMMA.match(text) and not UNCLEAR.match(text)):
        return text.replace(" ", "").replace(",", ".")
    return text


def _batches(file: SourceFile, table: _Table, options: Mapping[str, str]) -> Iterator[Batch]:
    for name, heading in (("flow", "Flux"), ("unit", "Unité"), ("currency", "Monnaie")):
        if name not in table.settings and not (name == "flow" and table.flow is not None):
            raise Refusal("sheet_setting_missing", file=file.name, sheet=table.sheet, name=heading)
    if any("net_kg" in measures for measures in table.figures.values()) and "weight" not in table.settings:
        raise Refusal("sheet_setting_missing", file=file.name, sheet=table.sheet, name="Unité de poids")
    codes, known = codes_of_names(), country_codes()
    for period, measures in sorted(table.figures.items()):
        raw = _raw(table, period, measures)
        if not raw.is_empty():
            yield _batch(
                file, table, raw, period=period, measures=measures, options=options, codes=codes, known=known
            )


def _raw(table: _Table, period: str, measures: Mapping[str, int]) -> pl.DataFrame:
    """The rows that have a figure in the period, as text; `line` is the sheet's row."""
    names = {"product": table.code, "partner": table.partner, "flow": table.flow, **measures}
    cells: dict[str, list[str]] = {name: [] for name, column in names.items() if column is not None}
    lines = []
    for number in range(table.head + 1, len(table.cells)):
        row = table.cells[number]
        figures = {name: _number(row[column]) for name, column in measures.items()}
        if not any(figures.values()):
            continue
        lines.append(number + 1)
        for name, column in names.items():
            if column is not None:
                cells[name].append(figures[name] if name in figures else words.western(_text(row[column])))
        if not cells["product"][-1] and table.label is not None:
            label = _text(row[table.label])
            cells["product"][-1] = label if normal(label) in words.TOTALS else ""
    texts = {name: pl.Series(values, dtype=pl.String) for name, values in cells.items()}
    return pl.DataFrame({**texts, "line": pl.Series(lines, dtype=pl.Int64)})


def _batch(
    file: SourceFile, table: _Table, raw: pl.DataFrame, *, period: str, measures: Mapping[str, int],
    options: Mapping[str, str], codes: Mapping[str, str], known: frozenset[str],
) -> Batch:  # fmt: skip
    edition = table.settings.get("edition") or options.get("edition") or edition_at(period)
    product = _products(raw["product"])
    lost = zero_lost(product, pl.Series([edition] * raw.height, dtype=pl.String), LEVELS)
    code = pl.when(lost).then(pl.lit("0") + product).otherwise(product)
    flow: pl.Expr = pl.lit(table.settings.get("flow"), dtype=pl.String)
    if "flow" in raw.columns:
        flow = _mapped(raw["flow"], lambda text: words.FLOWS.get(normal(text)))
    partner: pl.Expr = pl.lit(WORLD)
    if "partner" in raw.columns:
        partner = _mapped(raw["partner"], lambda text: _country(text, codes, known))
    columns = {"product": table.code, "partner": table.partner, "flow": table.flow, **measures}
    # What has no column of its own stands in the heading above the figures.
    elsewhere = measures.get("value", table.code)
    at = {name: table.place(elsewhere if column is None else column) for name, column in columns.items()}
    value = weight = pl.lit(None, dtype=pl.String)
    if "value" in measures:
        value = shifted(pl.col("value"), int(table.settings["unit"]))
    if "net_kg" in measures:
        weight = shifted(pl.col("net_kg"), int(table.settings["weight"]))
    inexact = pl.any_horizontal(rounded(value).fill_null(value=False), rounded(weight).fill_null(value=False))
    made = {
        "period": pl.lit(period),
        "freq": pl.lit("M" if "-" in period else "A"),
        "reporter": pl.lit("MA"),
        "flow": flow,
        "edition": pl.lit(edition),
        "product": pl.when(code.str.contains(r"^(TOTAL|([0-9]{2}){1,5})$")).then(code),
        "level": pl.when(code == "TOTAL").then(0).otherwise(code.str.len_chars()),
        "partner": partner,
        "is_total": partner == WORLD,
        "value": thousandths(value),
        "net_kg": thousandths(weight),
        "currency": pl.lit(table.settings["currency"]),
        "valuation": pl.when(flow.is_in(["X", "RX"])).then(pl.lit("FOB")).otherwise(pl.lit("CIF")),
        "status": pl.lit(table.settings.get("status"), dtype=pl.String),
        "notes": pl.when(inexact).then(pl.lit(NOTE_ROUNDED)),
        "line": pl.col("line"),
        "file": pl.lit(file.position),
    }
    cells = {RAW + at[name]: raw[name] for name in raw.columns if name != "line"}
    frame = raw.select(
        pl.coalesce(made.get(name, pl.lit(None))).cast(kind, strict=False).alias(name)
        for name, kind in CANONICAL.items()
    ).with_columns(**cells)
    columns_of = {**at, "period": at.get("value", at["product"])}
    bounds = {name: BOUNDS[name] for name in measures}
    checks = [*_rules(at, measures)]
    return Batch(file, frame, columns_of, checks, KEY, bounds, repaired=int(lost.sum()))


def _products(cells: pl.Series) -> pl.Series:
    total = [text for text in cells.unique().to_list() if normal(text) in words.TOTALS]
    plain = cells.str.replace_all(r"[.\s\u{a0}]", "")
    return pl.select(pl.when(cells.is_in(total)).then(pl.lit("TOTAL")).otherwise(plain)).to_series()


def _mapped(cells: pl.Series, code: Any) -> pl.Expr:
    """The cells' codes, asked once for each distinct text."""
    found = {text: code(text) for text in cells.unique().to_list()}
    return pl.lit(cells.replace_strict(list(found), list(found.values()), return_dtype=pl.String))


def _country(text: str, codes: Mapping[str, str], known: frozenset[str]) -> str | None:
    if normal(text) in words.WORLD:
        return WORLD
    return text.upper() if text.upper() in known | {"EH"} else codes.get(normal(text))


def _rules(at: Mapping[str, str], measures: Mapping[str, int]) -> Iterator[Rule]:
    yield Rule("product", "product", pl.col("product").is_null(), pl.lit("TOTAL, 00, 0000, 000000"))
    yield Rule("flow", "flow", pl.col("flow").is_null(), pl.lit("X, M, RX, RM"))
    yield Rule("partner", "country_name", pl.col("partner").is_null())
    for name in measures:
        cell = pl.col(RAW + at[name])
        yield Rule(name, "cell_error", cell == ERROR)
        yield Rule(name, "formula", cell == UNSOLVED)
        number = cell.str.contains(DECIMAL)
        yield Rule(name, "number", ~cell.is_in(["", ERROR, UNSOLVED]) & ~number)
        lost = number & pl.col(name).is_null() & ~too_large(cell)
        yield Rule(name, "absurd", lost, pl.lit(str(BOUNDS[name])))
    empty = pl.col(RAW + at["value"]) == "" if "value" in measures else pl.col("value").is_null()
    yield Rule("value", "missing", empty)


SOURCE = Source(
    code="workbook",
    name="workbook (XLSX)",
    dataset="workbook",
    read=read,
    coverage=("period", "flow", "level", "is_total"),
    monthly=False,
    one_period=False,
)
