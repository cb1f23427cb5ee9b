"""Facts as numbers: each code of a month is a number, and the numbers of all months of a summing are made the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from trade.clearance.lattice import Shape
from trade.sources import coded

Ints = npt.NDArray[np.int64]
PLACE = ("flow", "region", "partner", "product")
FINEST = 6
# The first nine digits of the ICE are the enterprise; the next four are its establishments.
FIRM_DIGITS = 9
NOTHING = -1
NOT_ALLOCATED = "_U"
COUNTRY, WORLD, TOTAL, NO_SECTION = "", "W", "TOTAL", "S99"
# What is known of a cell's facts, a bit each; the cell has those of all its facts.
UNWEIGHED, PROVISIONAL, REVISED, HAS_WEIGHT, HAS_QUANTITY = 1, 2, 4, 8, 16
NO_UNIT_LOW, NO_UNIT_HIGH = 127, -1


@dataclass(frozen=True, slots=True)
class Month:
    """A month's facts, each a row still.

    `codes`: by column of PLACE what its numbers stand for; `firms`: the same for the firms' numbers, NOTHING for none.
    `low` and `high` among the amounts are the unit's code, where there is a quantity.
    """

    codes: Mapping[str, Sequence[str]]
    firms: Ints
    numbers: Mapping[str, Ints]
    amounts: Mapping[str, Ints]
    reporter: str
    edition: str


def month(path: Path, groups: Mapping[int, int]) -> Month:
    """Read a part's file, or its twin; facts with the World are none of a firm's. `groups`: enterprise → what it
    counts as.
    """
    quantity, weight = pl.col("quantity"), pl.col("net_kg")
    flags = {
        UNWEIGHED: (pl.col("value") != 0) & (weight.fill_null(0) <= 0),
        PROVISIONAL: (pl.col("status") == "P").fill_null(False),
        REVISED: (pl.col("status") == "R").fill_null(False),
        HAS_WEIGHT: weight.is_not_null(),
        HAS_QUANTITY: quantity.is_not_null(),
    }
    unit = pl.when(quantity.is_not_null()).then(pl.col("unit").cast(pl.String).cast(pl.Int64))
    # Who declares nothing proves nobody.
    traded = (pl.col("value") > 0) | (weight.fill_null(0) > 0) | (quantity.fill_null(0) > 0)
    scan = pl.scan_ipc(path, glob=False) if path.suffix == ".arrow" else pl.scan_parquet(path, glob=False)
    frame = scan.filter(~pl.col("is_total")).select(
        pl.col("flow", "region", "partner", "product", "edition", "reporter", "value"),
        company=pl.when(traded & (pl.col("company") != "")).then("company"),
        net_kg=weight.fill_null(0),
        quantity=quantity.fill_null(0),
        low=unit.fill_null(NO_UNIT_LOW),
        high=unit.fill_null(NO_UNIT_HIGH),
        flags=pl.sum_horizontal(bad.cast(pl.Int64) * bit for bit, bad in flags.items()),
    ).collect()  # fmt: skip
    codes, numbers = dict[str, Sequence[str]](), dict[str, Ints]()
    for name in PLACE:
        found, numbers[name] = _numbered(frame[name])
        codes[name] = found.to_list()
    codes["region"], numbers["region"] = _allocated(codes["region"], numbers["region"])
    codes["product"], numbers["product"] = _subheadings(codes["product"], numbers["product"])
    firms, numbers["firm"] = _firms(frame["company"], groups)
    amounts = ("value", "net_kg", "quantity", "low", "high", "flags")
    return Month(
        codes,
        firms,
        numbers,
        {name: frame[name].to_numpy() for name in amounts},
        reporter=str(frame["reporter"].min()),
        edition=str(frame["edition"].max() or ""),
    )


def _numbered(column: pl.Series) -> tuple[pl.Series, Ints]:
    """The codes of a column in their order, and each row's place among them; NOTHING where it has none."""
    codes = coded.codes_of(column.dtype)
    if codes is None:
        codes = column.drop_nulls().unique().sort()
        column = column.cast(pl.Enum(codes))
    places = coded.numbers(column, codes)
    return codes, np.where(places == len(codes), NOTHING, places)


def _allocated(regions: Sequence[str], numbers: Ints) -> tuple[Sequence[str], Ints]:
    """With a code for what is in no region."""
    if not (numbers == NOTHING).any():
        return regions, numbers
    found = [*regions] if NOT_ALLOCATED in regions else [*regions, NOT_ALLOCATED]
    return found, np.where(numbers == NOTHING, found.index(NOT_ALLOCATED), numbers)


def _subheadings(products: Sequence[str], numbers: Ints) -> tuple[list[str], Ints]:
    cut = [code[:FINEST] for code in products]
    found = sorted({*cut})
    place = {code: at for at, code in enumerate(found)}
    return found, np.array([place[code] for code in cut], np.int64)[numbers]


