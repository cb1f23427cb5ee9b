"""SDMX data messages of trade flows: SDMX-CSV 1.0 and 2.0, SDMX-ML 2.1 generic and structure-specific.

A fact may be several observations, one a measure: they are brought together by their key. Other messages are parsed
and refused with what they hold.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from reference.selectors import codes_of_alpha3, codes_of_un
from trade.canonical import CANONICAL, NOTE_ROUNDED, WORLD
from trade.sources import comtrade, sdmx_concepts, sdmx_ml
from trade.sources.base import LONGEST_CELL, RAW, Batch, Rule, Source, SourceFile
from trade.sources.numbers import rounded, thousandths, too_large
from trade.sources.prepare import prepared
from trade.sources.reasons import Refusal
from trade.sources.scales import DECIMAL, POWERS, shifted_by, written_out
from trade.sources.sdmx_concepts import ALL, WEIGHTS
from trade.sources.text import read_table

KEY = ("reporter", "region", "period", "flow", "edition", "product", "partner", "mode", "regime")
HEAD = 1 << 16
# What a fact has for each of its measures, and the measures that a fact may have.
PARTS = ("value", "unit", "power")
MEASURES = ("value", "net_kg", "quantity")
# How programs write a value that is not there.
NOTHING = ("", "nan", "#n/a", "na")
REGION = r"^MA-(0[1-9]|1[0-2])$"


def read(files: Sequence[SourceFile], options: Mapping[str, str]) -> Iterator[Batch]:
    """One batch a file. Raises Refusal for a file that is no data message, or not one of trade flows."""
    for plain in (
        plain for file in files for plain in prepared(file, source="sdmx", wanted="SDMX-CSV, SDMX-ML")
    ):
        file = plain.file
        with file.path.open("rb") as stream:
            head = stream.read(HEAD).removeprefix(b"\xef\xbb\xbf")
        raw, rules = (sdmx_ml.observations(file), []) if head.lstrip()[:1] == b"<" else _csv(file, head)
        batch = _batch(file, raw, rules, options)
        batch.log = [*plain.log, *batch.log]
        yield batch


def _csv(file: SourceFile, head: bytes) -> tuple[pl.DataFrame, list[Rule]]:
    """SDMX-CSV: its columns are known by their codes, before a colon where labels follow them."""
    # A carriage return ends a line too, as old programs write them.
    line = next(iter(head.decode("utf-8", "replace").splitlines()), "").strip()
    header = [name.strip() for name in next(csv.reader([line]), [])]
    told = {name: name.partition(":")[0] for name in header}
    found = sdmx_concepts.matched(told.values())
    if "value" not in found or "period" not in found:
        raise Refusal(
            "not_format", file=file.name, source="sdmx", wanted="DATAFLOW,…,TIME_PERIOD,OBS_VALUE,…"
        )
    read_by_us = [name for name, code in told.items() if code in found.values()]
    others = [name for name in header if name not in read_by_us]
    table = read_table(file, read_by_us, source="sdmx", long_columns=others)
    frame = table.frame.rename({RAW + name: RAW + code for name, code in told.items() if name != code})
    if told != {name: name for name in header}:
        codes = [RAW + code for code in told.values() if code != found["value"]]
        frame = frame.with_columns(pl.col(codes).str.extract(r"^([^:]*)", 1).str.strip_chars())
    rules = [
        Rule(_renamed(rule.column, told), rule.code, rule.bad, rule.detail) for rule in table.rules
        if rule.code != "too_long"
    ]  # fmt: skip
    return frame, rules


def _renamed(column: str, told: Mapping[str, str]) -> str:
    name = column.removeprefix(RAW)
    return RAW + told.get(name, name)


def _batch(file: SourceFile, raw: pl.DataFrame, rules: Sequence[Rule], options: Mapping[str, str]) -> Batch:
    components = [name.removeprefix(RAW) for name in raw.columns if name.startswith(RAW)]
    names = sdmx_concepts.matched(components)
    if missing := sdmx_concepts.lacking(names):
        raise Refusal(
            "sdmx_not_trade", file=file.name, found=", ".join(components), missing=", ".join(missing)
        )
    if "edition" not in names and not options.get("edition"):
        raise Refusal("edition_untold", file=file.name)
    facts, aside = _facts(raw, names)
    if facts.is_empty():
        raise Refusal("no_rows", file=file.name)
    columns = {
        **{concept: name for concept, name in names.items() if concept in CANONICAL},
        **{measure: _cell(names, measure) for measure in MEASURES},
        "currency": names["unit"], "level": names["product"], "region": names["reporter"],
        "unit": _part(names, "quantity", "unit"),
    }  # fmt: skip
    frame = _canonical(facts, file, names, options)
    log = [("sdmx_left_aside", {"file": file.name, "rows": str(aside)})] if aside else []
    checks = [*rules, *_rules(names, options)]
    return Batch(file, frame, columns, checks, KEY, comtrade.BOUNDS, log=log)


def _cell(names: Mapping[str, str], measure: str) -> str:
    """What a measure's amount is called in a reject list."""
    return _part(names, measure, "value")


