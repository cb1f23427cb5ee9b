"""Clears the periods of a release in the order of time, and remembers what it decided.

A month is cleared with what the months before it in its year have hidden, a complete year with its twelve months; every
other period follows from its months. What a public release has hidden stays hidden in later ones. Equal sums, rungs and
history make equal digests, so what was cleared before is taken up again.
"""

import hashlib
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.base import storage
from portal.base.errors import DomainError
from trade.clearance import joint, ladder, timing
from trade.clearance import pattern as patterns
from trade.clearance.pattern import VERSION, Cleared, Switches
from trade.clearance.primary import Rule
from trade.clearance.solver import Patience
from trade.cube import summaries
from trade.models import Clearance, Dataset, Release, Rollup, Summary

COMPLETE = 12
# How often a year is hidden further before it tells no more than its months.
ROUNDS = 8
# How long, in seconds, one flow of a year may take to be cleared before it is left at what its months tell.
PATIENCE = 120.0
ROLLING = "-R12"
# Everybody has seen them, or still can.
SEEN = (Release.State.PUBLISHED, Release.State.REPLACED, Release.State.WITHDRAWN)
ON = Switches()


class TooOpen(DomainError):
    """After all rounds a hidden figure can still be computed, or nearly."""

    code = "clearance"


@dataclass(slots=True)
class Clearer:
    """One release's clearing."""

    release: Release
    summaries: Mapping[str, Summary]
    sections: Mapping[str, str]
    rule: Rule = field(default_factory=Rule)
    switches: Switches = ON
    kept: dict[str, Clearance] = field(default_factory=dict)
    read: dict[str, pl.DataFrame] = field(default_factory=dict)
    before: dict[str, Clearance] = field(default_factory=dict)
    ladders: dict[str, ladder.Rungs] = field(default_factory=dict)

    @property
    def dataset(self) -> Dataset:
        return self.release.dataset

    def run(self) -> Iterator[Clearance]:
        """Each period's clearance, months before what is made of them. Raises TooOpen."""
        self.before = _seen(self.release)
        for period in sorted(self.summaries, key=_order):
            self.kept[period] = self._period(period)
            yield self.kept[period]

    def public(self, clearance: Clearance) -> pl.DataFrame:
        """The cells that readers may have."""
        return patterns.public(self._summary(clearance.period), self._pattern(clearance.period))

    def _period(self, period: str) -> Clearance:
        months = self._months(period)
        rungs = self._rungs(period)
        earlier = self._earlier(period)
        summary = self.summaries[period]
        facts = [VERSION, asdict(self.rule), asdict(self.switches), rungs, summary.digest, summary.months]
        base = _digest([*facts, [self.kept[month].digest for month in (*earlier, *months)]])
        before = self.before.get(period)
        if before is not None and (before.months != summary.months or not self.switches.vintages):
            before = None
        if before is not None and before.base == base:
            return before
        digest = _digest([base, before.digest if before else ""])
        found = Clearance.objects.filter(dataset=self.dataset, period=period, digest=digest).first()
        if found is not None:
            return found
        cleared = self._cleared(period, rungs, before)
        if cleared.narrow:
            raise TooOpen(
                _("In %(period)s, %(count)s hidden figures could be computed from the others.")
                % {"period": period, "count": cleared.narrow},
                hint=_(
                    "Nothing was published. Ask whoever looks after the portal to read the clearance's report."
                ),
            )
        return self._stored(period, digest, base, rungs, cleared)

    def _cleared(self, period: str, rungs: ladder.Rungs, before: Clearance | None) -> Cleared:
        summary, months = self._summary(period), self._months(period)
        hidden, shown = None, None
        if before is not None:
            hidden, shown = _vintage(_read(before), summary)
        if not months:
            earlier = [self._pattern(month) for month in self._earlier(period)]
            timed = timing.unsafe(earlier) if earlier and self.switches.time else None
            return patterns.cleared(
                summary,
                rungs,
                self.sections,
                self.rule,
                timed=timed,
                earlier=hidden,
                known=shown,
                shown=shown,
                switches=self.switches,
            )
        made = [self._pattern(month) for month in months]
        if not self.switches.time:
            return patterns.cleared(
                summary, rungs, self.sections, self.rule, earlier=hidden, switches=self.switches
            )
        if period.endswith("-12" + ROLLING) and period[:4] in self.kept:
            return patterns.derived(summary, rungs, [self._pattern(period[:4])])
        if not self._whole_year(period):
            return patterns.derived(summary, rungs, made)
        return self._year(summary, rungs, made, hidden, shown)

    def _year(
        self,
        summary: pl.DataFrame,
        rungs: ladder.Rungs,
        months: list[pl.DataFrame],
        hidden: pl.DataFrame | None,
        shown: pl.DataFrame | None,
    ) -> Cleared:
        """A complete year, two flows at a time: the solver works outside Python's lock, and no thread asks the
        database.
        """
        flows = summary["flow"].unique().sort().to_list()
        if not flows:
            return patterns.derived(summary, rungs, months)
        known = timing.known(months)
        if shown is not None:
            known = pl.concat([known, shown.select(known.columns)]).unique()

        def flow_cleared(flow: str) -> Cleared:
            own = [month.filter(flow=flow) for month in months]
            return self._year_flow(
                summary.filter(flow=flow), rungs, own, hidden=hidden, known=known, shown=shown
            )

        with ThreadPoolExecutor(2, thread_name_prefix="clearing") as pool:
            found = list(pool.map(flow_cleared, flows))
        pattern = pl.concat([flow.pattern for flow in found])
        report = patterns.told(pattern) | {"cells": pattern.height, "narrow": 0}
        report["flows"] = {name: flow.report for name, flow in zip(flows, found, strict=True)}
        return Cleared(pattern, report)

    def _year_flow(
        self,
        summary: pl.DataFrame,
        rungs: ladder.Rungs,
        months: list[pl.DataFrame],
        *,
        hidden: pl.DataFrame | None,
        known: pl.DataFrame,
        shown: pl.DataFrame | None,
    ) -> Cleared:
        """Where the audit over time finds the year too telling, more of it is hidden; at last it shows only what the
        months show.
        """
        patience = Patience(time.monotonic() + PATIENCE)
        timed = timing.unsafe(months).join(timing.all_hidden(months), on=timing.CELL, how="anti")
        cleared = patterns.cleared(
            summary,
            rungs,
            self.sections,
            self.rule,
            timed=timed,
            earlier=hidden,
            known=known,
            shown=shown,
            patience=replace(patience, whole=True),
        )
        left, asked = cleared.narrow, [flow["optimum"] for flow in cleared.report["flows"].values()]
        for round_ in range(0 if cleared.narrow else ROUNDS):
            found = joint.audited(months, cleared.pattern, known, self.sections, patience=patience)
            left = found.narrow
            if not found.narrow:
                return Cleared(
                    cleared.pattern, {"rounds": round_ + 1, "as_months": False, "optimum": asked[0]}
                )
            if found.hide.is_empty() or patience.over():
                break
            cleared = Cleared(patterns.hidden_too(cleared.pattern, found.hide))
        told = patterns.derived(summary, rungs, months).pattern
        return Cleared(
            patterns.hidden_too(told, summary.filter(~ladder.told_monthly())),
            {"rounds": ROUNDS, "as_months": True, "narrow_left": left, "optimum": asked[0]},
        )

    def _months(self, period: str) -> list[str]:
        """The months that the period is made of, where the facts are monthly and it is not a month itself."""
        if period.endswith(ROLLING):
            last = int(period[:4]) * 12 + int(period[5:7]) - 1
            wanted = [f"{number // 12}-{number % 12 + 1:02d}" for number in range(last - 11, last + 1)]
        elif "-Q" in period:
            first = int(period[6]) * 3 - 2
            wanted = [f"{period[:4]}-{number:02d}" for number in range(first, first + 3)]
        elif len(period) == 4:
            wanted = [f"{period}-{number:02d}" for number in range(1, COMPLETE + 1)]
        else:
            return []
        return [month for month in wanted if month in self.summaries]

    def _earlier(self, period: str) -> list[str]:
        """The months before this one in its year; for any twelve months that are a calendar year, that year."""
        if period.endswith("-12" + ROLLING) and period[:4] in self.kept:
            return [period[:4]]
        if len(period) != 7 or "Q" in period:
            return []
        return [
            month
            for month in sorted(self.summaries)
            if _is_month(month) and period[:5] == month[:5] and month < period
        ]

    def _rungs(self, period: str) -> ladder.Rungs:
        if self._whole_year(period):
            return self._ladder(period)
        years = sorted({month[:4] for month in self._months(period) or [period]})
        return ladder.monthly(ladder.coarsest([self._ladder(year) for year in years]))

    def _whole_year(self, period: str) -> bool:
        return len(period) == 4 and self.summaries[period].months == COMPLETE

    def _ladder(self, year: str) -> ladder.Rungs:
        """Kept from the first release that told the whole year; else decided on the last whole year up to it."""
        if year not in self.ladders:
            before = self.before.get(year)
            if before is not None and before.months == COMPLETE:
                self.ladders[year] = dict(before.rungs)
            else:
                whole = [code for code in sorted(self.summaries) if code <= year and self._whole_year(code)]
                self.ladders[year] = ladder.rungs(self._summary(whole[-1] if whole else year), self.rule)
        return self.ladders[year]

    def _summary(self, period: str) -> pl.DataFrame:
        """The sums of a period, only those that its grain tells at all."""
        cells = pl.read_parquet(summaries.path(self.summaries[period])).with_columns(
            pl.col("level").cast(pl.Int16)
        )
        return cells if self._whole_year(period) else cells.filter(ladder.told_monthly())

    def _pattern(self, period: str) -> pl.DataFrame:
        if period not in self.read:
            # Two years' months and what is made of them; older ones are read again where they are wanted.
            while len(self.read) > 48:
                self.read.pop(next(iter(self.read)))
            self.read[period] = _read(self.kept[period])
        return self.read[period]

    def _stored(
        self, period: str, digest: str, base: str, rungs: ladder.Rungs, cleared: Cleared
    ) -> Clearance:
        scratch = Path(settings.QAFILA_HOME) / "tmp"
        scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=scratch, suffix=".parquet") as copy:
            cleared.pattern.write_parquet(copy.name, compression="zstd", compression_level=1)
            name, _checksum = storage.put(Path(copy.name), folder="clearance", suffix=".parquet")
        row, _created = Clearance.objects.get_or_create(
            dataset=self.dataset,
            period=period,
            digest=digest,
            defaults={
                "base": base,
                "months": self.summaries[period].months,
                "stored_as": name,
                "rungs": rungs,
                "report": cleared.report,
            },
        )
        return row


