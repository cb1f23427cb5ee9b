"""Any other national CSV, read by a column map (`trade.sources.column_map`): no module of its own is needed."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import polars as pl

from reference.selectors import codes_of_alpha3, codes_of_un, country_codes, edition_at
from trade.canonical import (
    CANONICAL,
    FLOWS,
    MODES,
    NOTE_DIGITS,
    NOTE_ROUNDED,
    NOTE_ZERO,
    STATUSES,
    WESTERN_SAHARA,
    WORLD,
)
from trade.sources.base import RAW, Batch, Rule, Source, SourceFile
from trade.sources.column_map import AMOUNTS, BY_PERIOD, ColumnMap, parse
from trade.sources.comtrade import NO_UNIT, UN_OF_EH
from trade.sources.names import codes_of_names, normal
from trade.sources.numbers import rounded, thousandths, too_large
from trade.sources.scales import shifted
from trade.sources.text import Layout, Table, read_tables
from trade.sources.zeros import zero_lost

# A year of the largest trader in the smallest currency; what is more does not fit 64 bits in thousandths.
BOUNDS = {"value": 10**15 - 1, "net_kg": 10**14, "quantity": 10**15 - 1}
KEY = ("reporter", "period", "flow", "product", "partner")
MORE_KEY = ("region", "regime", "customs_office", "mode")
FREQ = {"year": "A", "month": "M", "fiscal-year": "FY"}
TOKENS = {"YYYY": "([0-9]{4})", "YY": "([0-9]{2})", "MM": "(0[1-9]|1[0-2])", "M": "(1[0-2]|0?[1-9])"}
# An amount moved to the unit that is kept, as text.
SHIFTED = "shifted."
Area = Callable[[str], str | None]


def source(text: str) -> Source:
    """The source that a map makes. Raises Invalid where the map cannot be read."""
    found = parse(text)
    return Source(
        code="customs",
        name="column map",
        dataset=str(found.dataset.get("code", "")),
        read=partial(read, found),
        coverage=found.coverage,
        monthly=found.period_kind == "month",
        one_period=False,
    )


def read(found: ColumnMap, files: Sequence[SourceFile], options: Mapping[str, str]) -> Iterator[Batch]:
    """Batches of at most half a million rows. Raises Refusal for a file that has not the map's columns."""
    layout = Layout(
        source="customs",
        numbers=[name for column in AMOUNTS for name in found.columns.get(column, ())],
        only_wanted=True,
        delimiter=found.delimiter,
        decimal=found.decimal,
        thousands=found.thousands,
    )
    areas = {column: _areas(found.codes[column]) for column in ("reporter", "partner")}
    for file in files:
        for table in read_tables(file, found.file_columns, layout):
            yield _batch(found, table, areas, options.get("edition", ""))


def _areas(kind: str) -> Area:
    """How the file's words for countries are read: a word to our code, None where nobody knows it."""
    if kind == "names":
        names = codes_of_names()
        return lambda word: names.get(normal(word))
    if kind == "un":
        numbers = {str(number): code for number, code in codes_of_un().items()} | {UN_OF_EH: WESTERN_SAHARA}
        return lambda word: _of_un(word, numbers)
    if kind == "alpha3":
        # Told apart from Morocco's until the keys are checked, and folded then.
        letters = {**codes_of_alpha3(), "ESH": WESTERN_SAHARA}
        return lambda word: letters.get(word.upper())
    known = country_codes() | {WESTERN_SAHARA, WORLD}
    return lambda word: word.upper() if word.upper() in known else None


def _of_un(word: str, numbers: Mapping[str, str]) -> str | None:
    plain = word.lstrip("0") or "0"
    return numbers.get(plain, f"_X{plain}") if re.fullmatch("[0-9]{1,3}", word) else None


def _batch(found: ColumnMap, table: Table, areas: Mapping[str, Area], edition: str) -> Batch:
    reading = _Reading(found, table.frame, areas, edition)
    frame, zeros = reading.canonical(table.file)
    columns = {column: names[0] for column, names in found.columns.items()}
    repaired = frame["repaired"] | zeros
    log = list(table.log)
    if zeros.any():
        log.append(("zeros_restored", {"file": table.file.name}))
    if frame["repaired"].any():
        log.append(("digits_read", {"file": table.file.name}))
    return Batch(
        table.file,
        frame,
        columns,
        [*table.rules, *reading.rules()],
        [*KEY, *(name for name in MORE_KEY if name in columns)],
        {name: bound for name, bound in BOUNDS.items() if name in columns},
        repaired=int(repaired.sum()),
        log=log,
    )