def _part(names: Mapping[str, str], measure: str, part: str) -> str:
    name = names.get(part, sdmx_concepts.NAMES[part][0])
    return name if measure == "value" else f"{name} ({measure})"


def _facts(raw: pl.DataFrame, names: Mapping[str, str]) -> tuple[pl.DataFrame, int]:
    """A row a fact, its measures' cells side by side; and how many observations say nothing that is read.

    An observation that repeats a key and measure begins another fact, so that the repetition is told.
    """
    cell = {concept: pl.col(RAW + name).fill_null("") for concept, name in names.items()}
    kind: pl.Expr = pl.lit("value")
    if "measure" in names:
        kind = cell["measure"].str.to_uppercase().replace_strict(
            sdmx_concepts.MEASURES, default="", return_dtype=pl.String
        )  # fmt: skip
    rows = raw.with_columns(kind=kind)
    # A line that the reader found broken is kept: its cells say nothing, its fault is told.
    broken = (
        (pl.col("broken") | (pl.col("fields") < len(names)))
        if "broken" in raw.columns
        else pl.lit(value=False)
    )
    silent = (pl.col("kind") == "") | cell["value"].str.to_lowercase().is_in(NOTHING)
    kept = rows.filter(~silent | broken).with_columns(
        pl.col(RAW + names["value"]).map_batches(written_out, return_dtype=pl.String)
    )
    together = [RAW + name for concept, name in names.items() if concept not in (*PARTS, "measure", "status")]
    others = [name for name in kept.columns if name not in together and name != "kind"]
    key = [*together, "again"]
    again = pl.int_range(pl.len()).over([*together, "kind"])
    made = [
        pl.col(RAW + names[part])
        .filter(pl.col("kind") == measure)
        .first()
        .alias(RAW + _part(names, measure, part))
        for measure in MEASURES
        for part in PARTS
        if part in names
    ]
    shown = {expression.meta.output_name() for expression in made}
    # The status and the line of a fact are those of its value, where it has one.
    told = pl.col("kind") == "value"
    rest = [
        pl.coalesce(pl.col(name).filter(told).first(), pl.col(name).first())
        for name in others
        if name not in shown
    ]
    facts = (
        kept.with_columns(again=again)
        .group_by(key, maintain_order=True)
        .agg(*made, *rest)
        .drop("again")
        .with_columns(pl.col(pl.String).str.strip_chars())
    )
    if "power" not in names:
        powers = [RAW + _part(names, measure, "power") for measure in MEASURES]
        facts = facts.with_columns(pl.lit("0").alias(name) for name in powers)
    return facts, raw.height - kept.height


def _text(names: Mapping[str, str], concept: str) -> pl.Expr:
    return pl.col(RAW + names[concept]).fill_null("").str.to_uppercase() if concept in names else pl.lit("")


def _coded(text: pl.Expr, codes: Mapping[str, str]) -> pl.Expr:
    return text.replace_strict(codes, default=None, return_dtype=pl.String)


