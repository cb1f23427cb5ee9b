"""A calendar year of firms' facts summed into the cells of the published tables, with their firms counted.

The codes of a row become one number, sorted once a table: then a firm's amounts in a cell lie side by side, and months,
quarters, the year and coarser products are sums over neighbours. Everything is exact 64-bit integers in numpy, several
times faster than grouping the rows anew for every table.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from reference import selectors as reference
from trade.clearance.lattice import Shape

Ints = npt.NDArray[np.int64]
MONTHS = 12
FINEST = 6
# The first nine digits of the ICE are the enterprise; the next four are its establishments.
FIRM_DIGITS = 9
FIRM_BITS, MONTH_BITS = 32, 5
NO_FIRM = 2**FIRM_BITS - 1
NOT_ALLOCATED = "_U"
COUNTRY, WORLD, TOTAL, NO_SECTION = "", "W", "TOTAL", "S99"
SUMMARY = pl.Schema({
    "flow": pl.String, "region": pl.String, "product": pl.String, "level": pl.Int8, "partner": pl.String,
    "reporter": pl.String, "edition": pl.String, "value": pl.Int64, "net_kg": pl.Int64, "quantity": pl.Int64,
    "unit": pl.String, "weighed": pl.Boolean, "firms": pl.Int32, "largest": pl.Int64, "second": pl.Int64,
    "provisional": pl.Boolean, "revised": pl.Boolean,
})  # fmt: skip
PLACE = ("flow", "region", "partner", "product")
# What is known of a cell's facts, a bit each; the cell has those of all its facts.
UNWEIGHED, PROVISIONAL, REVISED, HAS_WEIGHT, HAS_QUANTITY = 1, 2, 4, 8, 16
NO_UNIT_LOW, NO_UNIT_HIGH = 127, -1
# First and last month, counted from 0.
Window = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rows:
    """Facts by cell, firm and month, in this order; `codes` are what the numbers in `cell` stand for.

    `sections`: chapter → section. `cell` packs flow, region, partner and product. `quantity`, `low` and `high` (the
    units' least and greatest code) are of the tables that tell quantities.
    """

    codes: dict[str, list[str]]
    sections: Mapping[str, str]
    cell: Ints
    firm: Ints
    month: Ints
    amounts: dict[str, Ints]
    reporter: str
    editions: dict[int, str]

    def later(self) -> "Rows":
        """The same a year later, counted from the January before."""
        return replace(
            self,
            month=self.month + MONTHS,
            editions={month + MONTHS: code for month, code in self.editions.items()},
        )


# How the amounts of neighbours make one.
REDUCE = {
    "value": np.add, "net_kg": np.add, "flags": np.bitwise_or, "quantity": np.add, "low": np.minimum,
    "high": np.maximum,
}  # fmt: skip


def facts(scan: pl.LazyFrame) -> Rows:
    """A year's facts, each a row still. `scan` has the columns of a part; rows with the World are none of a firm's."""
    company, quantity, weight = pl.col("company"), pl.col("quantity"), pl.col("net_kg")
    # Who declares nothing proves nobody.
    traded = (pl.col("value") > 0) | (weight.fill_null(0) > 0) | (quantity.fill_null(0) > 0)
    flags = {
        UNWEIGHED: (pl.col("value") != 0) & (weight.fill_null(0) <= 0),
        PROVISIONAL: (pl.col("status") == "P").fill_null(False),
        REVISED: (pl.col("status") == "R").fill_null(False),
        HAS_WEIGHT: weight.is_not_null(),
        HAS_QUANTITY: quantity.is_not_null(),
    }
    unit = pl.when(quantity.is_not_null()).then(pl.col("unit").cast(pl.Int64))
    frame = scan.filter(~pl.col("is_total")).select(
        pl.col("flow", "partner", "edition", "reporter", "value"),
        month=pl.col("period").str.slice(5, 2).cast(pl.Int64) - 1,
        region=pl.col("region").fill_null(NOT_ALLOCATED),
        product=pl.col("product").str.slice(0, FINEST),
        firm=pl.when((company != "") & traded)
        .then(company.str.slice(0, FIRM_DIGITS).cast(pl.UInt32))
        .fill_null(NO_FIRM)
        .cast(pl.Int64),
        net_kg=weight.fill_null(0),
        quantity=quantity.fill_null(0),
        low=unit.fill_null(NO_UNIT_LOW),
        high=unit.fill_null(NO_UNIT_HIGH),
        flags=pl.sum_horizontal(bad.cast(pl.Int64) * bit for bit, bad in flags.items()),
    ).collect()  # fmt: skip
    codes = {name: frame[name].unique().sort().to_list() for name in PLACE}
    cell = np.zeros(frame.height, np.int64)
    for name in PLACE:
        number = frame[name].cast(pl.Enum(codes[name])).to_physical().to_numpy()
        cell = cell * len(codes[name]) + number
    editions = frame.group_by("month").agg(pl.col("edition").max())
    return Rows(
        codes,
        reference.section_of(),
        cell,
        frame["firm"].to_numpy(),
        frame["month"].to_numpy(),
        {name: frame[name].to_numpy() for name in REDUCE},
        reporter=str(frame["reporter"].min()),
        editions=dict(editions.iter_rows()),
    )


def shaped(rows: Rows, shape: Shape) -> Rows:
    """The rows of a shape at its finest level: what it does not tell apart is put together."""
    told = {**rows.codes}
    numbers = _numbers(rows)
    if not shape.regions:
        told["region"], numbers["region"] = [COUNTRY], None
    if not shape.partners:
        told["partner"], numbers["partner"] = [WORLD], None
    told["product"], numbers["product"] = _coarse(rows, numbers["product"], shape.levels[-1])
    amounts = rows.amounts
    if shape.regions or shape.partners:
        amounts = {name: amounts[name] for name in ("value", "net_kg", "flags")}
    return _ordered(replace(rows, codes=told, cell=_packed(told, numbers, len(rows.cell)), amounts=amounts))


def coarser(rows: Rows, level: int) -> Rows:
    """The same rows at a coarser product level."""
    told, numbers = {**rows.codes}, _numbers(rows)
    told["product"], numbers["product"] = _coarse(rows, numbers["product"], level)
    return _ordered(replace(rows, codes=told, cell=_packed(told, numbers, len(rows.cell))))


def _numbers(rows: Rows) -> dict[str, Ints | None]:
    rest, numbers = rows.cell, dict[str, Ints | None]()
    for name in reversed(PLACE):
        rest, numbers[name] = np.divmod(rest, len(rows.codes[name]))
    return numbers


def _packed(codes: Mapping[str, Sequence[str]], numbers: Mapping[str, Ints | None], size: int) -> Ints:
    cell = np.zeros(size, np.int64)
    for name in PLACE:
        number = numbers[name]
        if number is not None:
            cell = cell * len(codes[name]) + number
    return cell


def _coarse(rows: Rows, number: Ints | None, level: int) -> tuple[list[str], Ints | None]:
    """Product codes at a coarser level; a chapter that no section holds keeps a class of its own."""
    codes = rows.codes["product"]
    if level == 0:
        return [TOTAL], None
    if level == 1:
        made = [code if code.startswith("S") else rows.sections.get(code[:2], NO_SECTION) for code in codes]
    else:
        made = [code[:level] for code in codes]
    found = sorted(set(made))
    place = {code: at for at, code in enumerate(found)}
    return found, None if number is None else np.array([place[code] for code in made])[number]


def _ordered(rows: Rows) -> Rows:
    """Sorted by cell, firm and month, and the amounts of equal ones put together."""
    key = (rows.cell << (FIRM_BITS + MONTH_BITS)) | (rows.firm << MONTH_BITS) | rows.month
    order = np.argsort(key)
    key = key[order]
    starts = _starts(key)
    key = key[starts]
    return replace(
        rows,
        cell=key >> (FIRM_BITS + MONTH_BITS),
        firm=(key >> MONTH_BITS) & NO_FIRM,
        month=key & (2**MONTH_BITS - 1),
        amounts={name: REDUCE[name].reduceat(found[order], starts) for name, found in rows.amounts.items()},
    )


def _starts(key: Ints) -> Ints:
    return np.flatnonzero(np.append(True, key[1:] != key[:-1]))


def cells(rows: Rows, level: int, windows: Mapping[str, Window]) -> Iterator[tuple[str, pl.DataFrame]]:
    """The cells of each window in SUMMARY's columns. Windows of one length do not overlap.

    `second`, which only the p % rule asks for, is not counted.
    """
    starts = _starts(rows.cell)
    place = _place(rows, rows.cell[starts])
    cell = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(rows.cell))))
    for length in sorted({last - first for first, last in windows.values()}):
        chosen = {period: window for period, window in windows.items() if window[1] - window[0] == length}
        group = np.full(2 * MONTHS + 1, -1)
        for at, (first, last) in enumerate(chosen.values()):
            group[first : last + 1] = at
        sums = _sums(rows, cell, group, (len(starts), len(chosen)))
        for at, (period, (first, last)) in enumerate(chosen.items()):
            edition = max(rows.editions.get(month, "") for month in range(first, last + 1))
            yield (
                period,
                _frame(place, {name: found[:, at] for name, found in sums.items()}, level, edition, rows),
            )


def _sums(rows: Rows, cell: Ints, group: Ints, shape: tuple[int, int]) -> dict[str, Ints]:
    """By cell and group of months: the amounts, how many firms, and the largest."""
    chosen = group[rows.month]
    inside = chosen >= 0
    place = (cell * shape[1] + chosen)[inside]
    amounts = {name: found[inside] for name, found in rows.amounts.items()}
    firm = rows.firm[inside]
    # A firm's months of one group are neighbours: one row a firm and group.
    starts = _starts((place << FIRM_BITS) | firm)
    place, firm = place[starts], firm[starts]
    amounts = {name: REDUCE[name].reduceat(found, starts) for name, found in amounts.items()}
    empty = {"low": NO_UNIT_LOW, "high": NO_UNIT_HIGH}
    sums = {
        name: np.full(shape[0] * shape[1], empty.get(name, 0), np.int64) for name in (*amounts, "largest")
    }
    for name, found in amounts.items():
        REDUCE[name].at(sums[name], place, found)
    proven = firm != NO_FIRM
    np.maximum.at(sums["largest"], place[proven], amounts["value"][proven])
    sums["firms"] = np.bincount(place[proven], minlength=shape[0] * shape[1])
    return {name: found.reshape(shape) for name, found in sums.items()}


def _place(rows: Rows, cell: Ints) -> dict[str, pl.Series]:
    rest, made = cell, dict[str, pl.Series]()
    for name in reversed(PLACE):
        rest, number = np.divmod(rest, len(rows.codes[name]))
        made[name] = pl.Series(name, rows.codes[name], pl.String).gather(number)
    return made


def _frame(
    place: dict[str, pl.Series], sums: dict[str, Ints], level: int, edition: str, rows: Rows
) -> pl.DataFrame:
    flags = pl.col("flags")
    one_unit = (pl.col("low") == pl.col("high")) & (flags & HAS_QUANTITY > 0)
    if "quantity" not in sums:
        sums = {**sums, **dict.fromkeys(("quantity", "low", "high"), np.zeros_like(sums["value"]))}
    traded = (pl.col("value") != 0) | (pl.col("net_kg") != 0) | (pl.col("quantity") != 0)
    frame = pl.DataFrame({**place, **sums}).filter(traded)
    told = "quantity" in rows.amounts
    return frame.with_columns(
        level=pl.lit(level),
        reporter=pl.lit(rows.reporter),
        edition=pl.lit(edition),
        net_kg=pl.when(flags & HAS_WEIGHT > 0).then("net_kg"),
        quantity=pl.when(one_unit & told).then("quantity"),
        unit=pl.when(one_unit & told).then("low"),
        weighed=flags & UNWEIGHED == 0,
        provisional=flags & PROVISIONAL > 0,
        revised=flags & REVISED > 0,
        second=pl.lit(None),
    ).select(pl.col(name).cast(kind) for name, kind in SUMMARY.items())


def joined(before: Rows, found: Rows) -> Rows:
    """Two years' rows of one shape and level: the months of `found` follow the twelve of `before`."""
    codes = {name: sorted({*before.codes[name], *found.codes[name]}) for name in PLACE}
    years = (before, found.later())
    amounts = {name: np.concatenate([year.amounts[name] for year in years]) for name in found.amounts}
    return _ordered(
        replace(
            found,
            codes=codes,
            cell=np.concatenate([_recoded(year, codes) for year in years]),
            firm=np.concatenate([year.firm for year in years]),
            month=np.concatenate([year.month for year in years]),
            amounts=amounts,
            editions={**before.editions, **years[1].editions},
        )
    )


def _recoded(rows: Rows, codes: Mapping[str, list[str]]) -> Ints:
    numbers = _numbers(rows)
    for name, number in numbers.items():
        place = {code: at for at, code in enumerate(codes[name])}
        numbers[name] = np.array([place[code] for code in rows.codes[name]])[number]
    return _packed(codes, numbers, len(rows.cell))


def rolling(rows: Rows, level: int, ends: Mapping[str, int]) -> Iterator[tuple[str, pl.DataFrame]]:
    """The cells of the twelve months that end with each given month, counted from 0 over two years.

    A firm is counted from a month of its own to eleven months later, or to its next. `largest` is 0: twelve months are
    shown only where each of them is, so that nothing of them has to be protected.
    """
    starts = _starts(rows.cell)
    place = _place(rows, rows.cell[starts])
    cell = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(rows.cell))))
    months = 2 * MONTHS
    sums = _sums(rows, cell, np.append(np.arange(months), -1), (len(starts), months))
    firms = _active(rows, cell, len(starts))
    for period, end in ends.items():
        window = slice(end - MONTHS + 1, end + 1)
        made = {
            name: REDUCE[name].reduce(found[:, window], axis=1)
            for name, found in sums.items()
            if name in REDUCE
        }
        made["firms"], made["largest"] = firms[:, end], np.zeros(len(starts), np.int64)
        edition = max(rows.editions.get(month, "") for month in range(window.start, window.stop))
        yield period, _frame(place, made, level, edition, rows)


def _active(rows: Rows, cell: Ints, cells_count: int) -> Ints:
    """By cell and month the firms with a fact in the twelve months that end there."""
    proven = rows.firm != NO_FIRM
    place, firm, month = cell[proven], rows.firm[proven], rows.month[proven]
    pair = (place << FIRM_BITS) | firm
    follows = np.append(pair[1:] == pair[:-1], False)
    until = np.minimum(month + MONTHS, np.where(follows, np.append(month[1:], 0), 3 * MONTHS))
    change = np.zeros((cells_count, 3 * MONTHS + 1), np.int64)
    np.add.at(change, (place, month), 1)
    np.add.at(change, (place, until), -1)
    return change.cumsum(axis=1)
