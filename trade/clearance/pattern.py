"""The pattern of a period: for every cell whether it is hidden, why, and how far it must stay open.

Columns: the cell (flow, region, product, level, partner), value, firms, largest, need (protection), hidden, and cause:
'' shown, p primary rule, t time, v hidden in an earlier vintage, k shown in one and not
shown again, s secondary, r below the place's rung.
"""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from trade.clearance import ladder, optimum, primary, protect
from trade.clearance.complete import Table
from trade.clearance.solver import ENDLESS, Patience, solver
from trade.clearance.system import lines
from trade.clearance.timing import CELL, TOLD

# The machinery's version: a change of the rules makes new digests.
VERSION = 4


@dataclass(frozen=True, slots=True)
class Switches:
    """What tests turn off to see that the auditor then finds what is hidden; never off outside them. `optimum` only
    costs: without it the completion's own pattern stands.
    """

    secondary: bool = True
    optimum: bool = True
    time: bool = True
    vintages: bool = True


@dataclass(slots=True)
class Cleared:
    pattern: pl.DataFrame
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def narrow(self) -> int:
        """How many hidden cells could be known too closely: none, or the release must not go out."""
        return int(self.report.get("narrow", 0))


def cleared(
    summary: pl.DataFrame,
    rungs: ladder.Rungs,
    sections: Mapping[str, str],
    rule: primary.Rule,
    *,
    timed: pl.DataFrame | None = None,
    earlier: pl.DataFrame | None = None,
    known: pl.DataFrame | None = None,
    waived: pl.DataFrame | None = None,
    shown: pl.DataFrame | None = None,
    switches: Switches = Switches(),
    patience: Patience = ENDLESS,
) -> Cleared:
    """Clear one period by itself.

    `timed` are cells that time hides, `earlier` those hidden in an earlier vintage, `waived` those whose firm agreed in
    writing, `known` those whose value readers have anyway, `shown` those of them that an earlier release shows, all as
    frames of CELL.
    """
    begun = time.monotonic()
    cells = _marked(summary, rungs, rule, timed, earlier, waived, known, shown)
    report: dict[str, Any] = {"cells": cells.height, "narrow": 0, "programmes": 0, "flows": {}}
    kept = []
    frames = cells.partition_by("flow", maintain_order=True)
    for frame, (found, asked) in zip(frames, _flows(frames, sections, switches, patience), strict=True):
        kept.append(
            frame.with_columns(
                pl.Series("hidden", found.hidden) | (pl.col("cause") == TOLD),
                pl.when(pl.Series("hidden", found.hidden) & (pl.col("cause") == ""))
                .then(pl.lit("s"))
                .otherwise("cause")
                .alias("cause"),
            )
        )
        report["narrow"] += int(found.narrow.sum())
        report["programmes"] += found.programmes
        report["flows"][frame["flow"][0]] = {
            "rounds": found.rounds, "narrow": int(found.narrow.sum()), "optimum": asdict(asked),
        }  # fmt: skip
    pattern = pl.concat(kept) if kept else cells.with_columns(hidden=pl.lit(value=False))
    pattern = pattern.select(*CELL, "value", "firms", "largest", "need", "hidden", "cause")
    report |= told(pattern) | {"seconds": round(time.monotonic() - begun, 2)}
    return Cleared(pattern, report)


def _marked(  # noqa: PLR0917
    summary: pl.DataFrame,
    rungs: ladder.Rungs,
    rule: primary.Rule,
    timed: pl.DataFrame | None,
    earlier: pl.DataFrame | None,
    waived: pl.DataFrame | None,
    known: pl.DataFrame | None,
    shown: pl.DataFrame | None,
) -> pl.DataFrame:
    cells = summary.sort(CELL).with_columns(
        sensitive=primary.sensitive(rule), protection=primary.protection(rule), below=ladder.below(rungs)
    )
    for name, listed in (
        ("timed", timed),
        ("earlier", earlier),
        ("waived", waived),
        ("known", known),
        ("shown", shown),
    ):
        cells = _listed(cells, name, listed, default=False)
    cells = cells.with_columns(
        # What readers know anyway cannot be taken back, and would only look like protection.
        timed=pl.col("timed") & ~pl.col("known"),
        # What an earlier release shows and the rule hides now, a group of firms being known since, is not shown again.
        shown=pl.col("shown") & pl.col("sensitive") & ~pl.col("waived") & ~pl.col("below"),
    ).with_columns(sensitive=pl.col("sensitive") & ~pl.col("waived") & ~pl.col("shown"))
    return cells.with_columns(
        need=pl.when("sensitive").then("protection").otherwise(0.0),
        cause=pl.when("below")
        .then(pl.lit("r"))
        .when("shown")
        .then(pl.lit(TOLD))
        .when("sensitive")
        .then(pl.lit("p"))
        .when("earlier")
        .then(pl.lit("v"))
        .when("timed")
        .then(pl.lit("t"))
        .otherwise(pl.lit("")),
    )