def _power(names: Mapping[str, str], measure: str) -> pl.Expr:
    text = pl.col(RAW + _part(names, measure, "power")).fill_null("")
    return pl.when(text == "").then(0).otherwise(text.cast(pl.Int64, strict=False))


def _scaled(facts: pl.DataFrame, names: Mapping[str, str], measure: str) -> pl.Expr:
    """The measure's amount as decimal text in its unit of the canonical table."""
    power = _power(names, measure)
    if measure == "net_kg":
        unit = pl.col(RAW + _part(names, measure, "unit")).fill_null("").str.to_uppercase()
        power = power + unit.replace_strict(WEIGHTS, default=None, return_dtype=pl.Int64)
    used = facts.select(power.alias("power"))["power"].drop_nulls().unique().to_list()
    return shifted_by(pl.col(RAW + _cell(names, measure)), power, [here for here in used if here in POWERS])


def _canonical(
    facts: pl.DataFrame, file: SourceFile, names: Mapping[str, str], options: Mapping[str, str]
) -> pl.DataFrame:
    reporter, partner = (_text(names, concept) for concept in ("reporter", "partner"))
    told = facts.select(pl.concat([reporter, partner]).unique().alias("code"))["code"].to_list()
    codes = sdmx_concepts.areas(told, codes_of_un(), codes_of_alpha3())
    ours = reporter.str.contains(REGION) | (reporter == "_U")
    area = _coded(partner, codes)
    flow = _coded(_text(names, "flow"), sdmx_concepts.FLOW_CODES)
    edition = _coded(_text(names, "edition"), sdmx_concepts.EDITION_CODES)
    asked = pl.lit(options.get("edition"), dtype=pl.String)
    product = _text(names, "product").str.replace_all(".", "", literal=True)
    product = pl.when(product.is_in(sdmx_concepts.TOTALS)).then(pl.lit("TOTAL")).otherwise(product)
    period = _text(names, "period").str.replace(r"^([0-9]{4})-M([0-9]{2})$", "${1}-${2}")
    period = period.str.replace(r"^([0-9]{4})-A1$", "${1}").str.replace(
        r"^([0-9]{4})(0[1-9]|1[0-2])$", "${1}-${2}"
    )
    scaled = {measure: _scaled(facts, names, measure) for measure in MEASURES}
    unit = pl.col(RAW + _part(names, "quantity", "unit")).fill_null("")
    measured = unit.str.contains(r"^[0-9]{1,2}$")
    valuation = _text(names, "valuation")
    by_flow = pl.when(flow.is_in(["X", "RX"])).then(pl.lit("FOB")).otherwise(pl.lit("CIF"))
    made = {
        "period": pl.when(period.str.contains(r"^[0-9]{4}(-(0[1-9]|1[0-2]))?$")).then(period),
        "freq": pl.when(period.str.len_chars() == 7).then(pl.lit("M")).otherwise(pl.lit("A")),
        "reporter": pl.when(ours).then(pl.lit("MA")).otherwise(_coded(reporter, codes)),
        "region": pl.when(ours).then(reporter),
        "flow": flow,
        "edition": pl.when(_text(names, "edition").is_in(ALL)).then(asked).otherwise(edition),
        "product": pl.when(product.str.contains(r"^(TOTAL|([0-9]{2}){1,5})$")).then(product),
        "level": pl.when(product == "TOTAL").then(0).otherwise(product.str.len_chars()),
        "partner": area,
        "is_total": area == WORLD,
        "mode": _coded(_text(names, "mode"), sdmx_concepts.MODE_CODES),
        "regime": _optional(_text(names, "regime")),
        "value": thousandths(scaled["value"]),
        "net_kg": thousandths(scaled["net_kg"]),
        # A supplementary unit without the UN's code has no meaning here: its amount is left out.
        "quantity": pl.when(measured).then(thousandths(scaled["quantity"])),
        "unit": pl.when(measured).then(unit),
        "currency": _text(names, "unit"),
        "valuation": pl.when(valuation == "FOB-CIF")
        .then(by_flow)
        .when(valuation.is_in(["FOB", "CIF"]))
        .then(valuation),
        "status": _coded(_text(names, "status"), sdmx_concepts.STATUSES),
        "notes": pl.when(pl.any_horizontal([rounded(text).fill_null(value=False) for text in scaled.values()])).then(
            pl.lit(NOTE_ROUNDED)
        ),
        "line": pl.col("line"),
        "file": pl.lit(file.position),
    }  # fmt: skip
    return facts.with_columns(
        made.get(name, pl.lit(None)).cast(kind, strict=False).alias(name) for name, kind in CANONICAL.items()
    )


