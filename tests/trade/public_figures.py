"""Everything that anybody can read of a dataset with companies, gathered by asking: tables of every release, period,
level and place, sectors, continents, shares, growth, what `top` leaves out, and sums that a curious reader would try.

What is published is found by asking for it; a refusal says that it is not. Nothing but public answers is read, and the
shared vocabulary, which is public too.
"""

import csv
import io
import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.test import Client

from reference.models import Country, Edition, Product, SectorRule
from trade import cube
from trade.cube import NotCleared, Query

Row = Mapping[str, Any]
# A question's rows, amounts in thousandths; None where it was refused as not published.
Read = Callable[[Mapping[str, str]], list[Row] | None]
LEVELS = (0, 1, 2, 4, 6)
TOTAL, WORLD, OTHER, NO_REGION = "TOTAL", "W", "_O", "_U"
REGIONS = (*(f"MA-{number:02d}" for number in range(1, 13)), NO_REGION)
EVERYTHING = "value,net_kg,quantity,unit_value,firms"
TOLD = (*EVERYTHING.split(","), "share", "rank", "growth")
HALF = 0.5
PERCENT = 100_000
API = "/api/v1/data/"


def by_cube(params: Mapping[str, str]) -> list[Row] | None:
    """Asks the cube's public answer."""
    try:
        return cube.answer(Query.parse({"limit": "100000", **params})).records()
    except NotCleared:
        return None


def by_download(client: Client, kind: str = "csv") -> Read:
    """Asks over HTTP, as a download (`csv`) or as a program does (`json`)."""

    def read(params: Mapping[str, str]) -> list[Row] | None:
        response = client.get(API, {"limit": "100000", **params, "format": kind})
        if response.status_code == 403:
            return None
        assert response.status_code == 200, response.content
        if kind == "json":
            rows = response.json(parse_float=Decimal)["rows"]
        else:
            content = b"".join(response) if response.streaming else response.content
            text = content.decode("utf-8-sig")
            rows = list(csv.DictReader(io.StringIO(text)))
        return [{name: _amount(name, value) for name, value in row.items()} for row in rows]

    return read