def _firms(companies: pl.Series, groups: Mapping[int, int]) -> tuple[Ints, Ints]:
    """The firms, and each row's place among them."""
    codes, numbers = _numbered(companies)
    enterprises = codes.str.slice(0, FIRM_DIGITS).cast(pl.Int64)
    counted = enterprises.replace(groups) if groups else enterprises
    firms, of_code = np.unique(counted.to_numpy(), return_inverse=True)
    # The last place is that of NOTHING.
    return firms, np.append(of_code, NOTHING)[numbers]


@dataclass(frozen=True)
class Numbering:
    """One number for each code of all months of a summing. Products are in the order of their sections, so that what
    is one code at a coarser level stands together.
    """

    codes: Mapping[str, Sequence[str]]
    firms: Ints
    sections: Mapping[str, str]

    @classmethod
    def of(cls, of: "Iterable[Month | Numbering]", sections: Mapping[str, str]) -> "Numbering":
        several = list(of)
        codes = {name: sorted({code for one in several for code in one.codes[name]}) for name in PLACE}
        codes["product"].sort(key=lambda code: (sections.get(code[:2], NO_SECTION), code))
        return cls(codes, np.unique(np.concatenate([one.firms for one in several])), sections)

    def tables(self, one: "Month | Numbering") -> dict[str, Ints]:
        """By column the number here of each of its numbers there; the last is that of NOTHING."""
        found = {name: self._places(name, one.codes[name]) for name in PLACE}
        return {**found, "firm": np.append(np.searchsorted(self.firms, one.firms), NOTHING)}

    def _places(self, name: str, codes: Sequence[str]) -> Ints:
        place = {code: at for at, code in enumerate(self.codes[name])}
        return np.array([place[code] for code in codes], np.int64)

    @cached_property
    def levels(self) -> dict[int, tuple[list[str], Ints]]:
        """By product level its codes, and the number there of each finest product."""
        return {level: self._level(level) for level in (0, 1, 2, 4, FINEST)}

    def _level(self, level: int) -> tuple[list[str], Ints]:
        products = self.codes["product"]
        if level == 0:
            return [TOTAL], np.zeros(len(products), np.int64)
        if level == 1:
            made = [self.sections.get(code[:2], NO_SECTION) for code in products]
        else:
            made = [code[:level] for code in products]
        found = list(dict.fromkeys(made))
        place = {code: at for at, code in enumerate(found)}
        return found, np.array([place[code] for code in made], np.int64)

    def space(self, shape: Shape, level: int) -> "Space":
        return Space(
            len(self.codes["flow"]),
            max(1, len(self.firms)),
            len(self.codes["region"]) if shape.regions else 1,
            len(self.codes["partner"]) if shape.partners else 1,
            len(self.levels[level][0]),
        )

    def coarser(self, level: int, than: int) -> Ints:
        """The number at `level` of each product number of the finer level `than`."""
        fine, coarse = self.levels[than][1], self.levels[level][1]
        found = np.zeros(len(self.levels[than][0]), np.int64)
        found[fine] = coarse
        return found


@dataclass(frozen=True, slots=True)
class Space:
    """How many there are of each kind of code in a table, and how a cell, or a firm's part of one, is one number.

    A cell is flow, region, partner, product. In a part's number the firm follows the flow: all that a firm has in a
    flow stands together, in the order of the products.
    """

    flows: int
    firms: int
    regions: int
    partners: int
    products: int

    @property
    def places(self) -> int:
        """The cells of one flow."""
        return self.regions * self.partners * self.products

    @property
    def cells(self) -> int:
        return self.flows * self.places

    def cell(self, numbers: Mapping[str, Ints]) -> Ints:
        return numbers["flow"] * self.places + self._place(numbers)

    def part(self, numbers: Mapping[str, Ints]) -> Ints:
        return (numbers["flow"] * self.firms + numbers["firm"]) * self.places + self._place(numbers)

    def _place(self, numbers: Mapping[str, Ints]) -> Ints:
        place = np.zeros(1, np.int64)
        for name, size in (("region", self.regions), ("partner", self.partners), ("product", self.products)):
            if size > 1:
                place = place * size + numbers[name]
        return place

    def cell_of(self, part: Ints) -> Ints:
        """The cell in which a part lies."""
        return part // (self.places * self.firms) * self.places + part % self.places

    def split(self, cell: Ints) -> dict[str, Ints]:
        """The numbers of a cell's codes."""
        rest, found = cell, dict[str, Ints]()
        for name, size in (("product", self.products), ("partner", self.partners), ("region", self.regions)):
            rest, found[name] = np.divmod(rest, size)
        return {"flow": rest, **found}

    def split_part(self, part: Ints) -> dict[str, Ints]:
        found = self.split(part)
        found["flow"], found["firm"] = np.divmod(found["flow"], self.firms)
        return found