class _Reading:
    """One stretch of a file, column by column."""

    def __init__(self, found: ColumnMap, raw: pl.DataFrame, areas: Mapping[str, Area], edition: str) -> None:
        self.map, self.areas, self.edition = found, areas, edition
        amounts = [name for name in AMOUNTS if name in found.columns]
        # Laid down once: as an expression within others it would be worked out a dozen times.
        self.raw = raw.with_columns(
            shifted(self._text(name), found.powers[name]).alias(SHIFTED + name)
            for name in amounts
            if found.powers[name]
        )
        self.amounts = {
            name: pl.col(SHIFTED + name) if found.powers[name] else self._text(name) for name in amounts
        }

    def canonical(self, file: SourceFile) -> tuple[pl.DataFrame, pl.Series]:
        """The frame with the canonical columns, and where a product code got its zero back."""
        raw = self.raw.with_columns(period=self._period()).with_columns(edition=self._edition)
        raw = raw.with_columns(product=self._text("product").str.replace_all(r"[. ]", ""))
        zeros = zero_lost(raw["product"], raw["edition"], self.map.levels)
        raw = raw.with_columns(
            product=pl.when(pl.col("product").is_in([total.replace(".", "") for total in self.map.totals]))
            .then(pl.lit("TOTAL"))
            .when(zeros)
            .then("0" + pl.col("product"))
            .otherwise(pl.col("product"))
        )
        made = self._made(file, zeros)
        raw = raw.with_columns(
            made.get(name, pl.lit(None)).cast(kind, strict=False).alias(name)
            for name, kind in CANONICAL.items()
        )
        return raw.with_columns(is_total=pl.col("partner") == WORLD), zeros

    def _made(self, file: SourceFile, zeros: pl.Series) -> dict[str, pl.Expr]:
        inexact = pl.any_horizontal([rounded(text) for text in self.amounts.values()] or [pl.lit(False)])
        notes = {NOTE_ROUNDED: inexact, NOTE_ZERO: pl.lit(zeros), NOTE_DIGITS: pl.col("repaired")}
        flow = self._coded("flow", FLOWS)
        product, length = pl.col("product"), pl.col("product").str.len_chars()
        unit = self._word("unit")
        measured = ~unit.is_in(NO_UNIT)
        amounts = {name: thousandths(text) for name, text in self.amounts.items()}
        if "quantity" in amounts:
            amounts["quantity"] = pl.when(measured).then(amounts["quantity"])
        valuation = flow.replace_strict(dict(self.map.valuation), default=None, return_dtype=pl.String)
        return {
            "period": pl.col("period"),
            "freq": pl.lit(FREQ[self.map.period_kind]),
            **{column: self._area(column) for column in ("reporter", "partner")},
            "flow": flow,
            "region": _or_null(self._word("region")) if "region" in self.map.columns else pl.lit(None),
            "edition": pl.col("edition"),
            "product": product,
            "level": pl.when(product == "TOTAL").then(0).when(length.is_in(self.map.levels)).then(length),
            **{name: _or_null(self._text(name)) for name in ("regime", "customs_office")},
            "mode": _or_null(self._coded("mode", MODES)),
            "status": _or_null(self._coded("status", STATUSES)),
            **amounts,
            "currency": pl.lit(self.map.constants["currency"]),
            "valuation": valuation if self.map.valuation else pl.lit(self.map.constants.get("valuation")),
            "unit": pl.when(measured & unit.is_not_null()).then(unit),
            "notes": pl.concat_str(
                [pl.when(where).then(pl.lit(note)) for note, where in notes.items()],
                separator=" ",
                ignore_nulls=True,
            ).replace("", None),
            "line": pl.col("line"),
            "file": pl.lit(file.position),
        }

    def _text(self, column: str) -> pl.Expr:
        """A column's cells, those of several joined by a space; "" where the map has neither column nor constant."""
        names = self.map.columns.get(column)
        if names is None:
            return pl.lit(self.map.constants.get(column, ""))
        cells = [pl.col(RAW + name).fill_null("") for name in names]
        return cells[0] if len(cells) == 1 else pl.concat_str(cells, separator=" ")

    def _distinct(self, column: str) -> list[str]:
        """The different words of a column: a few hundred, whatever the number of rows."""
        return self.raw.select(self._text(column).unique()).to_series().to_list()

    def _word(self, column: str) -> pl.Expr:
        """A column with the map's words for it put in place of the file's; others stay."""
        words = {normal(word) or word: code for word, code in self.map.values.get(column, {}).items()}
        if not words or column not in self.map.columns:
            return self._text(column)
        read = {word: words.get(normal(word) or word, word) for word in self._distinct(column)}
        return self._text(column).replace_strict(read, default=None, return_dtype=pl.String)

    def _coded(self, column: str, known: Sequence[str]) -> pl.Expr:
        word = self._word(column)
        return pl.when(word.is_in(known)).then(word)

    def _area(self, column: str) -> pl.Expr:
        if column in self.map.constants:
            return pl.lit(self.map.constants[column])
        words = {normal(word): code for word, code in self.map.values[column].items()}
        read = {word: words.get(normal(word)) or self.areas[column](word) for word in self._distinct(column)}
        return self._text(column).replace_strict(read, default=None, return_dtype=pl.String)

    def _period(self) -> pl.Expr:
        """Null where it is not written as the map says."""
        if "period" in self.map.constants:
            return pl.lit(self.map.constants["period"])
        tokens = re.findall("YYYY|YY|MM|M", self.map.period_written)
        literals = [re.escape(part) for part in re.split("YYYY|YY|MM|M", self.map.period_written)]
        pattern = (
            "^"
            + "".join(
                part + TOKENS.get(token, "") for part, token in zip(literals, [*tokens, ""], strict=True)
            )
            + "$"
        )
        text = self._text("period")
        parts = {token: text.str.extract(pattern, at + 1) for at, token in reversed(list(enumerate(tokens)))}
        if self.map.period_kind == "month":
            month = parts["MM"] if "MM" in parts else parts["M"].str.zfill(2)
            return parts["YYYY"] + "-" + month
        if self.map.period_kind == "year":
            return parts["YYYY"]
        return self._fiscal(text, pattern, tokens)

    def _fiscal(self, text: pl.Expr, pattern: str, tokens: Sequence[str]) -> pl.Expr:
        """A fiscal year by its first calendar year; where both stand there, the second follows the first."""
        first = text.str.extract(pattern, 1).cast(pl.Int32)
        if self.map.period_last:
            first = first - 1
        if len(tokens) > 1:
            digits = len(tokens[1])
            second = text.str.extract(pattern, 2).cast(pl.Int32)
            first = pl.when((first + 1) % 10**digits == second).then(first)
        return pl.lit("FY") + first.cast(pl.String)

    @property
    def _edition(self) -> pl.Expr:
        """By a column, by the period, or one for all; the run's own option where the map says nothing."""
        if "edition" in self.map.columns:
            word = self._word("edition")
            return pl.when(word.str.contains(r"^HS[0-9]{4}$")).then(word)
        editions = self.map.editions or self.edition or BY_PERIOD
        if isinstance(editions, str) and editions != BY_PERIOD:
            return pl.lit(editions)
        periods = self.raw.select(self._period().unique()).to_series().drop_nulls().to_list()
        read = {period: _edition_of(period, editions) for period in periods}
        return pl.col("period").replace_strict(read, default=None, return_dtype=pl.String)

    def rules(self) -> list[Rule]:
        """What only a map knows; codes and bounds are checked as those of every source."""
        read = {
            name: pl.col(name) if name != "quantity" else thousandths(text)
            for name, text in self.amounts.items()
        }
        value = self._text("value")
        rules = [
            Rule("period", "period", pl.col("period").is_null(), pl.lit(self.map.period_written)),
            Rule(
                "flow",
                "flow",
                pl.col("flow").is_null(),
                pl.lit(", ".join([*self.map.values["flow"], *FLOWS])),
            ),
            Rule("reporter", "reporter", pl.col("reporter").is_null() | (pl.col("reporter") == WORLD)),
            Rule("partner", "partner", pl.col("partner").is_null()),
            Rule("edition", "classification", pl.col("edition").is_null() & pl.col("period").is_not_null()),
            Rule(
                "product",
                "product",
                ~pl.col("product").str.contains("^(TOTAL|[0-9]+)$"),
                pl.lit("TOTAL, 0000"),
            ),
            Rule("product", "level", pl.col("level").is_null() & pl.col("product").str.contains("^[0-9]+$")),
            Rule("value", "missing", value == ""),
            Rule(
                "mode",
                "mode",
                (self._text("mode") != "") & pl.col("mode").is_null(),
                pl.lit(", ".join(MODES)),
            ),
            Rule(
                "status",
                "status",
                (self._text("status") != "") & pl.col("status").is_null(),
                pl.lit("P, R, F"),
            ),
            Rule("regime", "regime", ~self._text("regime").str.contains(r"^[A-Za-z0-9]{0,4}$")),
            Rule(
                "customs_office",
                "office",
                ~self._text("customs_office").str.contains(r"^[A-Za-z0-9_-]{0,12}$"),
            ),
        ]
        for name, amount in read.items():
            text, cell = self.amounts[name], self._text(name)
            beyond = too_large(text)
            rules.append(Rule(name, "number", (cell != "") & amount.is_null() & ~beyond & ~too_large(cell)))
            rules.append(
                Rule(
                    name,
                    "absurd",
                    beyond & ~too_large(cell) & ~cell.str.starts_with("-"),
                    pl.lit(str(BOUNDS[name])),
                )
            )
            rules.append(Rule(name, "negative", beyond & ~too_large(cell) & cell.str.starts_with("-")))
        return rules


def _or_null(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def _edition_of(period: str, editions: str | Mapping[str, str]) -> str | None:
    if isinstance(editions, str):
        return edition_at(period) if period.removeprefix("FY")[:4] >= "1992" else None
    begun = {
        first: code
        for first, code in editions.items()
        if first.removeprefix("FY") <= period.removeprefix("FY")
    }
    return begun[max(begun, key=lambda first: first.removeprefix("FY"))] if begun else None