def _amount(name: str, value: Any) -> Any:
    if name not in TOLD:
        return value or ""
    if value in ("", None):
        return None
    return int(value) if name in ("firms", "rank") else int(Decimal(str(value)) * 1000)


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum that was asked for: of these months, regions, products and partners (an empty tuple: of all).

    `low` and `high` say what was answered, in thousandths, equal where it was the figure itself; None: hidden.
    """

    release: int
    period: str
    months: tuple[str, ...]
    flow: str
    regions: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    net_kg: int | None = None
    how: str = "answer"

    @property
    def hidden(self) -> bool:
        return self.low is None

    @property
    def cell(self) -> tuple[Any, ...]:
        """What it is the sum of, whichever release tells it."""
        return (self.period, self.flow, self.regions, self.products, self.partners)


@dataclass(frozen=True, slots=True)
class Table:
    """A published table: cells that are not in it are zeros, where its flow is there at all."""

    release: int
    months: tuple[str, ...]
    flow: str
    level: int
    region: str | None
    partners: bool
    # (region, product, partner) of each cell that is there; region '' for the country, partner 'W' for the World.
    present: frozenset[tuple[str, str, str]]


@dataclass(slots=True)
class Known:
    """All that was read."""

    releases: list[int]
    # The months that each release holds.
    months: dict[int, list[str]] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    # Rows that say they are hidden and hold a figure none the less.
    told: list[tuple[Figure, str]] = field(default_factory=list)


@dataclass(slots=True)
class Reader:
    """Asks for everything of one dataset's releases."""

    read: Read
    releases: list[int]
    years: Iterable[int] = range(2020, 2027)
    # Sums that a curious reader tries for, of each release.
    tries: int = 12
    seed: int = 1
    known: Known = field(init=False)

    def everything(self) -> Known:
        self.known = Known(self.releases)
        for release in self.releases:
            months = self._months(release)
            self.known.months[release] = months
            for period, inside in _periods(months):
                self._period(release, period, inside)
            self._tries(release)
        return self.known

    def _ask(self, release: int, period: str, **params: str) -> list[Row] | None:
        rows = self.read({"release": str(release), "period": period, **params})
        return None if rows is None else [row for row in rows if row["status"] != "m"]

    def _months(self, release: int) -> list[str]:
        found = []
        for year in self.years:
            rows = self._ask(release, f"{year}-01:{year}-12", by="period") or []
            found += sorted({row["period"] for row in rows})
        return found

    def _period(self, release: int, period: str, months: tuple[str, ...]) -> None:
        ask = (release, period, months)
        for by in ("product", "product,partner"):
            self._deeper(*ask, by, None)
            if not self._deeper(*ask, f"region,{by}", None):
                # Not all regions are published alike: each is asked for by itself.
                for region in self._regions(release, period):
                    self._deeper(*ask, by, region)
        self._groups(*ask)

    def _deeper(
        self, release: int, period: str, months: tuple[str, ...], by: str, region: str | None
    ) -> bool:
        """Reads down to the level that is refused; true if none was."""
        return all(self._table(release, period, months, level, by, region) for level in LEVELS)

    def _regions(self, release: int, period: str) -> list[str]:
        rows = self._ask(release, period, by="region", level="0")
        return list(REGIONS) if rows is None else sorted({row["region"] for row in rows})

    def _table(
        self, release: int, period: str, months: tuple[str, ...], level: int, by: str, region: str | None
    ) -> bool:
        """Reads one table if it is published: its cells, then what is told beside them."""
        place = {} if region is None else {"region": region}
        params = {"by": by, "level": str(level), **place}
        rows = self._ask(release, period, measures=EVERYTHING, **params)
        if rows is None:
            return False
        base = Figure(release, period, months, "")
        for flow, cells in _grouped(rows):
            present = set()
            for row in cells:
                found = _figure(base, row, flow, region)
                key = (found.regions[0] if found.regions else "", row["product"], row.get("partner", WORLD))
                present.add(key)
                self._keep(found, row)
            where = "" if "region" in by.split(",") else None
            self.known.tables.append(
                Table(release, months, flow, level, where if region is None else region, "partner" in by,
                      frozenset(present))
            )  # fmt: skip
        for derived in ({"derive": "share,rank,growth"}, {"derive": "share", "top": "1"}, {"top": "3"}):
            self._derived(base, params, derived, region, level, rows)
        return True

    def _keep(self, found: Figure, row: Row) -> None:
        self.known.figures.append(found)
        for name in TOLD:
            if row.get("status") == "c" and row.get(name) is not None:
                self.known.told.append((found, name))

    def _derived(
        self,
        base: Figure,
        params: Mapping[str, str],
        derived: Mapping[str, str],
        region: str | None,
        level: int,
        shown: list[Row],
    ) -> None:
        rows = self._ask(base.release, base.period, **params, **derived)
        member = params["by"].split(",")[-1]
        for row in rows or []:
            if row[member] == OTHER:
                # All of the set less what is named beside it.
                others = [
                    name
                    for name in row
                    if name in ("flow", "region", "product", "partner") and name != member
                ]
                same = [other for other in rows or [] if all(other[name] == row[name] for name in others)]
                named = {other[member] for other in same} - {OTHER}
                codes = {
                    cell[member] for cell in shown if all(cell[name] == row[name] for name in others)
                } - named
                if row["value"] is not None and codes:
                    found = _figure(
                        base, {**row, "net_kg": None, member: tuple(sorted(codes))}, row["flow"], region
                    )
                    self.known.figures.append(replace(found, how="top"))
                continue
            found = _figure(base, {**row, "net_kg": None}, row["flow"], region)
            if row["status"] == "c":
                self._keep(found, row)
            elif row.get("share") and row["value"]:
                whole = {name: row[name] for name in ("region", "product", "partner") if name in row}
                whole[member] = ()
                low, high = (
                    row["value"] * PERCENT / (row["share"] + side) for side in (HALF + 0.01, -HALF - 0.01)
                )
                around = _figure(
                    base, {**whole, "value": 0, "net_kg": None, "status": ""}, row["flow"], region
                )
                self.known.figures.append(replace(around, low=low, high=high, how="share"))
            if row["status"] != "c" and row.get("growth") is not None and row["growth"] > -PERCENT:
                ratio = [1 + (row["growth"] + side) / PERCENT for side in (HALF + 0.01, -HALF - 0.01)]
                if min(ratio) > 0:
                    earlier = tuple(f"{int(month[:4]) - 1}{month[4:]}" for month in base.months)
                    before = replace(found, months=earlier, period=f"before {base.period}", how="growth")
                    low, high = row["value"] / ratio[0], row["value"] / ratio[1]
                    self.known.figures.append(replace(before, low=low, high=high))

    def _groups(self, release: int, period: str, months: tuple[str, ...]) -> None:
        """Sums of products by sector and of partners by continent, whole country and by region."""
        sectors, continents = _sectors(), _continents()
        base = Figure(release, period, months, "")
        for by in ("sector", "region,sector", "continent", "region,continent", "product,continent"):
            for level in ("6",) if "sector" in by else ("0", "1", "2"):
                if "product" not in by and level in ("1", "2"):
                    continue
                for row in self._ask(release, period, by=by, level=level, derive="share,growth") or []:
                    kept = {**row, "net_kg": None, "product": row.get("product", ())}
                    if "sector" in row:
                        kept["product"] = sectors.get(row["sector"], ())
                    if "continent" in row:
                        kept["partner"] = continents.get(row["continent"], ())
                    if kept["product"] or kept.get("partner"):
                        found = _figure(base, kept, row["flow"], None)
                        if row["status"] != "c":
                            self.known.figures.append(replace(found, how=by))
                        elif row["value"] is not None or row.get("share") is not None:
                            self.known.told.append((found, by))

    def _tries(self, release: int) -> None:
        """A hidden cell asked for alone, with a neighbour, and with the month before: answered, it is subtracted."""
        own = [
            figure for figure in self.known.figures if figure.release == release and figure.how == "answer"
        ]
        shown: dict[tuple[Any, ...], list[Figure]] = defaultdict(list)
        for figure in own:
            if not figure.hidden:
                shown[_line(figure)].append(figure)
        hidden = [figure for figure in own if figure.hidden]
        for figure in random.Random(self.seed).sample(hidden, min(self.tries, len(hidden))):
            neighbours = shown[_line(figure)][:1]
            for other in [None, *neighbours]:
                codes = {
                    name: tuple(
                        dict.fromkeys((*getattr(figure, name), *(getattr(other, name) if other else ())))
                    )
                    for name in ("regions", "products", "partners")
                }
                filters = {name.removesuffix("s"): ",".join(found) for name, found in codes.items() if found}
                rows = self._ask(release, figure.period, flow=figure.flow, **filters)
                for row in rows or []:
                    if row["value"] is not None:
                        self.known.figures.append(
                            replace(figure, **codes, low=row["value"], high=row["value"], how="sum")
                        )