def _optional(text: pl.Expr) -> pl.Expr:
    return pl.when(~text.is_in([*ALL, "C00"])).then(text)


def _rules(names: Mapping[str, str], options: Mapping[str, str]) -> list[Rule]:
    currency = options.get("currency")
    freq, period = _text(names, "freq"), pl.col("period").is_null()
    other_freq = (freq != "") & (freq != pl.col("freq"))
    mode = _text(names, "mode")
    checks = [
        Rule("period", "period", period, pl.lit("YYYY, YYYY-MM")),
        Rule("freq", "freq", ~period & other_freq),
        Rule("reporter", "reporter", pl.col("reporter").is_null() | (pl.col("reporter") == "")),
        Rule("reporter", "reporter", pl.col("reporter") == WORLD),
        Rule("partner", "partner", pl.col("partner").is_null() | (pl.col("partner") == "")),
        Rule("flow", "flow", pl.col("flow").is_null(), pl.lit("X, M, RX, RM")),
        Rule("edition", "classification", pl.col("edition").is_null()),
        Rule("product", "product", pl.col("product").is_null(), pl.lit("TOTAL, 00, 0000, 000000")),
        Rule("mode", "mode", ~mode.is_in(ALL) & pl.col("mode").is_null(), pl.lit(", ".join(sdmx_concepts.MODE_CODES))),
        Rule("regime", "regime", ~pl.col("regime").str.contains(r"^[A-Z0-9]{0,4}$")),
        Rule("value", "missing", pl.col(RAW + _cell(names, "value")).fill_null("") == ""),
    ]  # fmt: skip
    if currency:
        checks.append(Rule("currency", "currency", pl.col("currency") != currency, pl.lit(currency)))
    if "action" in names:
        checks.append(
            Rule(RAW + names["action"], "action", ~_text(names, "action").is_in(sdmx_concepts.ACTIONS))
        )
    for measure in MEASURES:
        checks += _amount_rules(names, measure)
    for name in {name for concept, name in names.items() if concept not in PARTS}:
        length = pl.col(RAW + name).str.len_chars()
        checks.append(Rule(RAW + name, "too_long", length > LONGEST_CELL, length.cast(pl.String)))
    return checks


def _amount_rules(names: Mapping[str, str], measure: str) -> Iterator[Rule]:
    cell = pl.col(RAW + _cell(names, measure)).fill_null("")
    number = cell.str.contains(DECIMAL)
    power = _power(names, measure)
    yield Rule(measure, "number", (cell != "") & ~number)
    scale = RAW + _part(names, measure, "power")
    yield Rule(scale, "number", (cell != "") & (power.is_null() | ~power.is_in(list(POWERS))))
    if measure == "net_kg":
        unit = RAW + _part(names, measure, "unit")
        yield Rule(
            unit, "unit", (cell != "") & ~pl.col(unit).fill_null("").str.to_uppercase().is_in(list(WEIGHTS))
        )
    if measure != "quantity":
        lost = number & pl.col(measure).is_null() & ~too_large(cell) & power.is_in(list(POWERS))
        yield Rule(measure, "absurd", lost, pl.lit(str(comtrade.BOUNDS[measure])))


SOURCE = Source(
    code="sdmx",
    name="SDMX-CSV, SDMX-ML",
    dataset="sdmx",
    read=read,
    coverage=("reporter", "region", "period", "flow", "product"),
    monthly=False,
    one_period=False,
)
