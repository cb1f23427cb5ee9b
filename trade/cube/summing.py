"""Months of firms' facts summed into the cells of the published tables, with their firms counted.

A firm's values in a month are sorted once a table, firm by firm and product by product: then its part in a cell of any
coarser product lies side by side, and quarters and years are merged from months. Amounts that nobody's share is asked
of go straight to their cell. Everything is exact 64-bit integers in numpy.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from trade.clearance.lattice import ROLLING_SHAPES, SHAPES, Shape
from trade.cube.numbering import NO_UNIT_HIGH, NO_UNIT_LOW, NOTHING, Ints, Month, Numbering, Space
from trade.sources.coded import order

MONTHS = 12
# How the amounts of several facts or cells make one, and what stands where there are none.
REDUCE = {
    "value": (np.add, 0), "net_kg": (np.add, 0), "flags": (np.bitwise_or, 0), "quantity": (np.add, 0),
    "low": (np.minimum, NO_UNIT_LOW), "high": (np.maximum, NO_UNIT_HIGH),
}  # fmt: skip
# Quantities are told of the whole country with all partners together; elsewhere units are mixed nearly always.
EVERYWHERE = ("value", "net_kg", "flags")
ROLLING_LEVELS = {shape.name: shape.levels for shape in ROLLING_SHAPES}
Sums = dict[str, Ints]


@dataclass(frozen=True, slots=True)
class Parts:
    """What each firm has in each cell: `key` (Space.part), each once and in order, and its value."""

    key: Ints
    value: Ints

    @classmethod
    def of(cls, key: Ints, value: Ints) -> "Parts":
        """Of keys in any order."""
        places = order(key)
        return cls._of_ordered(key[places], value[places])

    @classmethod
    def merged(cls, several: Sequence["Parts"]) -> "Parts":
        if len(several) == 1:
            return several[0]
        key, value = (np.concatenate([getattr(one, name) for one in several]) for name in ("key", "value"))
        places = np.argsort(key, kind="stable")  # which takes stretches that are in order as they are
        return cls._of_ordered(key[places], value[places])

    @classmethod
    def _of_ordered(cls, key: Ints, value: Ints) -> "Parts":
        if not key.size:
            return cls(key, value)
        starts = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
        return cls(key[starts], np.add.reduceat(value, starts))

    def coarser(self, space: Space, coarse: Space, up: Ints) -> "Parts":
        """`up`: the number of each product at the coarser level, which never falls."""
        place, product = np.divmod(self.key, space.products)
        return self._of_ordered(place * coarse.products + up[product], self.value)

    def counted(self, space: Space) -> Sums:
        """By cell how many firms, and the value of the largest."""
        cell = space.cell_of(self.key)
        largest = np.zeros(space.cells, np.int64)
        np.maximum.at(largest, cell, self.value)
        return {"firms": np.bincount(cell, minlength=space.cells), "largest": largest}


@dataclass(slots=True)
class Level:
    """A month's cells of one shape at one level: their sums, and the firms' parts in them."""

    sums: Sums
    parts: Parts


@dataclass(frozen=True, slots=True)
class Block:
    """Those cells of one period, shape and level that have something in them."""

    shape: Shape
    level: int
    numbers: Mapping[str, Ints]
    sums: Sums


@dataclass(slots=True)
class Kept:
    """What is known of months for the twelve months that end in a later year, by period, shape and level."""

    numbering: Numbering
    editions: dict[str, str] = field(default_factory=dict)
    levels: dict[tuple[str, str, int], Level] = field(default_factory=dict)


class Summing:
    """Sums months together. Several threads may work on it, a month or a shape each: it asks no database."""

    def __init__(
        self, months: Mapping[str, Month], sections: Mapping[str, str], before: Kept | None = None
    ) -> None:
        """`before`: earlier months that were summed already."""
        several: list[Month | Numbering] = [*months.values(), *([before.numbering] if before else [])]
        self.numbering = Numbering.of(several, sections)
        self.reporter = min(month.reporter for month in months.values())
        self.kept = Kept(self.numbering, {period: month.edition for period, month in months.items()})
        self.before = before
        self._months = dict(months)
        self._finest: dict[tuple[str, str], Level] = {}

    def space(self, shape: Shape, level: int) -> Space:
        return self.numbering.space(shape, level)

    def month(self, period: str) -> None:
        """Make the tables of one month; its facts are let go."""
        month = self._months.pop(period)
        tables = self.numbering.tables(month)
        numbers = {name: tables[name][found] for name, found in month.numbers.items()}
        proven = np.flatnonzero(numbers["firm"] != NOTHING)
        for shape in SHAPES:
            finest = shape.levels[-1]
            space = self.space(shape, finest)
            own = {**numbers, "product": self.numbering.levels[finest][1][numbers["product"]]}
            told = EVERYWHERE if shape.regions or shape.partners else REDUCE
            amounts = {name: month.amounts[name] for name in told}
            sums = _scattered(space.cell(own), amounts, space.cells)
            firms = {name: found[proven] for name, found in own.items()}
            parts = Parts.of(space.part(firms), month.amounts["value"][proven])
            self._finest[shape.name, period] = Level(sums, parts)

    def edition(self, months: Sequence[str]) -> str:
        """The edition by which the months' products are named: the newest."""
        earlier = self.before.editions if self.before else {}
        return max({**earlier, **self.kept.editions}[month] for month in months)

    def shape(
        self, shape: Shape, windows: Mapping[str, Sequence[str]], rolling: Mapping[str, Sequence[str]]
    ) -> Iterator[tuple[str, Block]]:
        """The blocks of a shape, each with its period.

        `windows`: the months of each month, quarter and year that is wanted; `rolling`: the twelve of each period. Only
        whole years are told at every level.
        """
        monthly = ROLLING_LEVELS.get(shape.name, ())
        for month in self.kept.editions:
            made = self._levels(shape, self._finest[shape.name, month], monthly)
            self.kept.levels |= {(month, shape.name, level): found for level, found in made}
        for period, months in windows.items():
            if len(months) == MONTHS:
                whole = _together([self._finest[shape.name, month] for month in months])
                made = self._levels(shape, whole, shape.levels)
            elif monthly:
                finest = [self.kept.levels[month, shape.name, monthly[-1]] for month in months]
                made = self._levels(shape, _together(finest), monthly, at=monthly[-1])
            else:
                continue
            for level, found in made:
                counted = found.parts.counted(self.space(shape, level))
                yield period, self._block(shape, level, found.sums | counted)
        for level in monthly if rolling else ():
            yield from self._rolling(shape, level, rolling)

    def _levels(
        self, shape: Shape, found: Level, levels: Sequence[int], *, at: int | None = None
    ) -> Iterator[tuple[int, Level]]:
        """What is found at a level, the shape's finest without it, told at each of some levels, the finest first."""
        at = shape.levels[-1] if at is None else at
        for level in reversed(levels):
            if level != at:
                found = self._coarser(shape, found, at, level)
            at = level
            yield level, found

    def _coarser(self, shape: Shape, found: Level, at: int, level: int) -> Level:
        space, coarse, up = self.space(shape, at), self.space(shape, level), self.numbering.coarser(level, at)
        place, product = np.divmod(np.arange(space.cells), space.products)
        sums = _scattered(place * coarse.products + up[product], found.sums, coarse.cells)
        return Level(sums, found.parts.coarser(space, coarse, up))

    def _block(self, shape: Shape, level: int, sums: Sums) -> Block:
        traded = (sums["value"] != 0) | (sums["net_kg"] != 0)
        if "quantity" in sums:
            traded |= sums["quantity"] != 0
        cell = np.flatnonzero(traded)
        split = self.space(shape, level).split(cell)
        return Block(shape, level, split, {name: found[cell] for name, found in sums.items()})

    def _rolling(
        self, shape: Shape, level: int, rolling: Mapping[str, Sequence[str]]
    ) -> Iterator[tuple[str, Block]]:
        """Twelve months each. `largest` is 0: they are shown only where each of their months is, so that nothing of
        them has to be protected.
        """
        space = self.space(shape, level)
        months = sorted({month for twelve in rolling.values() for month in twelve})
        held = [self._level(month, shape, level) for month in months]
        firms = _active([found.parts.key for found in held], space)
        for period, twelve in rolling.items():
            last = months.index(twelve[-1])
            sums = _reduced([found.sums for found in held[last - MONTHS + 1 : last + 1]])
            told = {"firms": firms[last], "largest": np.zeros(space.cells, np.int64)}
            yield period, self._block(shape, level, sums | told)

    def _level(self, month: str, shape: Shape, level: int) -> Level:
        if month in self.kept.editions or self.before is None:
            return self.kept.levels[month, shape.name, level]
        return self._renumbered(self.before, month, shape, level)

    def _renumbered(self, before: Kept, month: str, shape: Shape, level: int) -> Level:
        """A month that was summed under an earlier numbering, under this one."""
        found = before.levels[month, shape.name, level]
        old, space = before.numbering.space(shape, level), self.space(shape, level)
        tables = self.numbering.tables(before.numbering)
        place = {code: at for at, code in enumerate(self.numbering.levels[level][0])}
        of_level = before.numbering.levels[level][0]
        tables["product"] = np.array([place[code] for code in of_level], np.int64)
        if not shape.regions:
            tables["region"] = np.zeros(1, np.int64)
        if not shape.partners:
            tables["partner"] = np.zeros(1, np.int64)

        def told(split: Mapping[str, Ints]) -> dict[str, Ints]:
            return {name: tables[name][numbers] for name, numbers in split.items()}

        cells = space.cell(told(old.split(np.arange(old.cells))))
        key = space.part(told(old.split_part(found.parts.key)))
        return Level(_scattered(cells, found.sums, space.cells), Parts(key, found.parts.value))


