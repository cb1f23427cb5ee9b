"""Every row of a batch against every rule, whole columns at once. What is not good is told, never dropped."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from trade.canonical import CANONICAL, NOTE_EDITION_SHAPE
from trade.imports.keys import HASHES, hashed
from trade.imports.vocabulary import NOT_SPECIFIED, Vocabulary
from trade.sources.base import RAW, WRITTEN, Batch, Rule
from trade.sources.coded import distinct, texts
from trade.sources.numbers import too_large

REJECTS: dict[str, pl.DataType] = {
    "file": pl.Int16(),
    "row": pl.Int64(),
    "line": pl.Int64(),
    "column": pl.String(),
    "value": pl.String(),
    "code": pl.String(),
    "detail": pl.String(),
}
LONGEST_VALUE = 100
AREA_OF_UN = r"^_X[0-9]{1,3}$"
FIRST_YEAR = 1962


@dataclass(slots=True)
class Checked:
    """A batch after its checks: `good` in canonical columns, `rejects` a line for each fault of a bad row."""

    good: pl.DataFrame
    rejects: pl.DataFrame
    read: int
    rejected: int
    repaired: int
    # Bad rows that are no error of the file: breakdowns of rows that are read. The gate does not count them.
    tolerated: int = 0
    log: list[tuple[str, dict[str, str]]] = field(default_factory=list)


def check(
    batch: Batch,
    vocabulary: Vocabulary,
    *,
    one_period: bool,
    today: dt.date,
    earlier: pl.DataFrame | None = None,
) -> Checked:
    """Split a batch into good rows and faults. `earlier`: keys, hashed, of good rows of the run's earlier batches."""
    frame = batch.frame.with_row_index("row", offset=1).with_columns(pl.col("row").cast(pl.Int64))
    rules = [*batch.rules, *_common_rules(batch, frame, vocabulary, today)]
    if one_period and (month := batch.month or most_common_period(frame)):
        rules.append(Rule("period", "other_month", pl.col("period") != month, pl.lit(month)))
    faults = _faults(batch, frame, rules)
    good = _without(frame, faults)
    doubles = _duplicates(batch, good, earlier)
    faults, good = pl.concat([faults, doubles]), _without(good, doubles)
    bad = faults.select("row", "code").group_by("row").agg(pl.col("code").eq("breakdown").all())
    log = _log(good, vocabulary)
    good = _mark_shapes(good.select(list(CANONICAL)), vocabulary)
    return Checked(
        good=good,
        rejects=faults.sort("row", maintain_order=True),
        read=frame.height,
        rejected=bad.height,
        repaired=batch.repaired,
        tolerated=int(bad["code"].sum()),
        log=log,
    )


def _without(frame: pl.DataFrame, faults: pl.DataFrame) -> pl.DataFrame:
    """The rows that have none of the faults."""
    if faults.is_empty():
        return frame
    return frame.join(faults.select("row").unique(), on="row", how="anti", maintain_order="left")


def most_common_period(frame: pl.DataFrame) -> str | None:
    """The month of most rows, the earlier one of equals: what a customs file is a file of."""
    counts = frame.filter(pl.col("period").is_not_null()).group_by("period").len()
    if counts.is_empty():
        return None
    return str(counts.sort(["len", "period"], descending=[True, False])["period"][0])


def _common_rules(batch: Batch, frame: pl.DataFrame, vocabulary: Vocabulary, today: dt.date) -> list[Rule]:
    last = pl.when(pl.col("freq") == "M").then(pl.lit(f"{today:%Y-%m}")).otherwise(pl.lit(f"{today:%Y}"))
    # A fiscal year is known by its first calendar year.
    started = pl.col("period").str.strip_prefix("FY")
    future = (started > last) | (started < str(FIRST_YEAR))
    rules = [
        Rule("period", "period_future", future),
        Rule("partner", "partner", ~_known_area("partner", vocabulary)),
        Rule("reporter", "reporter", ~_known_area("reporter", vocabulary)),
        Rule("region", "region", ~pl.col("region").is_in(pl.lit(vocabulary.regions))),
        Rule("unit", "unit", ~pl.col("unit").str.contains(r"^([1-9]|[1-4][0-9]|5[0-3])$")),
        Rule("unit", "unit", pl.col("quantity").is_not_null() & pl.col("unit").is_null()),
    ]
    return [*rules, *_amount_rules(batch), *_product_rules(frame, vocabulary)]


def _amount_rules(batch: Batch) -> Iterator[Rule]:
    for column, bound in batch.bounds.items():
        raw = pl.col(RAW + batch.columns[column])
        below = raw.str.starts_with("-")
        absurd = (pl.col(column) > bound * 1000).fill_null(False)
        if not batch.plain:
            # What is below zero and rounds to it is below zero all the same.
            small = below & raw.str.contains("[1-9]") & (pl.col(column) == 0)
            yield Rule(column, "negative", (pl.col(column) < 0) | small | (too_large(raw) & below))
            absurd |= too_large(raw) & ~below
        yield Rule(column, "absurd", absurd, pl.lit(str(bound)))


def _known_area(column: str, vocabulary: Vocabulary) -> pl.Expr:
    return pl.col(column).is_in(pl.lit(vocabulary.areas)) | pl.col(column).str.contains(AREA_OF_UN)