def _figure(base: Figure, row: Row, flow: str, region: str | None) -> Figure:
    region = row.get("region", region)
    value = None if row["status"] == "c" else row["value"]
    return replace(
        base,
        flow=flow,
        regions=_codes(region),
        products=_codes(row.get("product", ())),
        partners=_codes(row.get("partner", ())),
        low=value,
        high=value,
        net_kg=row["net_kg"] or 0,
    )


def _codes(code: str | tuple[str, ...] | None) -> tuple[str, ...]:
    if isinstance(code, tuple):
        return code
    return () if code in (None, "", TOTAL, WORLD) else (str(code),)


def _line(figure: Figure) -> tuple[Any, ...]:
    """Cells that differ in one code of the finest dimension that they name."""
    level = len(figure.products[0]) if figure.products else 0
    if figure.products:
        return (figure.period, figure.flow, figure.regions, level, figure.partners)
    if figure.partners:
        return (figure.period, figure.flow, figure.regions, "partner")
    return (figure.period, figure.flow, "region")


def _grouped(rows: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    for flow in sorted({row["flow"] for row in rows}):
        yield flow, [row for row in rows if row["flow"] == flow]


def _periods(months: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every period that could be asked for, with those of its months that there are."""
    have = set(months)
    for month in months:
        yield month, (month,)
    for year in sorted({month[:4] for month in months}):
        yield year, tuple(month for month in months if month[:4] == year)
        for quarter in range(4):
            inside = [f"{year}-{quarter * 3 + number:02d}" for number in (1, 2, 3)]
            if have.intersection(inside):
                yield f"{year}-Q{quarter + 1}", tuple(month for month in inside if month in have)
    for last in months:
        number = int(last[:4]) * 12 + int(last[5:]) - 1
        inside = [f"{part // 12}-{part % 12 + 1:02d}" for part in range(number - 11, number + 1)]
        if have.issuperset(inside):
            yield f"{last}-R12", tuple(inside)


def subheadings() -> dict[str, str]:
    """Every subheading there is, with its section."""
    edition = Edition.objects.filter(loaded=True).order_by("valid_from").last()
    return dict(Product.objects.filter(edition=edition, level=6).values_list("code", "section"))


def _sectors() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    rules = sorted(SectorRule.objects.values_list("prefix", "sector__code"), key=lambda rule: len(rule[0]))
    for code in subheadings():
        fitting = [sector for prefix, sector in rules if code.startswith(prefix)]
        if fitting:
            # The longest prefix decides.
            found[fitting[-1]].add(code)
    return {sector: tuple(sorted(codes)) for sector, codes in found.items()}


def _continents() -> dict[str, tuple[str, ...]]:
    rows = sorted((row.continent, row.code) for row in Country.objects.all() if row.continent)
    return {
        name: tuple(code for _, code in group)
        for name, group in itertools.groupby(rows, key=lambda row: row[0])
    }
