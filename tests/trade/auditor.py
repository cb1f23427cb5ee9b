"""An attacker who has read everything public of a dataset with companies, and computes what was hidden.

Its unknowns are the smallest amounts that the published sums are made of: one month, region, subheading and partner
each, never negative. A month that two releases tell alike is one and the same in both. Every figure shown is an
equation over these, every code missing from a published table a zero. A hidden figure is then (a) known exactly where
its sum is a combination of the equations, and (b) known within the least and the most that any amounts which fit can
give it.

It shares nothing with the clearance that it attacks: neither code nor method. `True sums` are those of the raw rows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tests.trade.equations import NEAR, Bounds, combined, merged
from tests.trade.public_figures import NO_REGION, REGIONS, WORLD, Figure, Known, subheadings

MIN_FIRMS = 3
MAX_SHARE = 0.85
LEAST = 0.10
# Beyond this, the attack would need another method; the tests' datasets are far smaller.
MOST_UNKNOWNS = 400_000
YEAR = 12


@dataclass(frozen=True, slots=True)
class Sum:
    """What a figure really is: its value, how many firms have something in it, what the largest of them has."""

    value: int
    firms: int
    largest: int
    net_kg: int

    @property
    def sensitive(self) -> bool:
        traded = self.value > 0 or self.net_kg > 0
        return traded and (self.firms < MIN_FIRMS or self.largest > MAX_SHARE * self.value)

    @property
    def need(self) -> float:
        """How far above its value a reader must still think a sensitive figure possible."""
        return max(LEAST * self.value, self.largest / MAX_SHARE - self.value)


Truth = Callable[[Figure], Sum]


def truth_of(rows_of: Mapping[int, Iterable[Mapping[str, Any]]]) -> Truth:
    """Sums of each release's raw rows (facts or lines of a CSV, amounts in thousandths), one row after the other."""
    sums: dict[tuple[Any, ...], dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    sections = subheadings()
    for release, rows in rows_of.items():
        for row in rows:
            code = row["product"][:6]
            value, net_kg = row["value"] or 0, row.get("net_kg") or 0
            for region in ("", row["region"] or NO_REGION):
                for product in ("", sections[code], code[:2], code[:4], code):
                    for partner in (WORLD, row["partner"]):
                        key = (release, row["period"], row["flow"], region, product, partner)
                        amounts = sums[key][(row["company"] or "")[:9]]
                        amounts[0] += value
                        amounts[1] += net_kg

    def truth(figure: Figure) -> Sum:
        region = figure.regions[0] if figure.regions else ""
        product = figure.products[0] if figure.products else ""
        partner = figure.partners[0] if figure.partners else WORLD
        firms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for month in figure.months:
            for firm, (value, net_kg) in sums.get(
                (figure.release, month, figure.flow, region, product, partner), {}
            ).items():
                firms[firm][0] += value
                firms[firm][1] += net_kg
        named = {firm: amounts for firm, amounts in firms.items() if firm and any(amounts)}
        return Sum(
            value=sum(value for value, _ in firms.values()),
            firms=len(named),
            largest=max((value for value, _ in named.values()), default=0),
            net_kg=sum(net_kg for _, net_kg in firms.values()),
        )

    return truth


@dataclass(frozen=True, slots=True)
class Finding:
    """A hidden figure that is known too well. `how`: told, exact, or narrow."""

    figure: Figure
    how: str
    low: float
    high: float
    true: Sum

    def __str__(self) -> str:
        where = " ".join("+".join(codes) for codes in self.figure.cell[2:] if codes) or "total"
        return (
            f"{self.how}: release {self.figure.release}, {self.figure.period} ({len(self.figure.months)} months)"
            f" {self.figure.flow} {where} is in"
            f" [{self.low:.0f}, {self.high:.0f}], truly {self.true.value} of {self.true.firms} firms"
            f" (largest {self.true.largest})"
        )


@dataclass(slots=True)
class Report:
    """What the attack found, and how much it tried."""

    findings: list[Finding] = field(default_factory=list)
    # Sums of several months that are known and no secret: they pass the rule, and are only shown where all of their
    # months are.
    follow: list[Finding] = field(default_factory=list)
    hidden: int = 0
    shown: int = 0
    unknowns: int = 0
    programmes: int = 0
    # Hidden figures left unbounded because `most` was reached; the rank still looked at them.
    unbounded: int = 0

    def of(self, how: str) -> list[Finding]:
        return [found for found in self.findings if found.how == how]


def attacked(known: Known, truth: Truth, *, most: int = 2_000, seed: int = 1) -> Report:
    """Attacks all flows; at most so many hidden figures of each are bounded, the seed chooses which."""
    report = Report()
    for figure, name in known.told:
        report.findings.append(Finding(figure, f"told {name}", 0, 0, truth(figure)))
    wrong = [
        figure
        for figure in known.figures
        if figure.how == "answer" and not figure.hidden and figure.low != truth(figure).value
    ]
    assert not wrong, f"published, and not the sum of the facts: {wrong[:3]}"
    versions = _versions(known)
    for flow in sorted({figure.flow for figure in known.figures}):
        Attack(known, versions, flow, truth, report, np.random.default_rng(seed), most).run()
    return report


def _versions(known: Known) -> dict[tuple[int, str], int]:
    """For each release and month, the first release that tells that month as it does."""
    shown: dict[tuple[int, str], dict[tuple[Any, ...], Any]] = defaultdict(dict)
    for figure in known.figures:
        if figure.how == "answer" and figure.period == figure.months[0]:
            shown[figure.release, figure.period][figure.cell] = figure
    found: dict[tuple[int, str], int] = {}
    for before, release in zip([None, *known.releases], known.releases, strict=False):
        for month in known.months[release]:
            found[release, month] = release
            then, now = shown.get((before or 0, month)), shown[release, month]
            if before is None or then is None or then.keys() != now.keys():
                continue
            both = [(then[cell], now[cell]) for cell in now]
            if all(
                old.hidden or new.hidden or (old.low, old.net_kg) == (new.low, new.net_kg)
                for old, new in both
            ):
                found[release, month] = found[before, month]
    return found


@dataclass(slots=True)
class Attack:
    """The attack on one flow."""

    known: Known
    versions: Mapping[tuple[int, str], int]
    flow: str
    truth: Truth
    report: Report
    draw: np.random.Generator
    most: int
    shape: tuple[int, int, int, int] = field(init=False)
    alive: np.ndarray = field(init=False)
    codes: dict[str, int] = field(init=False)
    below: dict[str, np.ndarray] = field(init=False)
    partners: dict[str, int] = field(init=False)
    times: dict[tuple[str, int], int] = field(init=False)

    def run(self) -> None:
        figures = [figure for figure in self.known.figures if figure.flow == self.flow]
        self._axes(figures)
        self._zeros()
        shown: dict[bytes, tuple[np.ndarray, float, float, Figure]] = {}
        for figure in figures:
            if not figure.hidden and self._held(figure):
                unknowns = self._unknowns(figure)
                low, high = float(figure.low or 0), float(figure.high or 0)
                before = shown.get(key := unknowns.tobytes())
                if before is not None:
                    low, high = max(low, before[1]), min(high, before[2])
                    assert low <= high, f"two published figures contradict: {before[3]}, {figure}"
                shown[key] = (unknowns, low, high, figure)
        hidden: dict[bytes, tuple[np.ndarray, Figure]] = {}
        told = {
            (figure.release, figure.months[0], *figure.cell[1:])
            for figure in figures
            if figure.how == "answer" and len(figure.months) == 1 and not figure.hidden
        }
        for figure in figures:
            if figure.hidden and figure.how == "answer":
                rest = _rest(figure, told)
                unknowns = self._unknowns(rest)
                # Two releases may judge a figure of the same months differently: each is looked at.
                hidden.setdefault(unknowns.tobytes(), (unknowns, rest))
        self.report.hidden += len(hidden)
        self.report.shown += len(shown)
        if hidden:
            rows = [(unknowns, low, high) for unknowns, low, high, _ in shown.values()]
            self._solve(rows, list(hidden.values()))

    def _axes(self, figures: list[Figure]) -> None:
        sections = subheadings()
        self.codes = {code: place for place, code in enumerate(sorted(sections))}
        self.below = defaultdict(lambda: np.zeros(0, dtype=np.int64))
        for code, place in self.codes.items():
            for above in (sections[code], code[:2], code[:4], code):
                self.below[above] = np.append(self.below[above], place)
        names = sorted({partner for figure in figures for partner in figure.partners})
        # A last place for partners that no table names.
        self.partners = {name: place for place, name in enumerate([*names, WORLD])}
        found = sorted({(month, version) for (_, month), version in self.versions.items()})
        self.times = {time: place for place, time in enumerate(found)}
        self.shape = (len(self.times), len(REGIONS), len(self.codes), len(self.partners))
        self.alive = np.ones(self.shape, dtype=bool)

    def _held(self, figure: Figure) -> bool:
        """Whether its months are in its release: a growth may compare with months that are in none."""
        return all((figure.release, month) in self.versions for month in figure.months)

    def _months(self, release: int, months: Iterable[str]) -> np.ndarray:
        return np.array([self.times[month, self.versions[release, month]] for month in months])

    def _zeros(self) -> None:
        """What a published table does not name was not traded."""
        for table in self.known.tables:
            if table.flow != self.flow:
                continue
            there = np.zeros(self.shape[1:], dtype=bool)
            for region, product, partner in table.present:
                where = [REGIONS.index(region)] if region else list(range(len(REGIONS)))
                codes = self.below[product] if table.level else np.arange(self.shape[2])
                who = [self.partners[partner]] if table.partners else list(range(self.shape[3]))
                there[np.ix_(where, codes, who)] = True
            where = [REGIONS.index(table.region)] if table.region else list(range(len(REGIONS)))
            for month in self._months(table.release, table.months):
                self.alive[month, where] &= there[where]
        # A month of which a release holds nothing of this flow.
        told = {(figure.release, month) for figure in self.known.figures if figure.flow == self.flow
                for month in figure.months if figure.how == "answer" and len(figure.months) == 1}  # fmt: skip
        for (release, month), version in self.versions.items():
            if (release, month) not in told:
                self.alive[self.times[month, version]] = False
        for figure in self.known.figures:
            if figure.flow == self.flow and figure.high == 0 and self._held(figure):
                self.alive.ravel()[self._unknowns(figure)] = False

    def _unknowns(self, figure: Figure) -> np.ndarray:
        """The places of the amounts that it is the sum of."""
        regions = [REGIONS.index(region) for region in figure.regions] or list(range(self.shape[1]))
        codes = (
            np.unique(np.concatenate([self.below[code] for code in figure.products]))
            if figure.products
            else np.arange(self.shape[2])
        )
        # A partner that no table names has no amount of its own.
        who = [self.partners[name] for name in figure.partners if name in self.partners]
        who = who if figure.partners else list(range(self.shape[3]))
        place = np.ix_(
            self._months(figure.release, figure.months), regions, codes, np.array(who, dtype=np.int64)
        )
        index = np.ravel_multi_index(np.broadcast_arrays(*place), self.shape)
        found = np.asarray(index[self.alive[place]], dtype=np.int64)
        found.sort()
        return found

    def _solve(
        self, rows: list[tuple[np.ndarray, float, float]], targets: list[tuple[np.ndarray, Figure]]
    ) -> None:
        lines = [unknowns for unknowns, _, _ in rows] + [unknowns for unknowns, _ in targets]
        put, width = merged(lines, int(np.prod(self.shape)), self.draw)
        assert width <= MOST_UNKNOWNS, "too many unknowns for this attack"
        self.report.unknowns += width
        low = np.array([row[1] for row in rows])
        high = np.array([row[2] for row in rows])
        truths = [self.truth(figure) for _, figure in targets]
        shown, wanted = put[: len(rows)], put[len(rows) :]
        solved = combined(shown, low, high, wanted, width)
        left = []
        for place, (_, figure) in enumerate(targets):
            true = truths[place]
            if true.value == 0:
                # No amount to be known: what is hidden is its weight, or nothing.
                continue
            if (value := solved[place]) is not None:
                found = Finding(figure, "exact", value, value, true)
                follows = not true.sensitive and 1 < len(figure.months) < YEAR
                (self.report.follow if follows else self.report.findings).append(found)
            else:
                left.append(place)
        # Sensitive figures first: of the others it is only asked whether they are known exactly.
        self.draw.shuffle(left)
        left.sort(key=lambda place: not truths[place].sensitive)
        self.report.unbounded += max(0, len(left) - self.most)
        left = left[: self.most]
        bounds = Bounds(shown, low, high, [wanted[place] for place in left], width)
        for number, place in enumerate(left):
            true, figure = truths[place], targets[place][1]
            least, most = _wanted(figure, true)
            if bounds.within(number, least, most):
                self.report.findings.append(Finding(figure, "narrow", *bounds.seen[number], true))
        self.report.programmes += bounds.programmes


def _wanted(figure: Figure, true: Sum) -> tuple[float, float]:
    """A sum of some months is published for no reader's sake: it must only seem possible that it passes the rule."""
    if not true.sensitive or len(figure.months) == 1 or _is_year(figure):
        return _span(true)
    near = max(1.0, NEAR * true.value)
    return true.value - near, true.value + max(near, true.largest / MAX_SHARE - true.value)


def _is_year(figure: Figure) -> bool:
    return len(figure.period) == len("2024") and len(figure.months) == YEAR


def _span(true: Sum) -> tuple[float, float]:
    """A reader must think possible the first or less, and the second or more."""
    if true.sensitive:
        return (1 - LEAST) * true.value, true.value + true.need
    near = max(1.0, NEAR * true.value)
    return true.value - near, true.value + near


def _rest(figure: Figure, told: set[tuple[Any, ...]]) -> Figure:
    """What is secret of a sum of months: those of them that are hidden. The others are public, each for itself. A whole
    year is published for itself and is secret as a whole.
    """
    if _is_year(figure):
        return figure
    hidden = [month for month in figure.months if (figure.release, month, *figure.cell[1:]) not in told]
    return replace(figure, months=tuple(hidden) or figure.months)