def _product_rules(frame: pl.DataFrame, vocabulary: Vocabulary) -> list[Rule]:
    """Against the edition's list, or where that is not loaded against its chapters."""
    rules = []
    code = pl.col("product").str.slice(0, 6)
    always = (pl.col("product") == "TOTAL") | pl.col("product").is_in(NOT_SPECIFIED)
    editions = frame["edition"].drop_nulls().unique().sort().to_list()
    lists = vocabulary.of_editions(editions)
    for edition in editions:
        known = (
            code.is_in(pl.lit(lists[edition]))
            if _loaded(edition, vocabulary)
            else code.str.slice(0, 2).is_in(pl.lit(vocabulary.chapters))
        )
        bad = (pl.col("edition") == edition) & ~known & ~always
        rules.append(Rule("product", "product_unknown", bad, pl.lit(edition)))
    return rules


def _faults(batch: Batch, frame: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """A row of REJECTS for every rule that a row breaks."""
    found = []
    for rule in _broken(frame, rules):
        bad = texts(frame.select(_asked(rule))).select(rule.bad.fill_null(False)).to_series()
        found.append(_describe(batch, frame.filter(bad), rule))
    return pl.concat(found) if found else pl.DataFrame(schema=REJECTS)


def _broken(frame: pl.DataFrame, rules: Sequence[Rule]) -> list[Rule]:
    """The rules that some row breaks, in their order.

    A rule that looks at the same columns as others is tried on their distinct values, a few hundred codes for a
    million rows, so that a good file is never read through rule by rule.
    """
    by_columns: dict[tuple[str, ...], list[int]] = {}
    for at, rule in enumerate(rules):
        by_columns.setdefault(_asked(rule), []).append(at)
    schema = frame.schema
    tried = pl.collect_all(
        _values(frame.select(columns), schema)
        .lazy()
        .select(rules[at].bad.fill_null(False).any().alias(str(at)) for at in places)
        for columns, places in by_columns.items()
    )
    broken = {int(at) for found in tried for at, bad in found.row(0, named=True).items() if bad}
    return [rules[at] for at in sorted(broken)]


def _asked(rule: Rule) -> tuple[str, ...]:
    return tuple(sorted({*rule.bad.meta.root_names()}))


def _values(asked: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The rows as text. Of codes, or texts that are codes mostly, of one or two columns the distinct ones."""
    kinds = [schema[name] for name in asked.columns]
    few = 0 < len(kinds) <= 2 and all(isinstance(kind, pl.String | pl.Enum) for kind in kinds)
    return distinct(asked, schema) if few else texts(asked)


def _describe(batch: Batch, rows: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    rows = texts(rows)
    name = batch.column_name(rule.column)
    shown = next((prefix + name for prefix in (WRITTEN, RAW) if prefix + name in rows.columns), None)
    value = pl.col(shown) if shown else pl.lit(None)
    member = batch.file.member
    made = {
        "file": pl.lit(batch.file.position),
        "row": pl.col("row"),
        "line": pl.col("line"),
        "column": pl.lit(f"{member}: {name}" if member else name),
        "value": value.cast(pl.String).fill_null("").str.slice(0, LONGEST_VALUE),
        "code": pl.lit(rule.code),
        "detail": rule.detail.cast(pl.String).fill_null(""),
    }
    return rows.select(made[column].cast(kind).alias(column) for column, kind in REJECTS.items())


def _duplicates(batch: Batch, good: pl.DataFrame, earlier: pl.DataFrame | None) -> pl.DataFrame:
    """Rows whose key a good row above, or in an earlier file of the run, has already."""
    key = list(batch.key)
    # Hashes that all differ prove that all keys do.
    several = good.select(key).hash_rows().n_unique() < good.height
    again = good.filter(~pl.struct(key).is_first_distinct()) if several else good.clear()
    if not again.is_empty():
        first = good.join(again.select(key).unique(), on=key, how="semi", nulls_equal=True)
        first = first.group_by(key).agg(first=pl.col("line").min())
        again = again.join(first, on=key, how="left", nulls_equal=True, maintain_order="left")
    told = [_describe(batch, again, _duplicate("first"))] if not again.is_empty() else []
    if earlier is not None:
        rest = hashed(good.join(again.select("row"), on="row", how="anti", maintain_order="left"), key)
        place = pl.concat_str(pl.col("file") + 1, pl.col("line"), separator=":")
        there = earlier.select(*HASHES, place=place).unique(subset=HASHES, keep="first", maintain_order=True)
        seen = rest.join(there, on=list(HASHES), how="inner", maintain_order="left")
        if not seen.is_empty():
            told.append(_describe(batch, seen, _duplicate("place", "duplicate_earlier")))
    return pl.concat(told) if told else pl.DataFrame(schema=REJECTS)


def _duplicate(place: str, code: str = "duplicate") -> Rule:
    return Rule("product", code, pl.lit(True), pl.col(place))


def _log(good: pl.DataFrame, vocabulary: Vocabulary) -> list[tuple[str, dict[str, str]]]:
    return [
        ("edition_by_shape", {"edition": edition})
        for edition in good["edition"].unique().sort().to_list()
        if not _loaded(edition, vocabulary)
    ]


def _loaded(edition: str, vocabulary: Vocabulary) -> bool:
    """Whether the edition's list of products is there."""
    found = vocabulary.products.get(edition)
    return found is not None and len(found[0]) > 0


def add_note(note: str, where: pl.Expr) -> pl.Expr:
    """`notes` with one more word in the rows that meet `where`."""
    more = pl.concat_str([pl.col("notes"), pl.lit(note)], separator=" ", ignore_nulls=True)
    return pl.when(where).then(more).otherwise(pl.col("notes")).alias("notes")


def _mark_shapes(good: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    held = good["edition"].unique().to_list()
    unloaded = [edition for edition in held if not _loaded(edition, vocabulary)]
    if not unloaded:
        return good
    return good.with_columns(add_note(NOTE_EDITION_SHAPE, pl.col("edition").is_in(unloaded)))
