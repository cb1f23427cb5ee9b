"""What UN Comtrade's two formats share: its codes of editions, flows, areas and units."""

from collections.abc import Mapping

import polars as pl

from reference.selectors import codes_of_un
from trade.canonical import CANONICAL, NOTE_ROUNDED, WESTERN_SAHARA, WORLD
from trade.sources.base import RAW, Reader, Rule, Source, SourceFile
from trade.sources.numbers import rounded, thousandths, too_large

EDITIONS = {
    "H0": "HS1992", "H1": "HS1996", "H2": "HS2002", "H3": "HS2007", "H4": "HS2012", "H5": "HS2017", "H6": "HS2022",
}  # fmt: skip
FLOWS = {"1": "M", "2": "X", "3": "RX", "4": "RM", "M": "M", "X": "X", "RX": "RX", "RM": "RM"}
KEY = ("reporter", "period", "flow", "product", "partner")
# China exports 3,600 billion dollars a year: ten times that in one row is a slip of the unit.
BOUNDS = {"value": 4 * 10**13, "net_kg": 10**14, "quantity": 10**15}
BOUNDS_OF_TRADE = {"value": BOUNDS["value"], "net_kg": BOUNDS["net_kg"]}
# Its units "no quantity": an amount of nothing is not an amount.
NO_UNIT = ("-1", "1", "")
UN_OF_EH = "732"
UN_NUMBER = r"^[0-9]{1,3}$"


def _raw(names: Mapping[str, str], column: str) -> pl.Expr:
    return pl.col(RAW + names[column]).fill_null("")


def area(number: pl.Expr, codes: Mapping[int, str]) -> pl.Expr:
    """A UN number to our code; one that we do not know keeps its number, an impossible one is null."""
    known = {str(un): code for un, code in codes.items()} | {UN_OF_EH: WESTERN_SAHARA}
    plain = number.str.strip_chars_start("0")
    plain = pl.when((plain == "") & (number != "")).then(pl.lit("0")).otherwise(plain)
    return pl.when(number.str.contains(UN_NUMBER)).then(
        plain.replace_strict(known, default=pl.lit("_X") + plain, return_dtype=pl.String)
    )


def canonical(
    raw: pl.DataFrame, file: SourceFile, names: Mapping[str, str], *, freq: pl.Expr, valuation: pl.Expr
) -> pl.DataFrame:
    """Add the canonical columns to the text columns `raw`; null where a cell cannot be read."""
    codes = codes_of_un()
    text = {column: _raw(names, column) for column in names}
    period = text["period"]
    product = text["product"]
    partner = area(text["partner"], codes)
    reporter = area(text["reporter"], codes)
    measured = ~text["unit"].is_in(NO_UNIT)
    inexact = pl.any_horizontal([rounded(text[column]) for column in ("value", "net_kg")])
    made = {
        "period": pl.when((freq == "A") & period.str.contains(r"^[0-9]{4}$"))
        .then(period)
        .when((freq == "M") & period.str.contains(r"^[0-9]{4}(0[1-9]|1[0-2])$"))
        .then(period.str.slice(0, 4) + "-" + period.str.slice(4)),
        "freq": freq,
        "reporter": pl.when(reporter != WORLD).then(reporter),
        "flow": text["flow"].replace_strict(FLOWS, default=None, return_dtype=pl.String),
        "edition": text["edition"].replace_strict(EDITIONS, default=None, return_dtype=pl.String),
        "product": pl.when(product.str.contains(r"^(TOTAL|[0-9]{2}|[0-9]{4}|[0-9]{6})$")).then(product),
        "level": pl.when(text["level"].is_in(["0", "2", "4", "6"]))
        .then(text["level"])
        .cast(pl.Int8, strict=False),
        "partner": partner,
        "is_total": partner == WORLD,
        "value": thousandths(text["value"]),
        "currency": pl.lit("USD"),
        "valuation": valuation,
        "net_kg": thousandths(text["net_kg"]),
        "quantity": pl.when(measured).then(thousandths(text["quantity"])),
        "unit": pl.when(measured).then(text["unit"]),
        "notes": pl.when(inexact).then(pl.lit(NOTE_ROUNDED)),
        "line": pl.col("line"),
        "file": pl.lit(file.position),
    }
    return raw.with_columns(
        [
            made.get(name, pl.lit(None)).cast(kind, strict=False).alias(name)
            for name, kind in CANONICAL.items()
        ]
    )


def rules(names: Mapping[str, str]) -> list[Rule]:
    """The checks of both formats over the frame that `canonical` made."""
    text = {column: _raw(names, column) for column in names}
    length = pl.when(pl.col("product") == "TOTAL").then(0).otherwise(pl.col("product").str.len_chars())
    # The quantity is read again: without a unit it is left out, and it must be a number all the same.
    amounts = {
        **{name: pl.col(name) for name in ("value", "net_kg")},
        "quantity": thousandths(text["quantity"]),
    }
    return [
        Rule("period", "period", pl.col("period").is_null(), pl.lit("YYYY, YYYYMM")),
        Rule("flow", "flow", pl.col("flow").is_null(), pl.lit("M, X, RM, RX")),
        Rule("reporter", "reporter", pl.col("reporter").is_null()),
        Rule("partner", "partner", pl.col("partner").is_null()),
        Rule("edition", "classification", pl.col("edition").is_null()),
        Rule("product", "product", pl.col("product").is_null(), pl.lit("TOTAL, 00, 0000, 000000")),
        Rule("level", "level", pl.col("level").is_null() | (length != pl.col("level"))),
        Rule("value", "missing", text["value"] == ""),
        *(
            Rule(name, "number", (text[name] != "") & read.is_null() & ~too_large(text[name]))
            for name, read in amounts.items()
        ),
    ]


def source(code: str, name: str, read: Reader) -> Source:
    """One of the two formats: both feed the same dataset and cover the same slices."""
    return Source(
        code=code,
        name=name,
        dataset="comtrade",
        read=read,
        coverage=("reporter", "period", "flow", "product"),
        monthly=False,
        one_period=False,
    )