def _listed(cells: pl.DataFrame, name: str, listed: pl.DataFrame | None, *, default: bool) -> pl.DataFrame:
    if listed is None:
        return cells.with_columns(pl.lit(default).alias(name))
    marks = listed.select(pl.col(column).cast(cells.schema[column]) for column in CELL).unique()
    return cells.join(
        marks.with_columns(pl.lit(value=True).alias(name)), on=CELL, how="left", maintain_order="left"
    ).with_columns(pl.col(name).fill_null(value=False))


def _flows(
    frames: list[pl.DataFrame], sections: Mapping[str, str], switches: Switches, patience: Patience
) -> list[tuple[protect.Protected, optimum.Asked]]:
    """Two flows at a time: solvers work outside Python's lock, or in a process of their own."""
    if len(frames) < 2:
        return [_flow(frame, sections, switches, patience) for frame in frames]
    # Its greeting is swallowed once, before there are threads.
    solver()
    with ThreadPoolExecutor(2, thread_name_prefix="flow") as pool:
        return list(pool.map(lambda frame: _flow(frame, sections, switches, patience), frames))


def _flow(
    frame: pl.DataFrame, sections: Mapping[str, str], switches: Switches, patience: Patience
) -> tuple[protect.Protected, optimum.Asked]:
    sums = lines(frame, sections)
    value = frame["value"].to_numpy().astype(np.float64)
    sensitive = frame["sensitive"].to_numpy()
    need = frame["need"].to_numpy()
    table = Table(sums, value, frame["firms"].to_numpy().astype(np.int64), need)
    forced = (frame["timed"] | frame["earlier"]).to_numpy()
    protected = partial(
        protect.protect,
        sums,
        table,
        value,
        sensitive=sensitive,
        protection=need,
        unpublished=frame["below"].to_numpy(),
        closed=frame["known"].to_numpy(),
        secondary=switches.secondary,
        patience=patience,
    )
    own = protected(forced=forced)
    if not (switches.secondary and switches.optimum):
        return own, optimum.Asked()
    return optimum.improved(frame, sections, own, lambda more: protected(forced=forced | more))


def hidden_too(pattern: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """The pattern with these cells (CELL) hidden besides, for what they would tell together with others."""
    fresh = _listed(pattern, "fresh", cells, default=False).with_columns(
        fresh=pl.col("fresh") & ~pl.col("hidden")
    )
    return fresh.with_columns(
        hidden=pl.col("hidden") | pl.col("fresh"),
        cause=pl.when("fresh").then(pl.lit("s")).otherwise("cause"),
    ).drop("fresh")


def derived(summary: pl.DataFrame, rungs: ladder.Rungs, months: list[pl.DataFrame]) -> Cleared:
    """A period that says nothing its months do not: a cell is shown where each of its months is."""
    hidden = pl.concat([month.filter("hidden").select(CELL) for month in months]).unique()
    cells = _listed(summary.sort(CELL), "hidden", hidden, default=False)
    cells = cells.with_columns(below=ladder.below(rungs), need=pl.lit(0.0))
    cells = cells.with_columns(
        hidden=pl.col("hidden") | pl.col("below"),
        cause=pl.when("below").then(pl.lit("r")).when("hidden").then(pl.lit("t")).otherwise(pl.lit("")),
    )
    pattern = cells.select(*CELL, "value", "firms", "largest", "need", "hidden", "cause")
    return Cleared(pattern, told(pattern) | {"cells": pattern.height, "narrow": 0})


def told(pattern: pl.DataFrame) -> dict[str, Any]:
    """What the report says of a pattern: counts by cause, and by place and level the share of value to be seen."""
    published = pattern.filter(pl.col("cause") != "r")
    causes = published.filter("hidden").group_by("cause").len().sort("cause")
    shares = (
        published.with_columns(place=ladder.places())
        .group_by("place", "level")
        .agg(
            pl.len().alias("cells"),
            pl.col("hidden").sum().alias("hidden"),
            (pl.col("value").filter(~pl.col("hidden")).sum() / pl.col("value").sum().clip(1))
            .round(4)
            .alias("visible"),
        )
        .sort("place", "level")
    )
    return {
        "hidden": dict(causes.iter_rows()),
        "unpublished": pattern.height - published.height,
        "places": [dict(row) for row in shares.iter_rows(named=True)],
    }


def public(summary: pl.DataFrame, pattern: pl.DataFrame) -> pl.DataFrame:
    """The cells as readers may have them: those below a rung are not there, hidden ones have no amount at all."""
    marks = pattern.filter(pl.col("cause") != "r").select(*CELL, "hidden")
    shown = ~pl.col("hidden")
    amounts = [pl.when(shown).then(pl.col(name)).alias(name) for name in ("value", "net_kg", "quantity")]
    return (
        summary.join(marks, on=CELL, how="inner")
        .with_columns(
            *amounts,
            pl.when(shown).then(pl.col("unit").fill_null("")).otherwise(pl.lit("")).alias("unit"),
            pl.when(shown).then(primary.rounded()).alias("firms"),
            (pl.col("weighed") & shown).alias("weighed"),
            pl.when(~shown)
            .then(pl.lit("c"))
            .when("provisional")
            .then(pl.lit("P"))
            .when("revised")
            .then(pl.lit("R"))
            .otherwise(pl.lit(""))
            .alias("status"),
            is_total=pl.col("partner") == "W",
        )
        .sort("level", "region", "partner", "flow", "product")
    )
