"""The national customs extract, format 1 (DESIGN section 9): one month a file, a row a firm, product and partner."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from reference.selectors import edition_at
from trade.canonical import (
    CANONICAL,
    FLOWS,
    MODES,
    NOTE_ICE_CHECK,
    NOTE_ROUNDED,
    STATUSES,
    WORLD,
)
from trade.sources.base import RAW, Batch, Rule, Source, SourceFile
from trade.sources.numbers import rounded, thousandths, too_large
from trade.sources.text import read_table

HEADER = (
    "period", "flow", "regime", "ice", "region", "product", "partner", "office", "mode",
    "value_mad", "net_kg", "quantity", "unit", "status",
)  # fmt: skip
# Canonical column → the file's.
COLUMNS = {
    **{name: name for name in HEADER if name in CANONICAL},
    "company": "ice",
    "customs_office": "office",
    "value": "value_mad",
}
NUMBERS = {"value": "value_mad", "net_kg": "net_kg", "quantity": "quantity"}
KEY = ("period", "flow", "regime", "company", "region", "product", "partner", "customs_office", "mode")
# The most that one firm's row of one month can hold: the country's own exports are 40 billion dirhams a month.
BOUNDS = {"value": 10**11, "net_kg": 10**11, "quantity": 10**12}
MONTH = r"^(19|20)[0-9][0-9]-(0[1-9]|1[0-2])$"


def _raw(name: str) -> pl.Expr:
    return pl.col(RAW + name)


def _or_null(name: str) -> pl.Expr:
    return pl.when(_raw(name) != "").then(_raw(name))


def read(files: Sequence[SourceFile], options: Mapping[str, str]) -> Iterator[Batch]:
    """One batch a file. Raises Refusal for a file that is not such an extract."""
    for file in files:
        table = read_table(file, HEADER, source="customs")
        frame = _canonical(table.frame, file)
        yield Batch(file, frame, COLUMNS, [*table.rules, *_rules()], KEY, BOUNDS)


def _canonical(raw: pl.DataFrame, file: SourceFile) -> pl.DataFrame:
    periods = raw.select(_raw("period")).to_series().unique().to_list()
    editions = {
        month: edition_at(month) for month in periods if month and pl.Series([month]).str.contains(MONTH)[0]
    }
    flow = pl.when(_raw("flow").is_in(FLOWS)).then(_raw("flow"))
    inexact = pl.any_horizontal([rounded(_raw(name)) for name in NUMBERS.values()])
    notes = [
        pl.when(inexact).then(pl.lit(NOTE_ROUNDED)),
        pl.when(_raw("ice").str.ends_with("00") & (_raw("ice").str.len_chars() == 15)).then(
            pl.lit(NOTE_ICE_CHECK)
        ),
    ]
    made = {
        "period": pl.when(_raw("period").is_in(list(editions))).then(_raw("period")),
        "freq": pl.lit("M"),
        "reporter": pl.lit("MA"),
        "flow": flow,
        "region": pl.when(_raw("region") == "").then(pl.lit("_U")).otherwise(_raw("region")),
        "region_basis": pl.lit(None),
        "edition": _raw("period").replace_strict(editions, default=None, return_dtype=pl.String),
        "product": _raw("product").str.replace_all(".", "", literal=True),
        "level": pl.lit(10),
        "partner": _raw("partner"),
        "is_total": _raw("partner") == WORLD,
        "company": _or_null("ice"),
        "customs_office": _or_null("office"),
        "mode": _or_null("mode"),
        "regime": _or_null("regime"),
        **{column: thousandths(_raw(name)) for column, name in NUMBERS.items()},
        "currency": pl.lit("MAD"),
        "valuation": pl.when(flow.is_in(["X", "RX"])).then(pl.lit("FOB")).otherwise(pl.lit("CIF")),
        "unit": _or_null("unit"),
        "status": _or_null("status"),
        "notes": pl.concat_str(notes, separator=" ", ignore_nulls=True),
        "line": pl.col("line"),
        "file": pl.lit(file.position),
    }
    return raw.with_columns(
        [pl.coalesce(made[name]).cast(kind, strict=False).alias(name) for name, kind in CANONICAL.items()]
    )


def _known(values: Sequence[str]) -> pl.Expr:
    return pl.lit(", ".join(values))


def _number_rules() -> Iterator[Rule]:
    yield Rule("value", "missing", _raw("value_mad") == "")
    for column, name in NUMBERS.items():
        unread = (_raw(name) != "") & pl.col(column).is_null()
        yield Rule(column, "number", unread & ~too_large(_raw(name)))


def _rules() -> list[Rule]:
    ice, product = _raw("ice"), pl.col("product")
    number = ice.str.contains(r"^[0-9]{15}$")
    codes = r"^[A-Za-z0-9_-]{0,12}$"
    return [
        Rule("period", "period", pl.col("period").is_null(), pl.lit("YYYY-MM")),
        Rule("flow", "flow", pl.col("flow").is_null(), _known(FLOWS)),
        Rule("regime", "regime", ~_raw("regime").str.contains(r"^[A-Za-z0-9]{0,4}$")),
        Rule("company", "ice", (ice != "") & ~number),
        # 15 digits fit into 64 bits, so the whole column is checked at once; stdnum.ma.ice checks the same.
        Rule("company", "ice_check", number & (ice.cast(pl.Int64, strict=False) % 97 != 0)),
        Rule("company", "ice_required", (ice == "") & pl.col("flow").is_in(["X", "RX"])),
        Rule("product", "product", ~product.str.contains(r"^[0-9]{10}$"), pl.lit("0000.00.00.00")),
        # A row of the extract has one country; the World is for sums.
        Rule("partner", "partner", pl.col("partner") == WORLD),
        Rule("customs_office", "office", ~_raw("office").str.contains(codes)),
        Rule("mode", "mode", ~_raw("mode").is_in(MODES), _known(MODES)),
        Rule("status", "status", ~_raw("status").is_in(STATUSES), _known(STATUSES)),
        *_number_rules(),
    ]


SOURCE = Source(
    code="customs",
    name="customs extract",
    dataset="ma-customs",
    read=read,
    coverage=("flow", "period"),
    monthly=True,
    one_period=True,
)