def _seen(release: Release) -> dict[str, Clearance]:
    """For each period the clearance that the newest release showed of those that were ever public."""
    rows = (
        Rollup.objects.filter(
            table="cleared",
            releases__dataset=release.dataset_id,
            releases__state__in=SEEN,
            releases__demonstration=release.demonstration,
        )
        .order_by("releases__number")
        .values_list("period", "digest")
    )
    newest = {period: digest for period, digest in rows if digest}
    kept = Clearance.objects.filter(dataset=release.dataset_id, digest__in=newest.values())
    return {row.period: row for row in kept if newest.get(row.period) == row.digest}


def _vintage(before: pl.DataFrame, now: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the release before hid of a period, and what it shows that is still so: nobody can be made to forget it."""
    hidden = before.filter(timing.secret() & (pl.col("cause") != timing.RUNG)).select(timing.CELL)
    shown = before.filter(~timing.secret()).select(*timing.CELL, "value")
    return hidden, shown.join(
        now.select(*timing.CELL, "value"), on=[*timing.CELL, "value"], how="semi"
    ).select(timing.CELL)


def _read(clearance: Clearance) -> pl.DataFrame:
    return pl.read_parquet(storage.local_path(clearance.stored_as))


def _is_month(period: str) -> bool:
    return len(period) == 7 and period[5:].isdigit()


def _order(period: str) -> tuple[str, int, str]:
    """Year by year: months, then quarters, then the year, then what crosses years."""
    kind = 0 if _is_month(period) else 1 if "-Q" in period else 2 if len(period) == 4 else 3
    return period[:4], kind, period


def _digest(facts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()
