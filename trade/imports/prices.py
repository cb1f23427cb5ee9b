"""Prices by weight, and those that a batch's are compared with: the last release's, or the run's own earlier files'."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field

import polars as pl
import structlog

from portal.base import storage
from trade.models import Part
from trade.sources.coded import texts

log = structlog.get_logger(__name__)
PRODUCT = ("reporter", "flow", "product")
CELL = (*PRODUCT, "partner")
PRICES = {**dict.fromkeys(CELL, pl.String()), "value": pl.Int64(), "net_kg": pl.Int64()}
PRICED = (pl.col("value") > 0) & (pl.col("net_kg") > 0)
# A period of more rows is not compared with: its prices would fill the memory.
ROWS_MOST = 2_000_000
ByPeriod = dict[str, pl.DataFrame]


def prices(facts: pl.LazyFrame | pl.DataFrame) -> pl.DataFrame:
    """Value and weight by reporter × flow × product × partner of the facts that have both."""
    sums = facts.lazy().filter(PRICED).group_by(CELL).agg(pl.col("value", "net_kg").sum())
    return texts(sums.select(list(PRICES)).collect())


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one batch is compared with. Any thread may ask: nothing of it needs the database.

    `own`: where its own prices are told to the batches after it, by period.
    """

    bound: float | None = None
    published: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    earlier: Mapping[str, list[Future[ByPeriod]]] = field(default_factory=dict)
    own: Future[ByPeriod] = field(default_factory=Future)

    def tell(self, found: ByPeriod) -> None:
        """A batch that is laid again tells nothing new."""
        if not self.own.done():
            self.own.set_result(found)

    def of(self, period: str) -> pl.DataFrame | None:
        """The period before, else the same a year ago; None where there is neither."""
        for candidate in compared_with(period):
            told = [waited.result() for waited in self.earlier.get(candidate, [])]
            if mine := [found[candidate] for found in told if candidate in found]:
                return prices(pl.concat(mine))
            if candidate in self.published:
                return self.published[candidate]
        return None


class Before:
    """The prices that a run's batches are compared with, asked for in the order of the files by the one who reads."""

    def __init__(self, parts: Mapping[str, Part] | None = None, *, bound: float | None = None) -> None:
        """`parts`: the last release's by period. `bound`: the C of the method, see `outliers`."""
        self._bound = bound
        self._paths = {
            period: part.stored_as for period, part in (parts or {}).items() if part.rows <= ROWS_MOST
        }
        self._read: dict[str, pl.DataFrame | None] = {}
        self._told: dict[str, list[Future[ByPeriod]]] = {}
        self._rows: Counter[str] = Counter()

    def comparison(self, frame: pl.DataFrame) -> Comparison:
        """For a batch's rows, good and bad; whoever lays it must `tell` its prices whatever happens."""
        counts = frame.filter(pl.col("period").is_not_null()).group_by("period").len()
        wanted = {candidate for period in counts["period"] for candidate in compared_with(period)}
        published = {period: found for period in wanted if (found := self._published(period)) is not None}
        earlier = {period: list(self._told[period]) for period in wanted & self._told.keys()}
        made = Comparison(self._bound, published, earlier)
        for period, rows in counts.iter_rows():
            self._rows[period] += rows
            if self._rows[period] <= ROWS_MOST:
                self._told.setdefault(period, []).append(made.own)
            else:
                self._told.pop(period, None)
        return made

    def _published(self, period: str) -> pl.DataFrame | None:
        if period in self._paths and period not in self._read:
            path = storage.local_path(self._paths[period])
            try:
                self._read[period] = prices(pl.scan_parquet(path, glob=False))
            except (OSError, pl.exceptions.PolarsError):
                # A damaged part is refused where its rows are needed; here the batch is judged by itself.
                log.warning("prices_not_read", period=period)
                self._read[period] = None
        return self._read.get(period)


def compared_with(period: str) -> tuple[str, ...]:
    """The month before and the same month a year ago, or the year before. Nothing for what is no period."""
    prefix = "FY" if period.startswith("FY") else ""
    year, dash, month = period.removeprefix(prefix).partition("-")
    if not year.isdecimal() or (dash and not month.isdecimal()):
        return ()
    ago = f"{prefix}{int(year) - 1:04d}{dash}{month}"
    if not month:
        return (ago,)
    return (f"{year}-{int(month) - 1:02d}" if month != "01" else f"{int(year) - 1:04d}-12", ago)