def _scattered(cell: Ints, amounts: Mapping[str, Ints], cells: int) -> Sums:
    """Amounts put together by the cell of each."""
    found = {}
    for name, given in amounts.items():
        reduce, empty = REDUCE[name]
        found[name] = np.full(cells, empty, np.int64)
        reduce.at(found[name], cell, given)
    return found


def _together(several: Sequence[Level]) -> Level:
    return Level(_reduced([one.sums for one in several]), Parts.merged([one.parts for one in several]))


def _reduced(several: Sequence[Sums]) -> Sums:
    return {name: REDUCE[name][0].reduce([sums[name] for sums in several]) for name in several[0]}


def _active(present: Sequence[Ints], space: Space) -> Ints:
    """By month and cell the firms with a part in the twelve months that end there. `present`: their parts by month.

    A firm is counted from a month of its own to eleven months later, or to its next.
    """
    count = len(present)
    part = np.concatenate(present)
    month = np.repeat(np.arange(count), [found.size for found in present])
    places = np.argsort(part, kind="stable")
    part, month = part[places], month[places]
    until = month + MONTHS
    again = part[1:] == part[:-1]
    until[:-1][again] = np.minimum(until[:-1], month[1:])[again]
    cell = space.cell_of(part)
    change = np.zeros((count + MONTHS + 1) * space.cells, np.int64)
    np.add.at(change, month * space.cells + cell, 1)
    np.add.at(change, until * space.cells + cell, -1)
    return change.reshape(-1, space.cells).cumsum(axis=0)
