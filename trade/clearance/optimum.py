"""The cheapest pattern of a table, asked of Tau-Argus (`pytauargus`), for the completion to start from.

What it answers is a proposal: completion, audit and repair go over it as over any other, and the cheaper of the two
patterns that pass is kept. After Fischetti and Salazar, "Models and algorithms for optimizing cell suppression in
tabular data with linear constraints", JASA 95 (2000): any system of sums, so linked tables are one question.
"""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import structlog
from django.conf import settings

from trade.clearance.protect import Protected
from trade.clearance.system import WORLD, Bools, Floats, Ints, Lines, lines

log = structlog.get_logger(__name__)
PROGRAM = Path(__file__).with_name("tauargus.py")
# Whole numbers only: with others the engine does not end. A table's largest value is told as so many; where the first
# leaves it without an answer, and at once, the second may not.
TOPS = (10_000_000, 1_000_000)
DEAREST = 1_000
# What readers know anyway is as dear as so many of the dearest: were it forbidden, some tables had no answer.
SHUT = 20
# A pattern is worth the asking where it hides so many cells besides those that it must, and this share of the largest.
CELLS, SHARE = 2, 0.002
# Larger tables are not asked about: it has no answer in time.
MOST = 1_500
# How long, in seconds: of the processor for one try, whatever else runs; by the clock for one try, and for a flow.
CPU, WALL, ALL = 1, 4.0, 6.0
LATE, FAILED = "late", "failed"


@dataclass(slots=True)
class Asked:
    """How many tables were asked about, and of those how many answers were kept, came too late, or were none."""

    asked: int = 0
    kept: int = 0
    late: int = 0
    failed: int = 0


def improved(
    frame: pl.DataFrame, sections: Mapping[str, str], own: Protected, again: Callable[[Bools], Protected]
) -> tuple[Protected, Asked]:
    """The cheaper of our `own` pattern of a flow and those that start from Tau-Argus'; `again` protects with more
    cells hidden from the start. Where ours hides hardly more than it must, nothing is asked.
    """
    told, until = Asked(), time.monotonic() + ALL
    value = frame["value"].to_numpy().astype(np.float64)
    must = (frame["sensitive"] | frame["timed"] | frame["earlier"] | frame["below"]).to_numpy()
    closed = frame["known"].to_numpy()
    best, first = own, np.zeros(frame.height, dtype=bool)
    for table in tables(frame):
        ours = best.hidden & ~must & table
        worth = ours.sum() >= CELLS and value[ours].sum() >= SHARE * value[table].max(initial=0.0)
        if not worth or time.monotonic() > until:
            continue
        told.asked += 1
        cells = frame.filter(pl.Series(table))
        answer = cheapest(
            lines(cells, sections),
            value[table],
            must[table],
            cells["need"].to_numpy(),
            closed=closed[table],
        )
        if not isinstance(answer, np.ndarray):
            told.late, told.failed = told.late + (answer == LATE), told.failed + (answer != LATE)
            continue
        proposal = first.copy()
        proposal[np.flatnonzero(table)[answer]] = True
        if best.narrow.any() or _price(value, proposal & table) < _price(value, ours):
            found = again(proposal & ~closed)
            if _worth(found, value) < _worth(best, value):
                best, first, told.kept = found, proposal, told.kept + 1
    return best, told


def tables(frame: pl.DataFrame) -> Iterator[Bools]:
    """A small flow as one: all its tables linked. Of a large one the country's products, its regions' partners, and
    the sections of partners and of regions, where they are small enough.
    """
    if frame.height <= MOST:
        yield np.ones(frame.height, dtype=bool)
        return
    country, world, level = pl.col("region") == "", pl.col("partner") == WORLD, pl.col("level")
    for table in (country & world, level == 0, country & (level <= 1), world & (level <= 1)):
        found = frame.select(table).to_series().to_numpy()
        if found.sum() <= MOST:
            yield found


def _price(value: Floats, hidden: Bools) -> float:
    """The roots of what is hidden, as for repair: a total is dearer than the small cells that would do instead."""
    return float(np.sqrt(value[hidden]).sum())


def _worth(found: Protected, value: Floats) -> tuple[int, float]:
    """What is too narrow first, then the price."""
    return int(found.narrow.sum()), _price(value, found.hidden)


def cheapest(sums: Lines, value: Floats, hidden: Bools, need: Floats, *, closed: Bools) -> Bools | str:
    """The cells to hide besides `hidden` so that each of these is open by its `need`: Tau-Argus' answer, or why
    there is none: LATE, FAILED.
    """
    name, small = _merged(sums, len(value))
    first = np.unique(name, return_index=True)[1]
    asked, wanted, shut = (
        np.zeros(len(first), dtype=bool),
        np.zeros(len(first)),
        np.zeros(len(first), dtype=bool),
    )
    np.logical_or.at(asked, name, hidden)
    np.logical_or.at(shut, name, closed)
    np.maximum.at(wanted, name, need)
    answer: Bools | str = FAILED
    for top in TOPS:
        answer = _run(_written(small, value[first], asked, wanted, shut, top), len(first))
        if isinstance(answer, np.ndarray):
            return answer[name] & ~hidden
        if answer == LATE:
            break
    return answer


def _merged(sums: Lines, cells: int) -> tuple[Ints, Lines]:
    """Cells that are one amount (a chapter of one heading) are one: each cell's new number, and the sums over these.
    As two of them, most tables would have no answer.
    """
    above = np.arange(cells)
    sizes = np.diff(sums.starts)
    for line in np.flatnonzero(sizes == 1):
        pair = above[[sums.parts[sums.starts[line]], sums.totals[line]]]
        above[np.isin(above, pair)] = pair.min()
    name = np.unique(above, return_inverse=True)[1].ravel()
    kept = {
        (int(name[sums.totals[line]]), tuple(sorted(name[sums.parts_of(int(line))].tolist()))): None
        for line in np.flatnonzero(sizes > 1)
    }
    lengths = [len(parts) for _, parts in kept]
    return name, Lines(
        np.array([total for total, _ in kept], dtype=np.int64),
        np.append(0, np.cumsum(lengths)).astype(np.int64),
        np.array([part for _, parts in kept for part in parts], dtype=np.int64),
    )


def _run(table: str, cells: int) -> Bools | str:
    """The answer of the program; whatever keeps it from answering is none of the clearance's business."""
    try:
        return _answer(table, cells)
    except (OSError, UnicodeDecodeError) as error:
        log.warning("optimum_not_asked", problem=str(error))
        return FAILED


def _answer(table: str, cells: int) -> Bools | str:
    scratch = Path(settings.QAFILA_HOME) / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="table-", dir=scratch) as folder:
        (Path(folder) / "table.jj").write_text(table, encoding="ascii")
        command = [sys.executable, "-I", str(PROGRAM), str(CPU)]
        try:
            done = subprocess.run(command, cwd=folder, env={}, timeout=WALL, check=False, capture_output=True)
        except subprocess.TimeoutExpired:
            return LATE
        answer = Path(folder) / "hidden.txt"
        words = answer.read_text(encoding="ascii").split() if answer.exists() else ["none"]
    if done.returncode == -signal.SIGKILL:
        return LATE
    if done.returncode or not all(word.isdecimal() and int(word) < cells for word in words):
        told = done.stderr.decode("utf-8", "replace").strip().splitlines()
        log.warning("optimum_failed", status=done.returncode, said=told[-1] if told else "")
        return FAILED
    found = np.zeros(cells, dtype=bool)
    found[[int(word) for word in words]] = True
    return found


def _written(  # noqa: PLR0917
    sums: Lines, value: Floats, hidden: Bools, need: Floats, closed: Bools, top: int
) -> str:
    """The engine's own format (JJ): cells with their price, bounds and protection, then every sum."""
    unit = max(float(value.max(initial=0.0)), 1.0) / top
    amount = np.maximum(np.rint(value / unit), value > 0).astype(np.int64)
    root = np.sqrt(value)
    price = np.maximum(1, np.rint(root / max(float(root.max(initial=0.0)), 1.0) * DEAREST)).astype(np.int64)
    price += np.where(closed, SHUT * DEAREST, 0)
    up = np.where(hidden, np.maximum(np.ceil(need / unit), 1), 0).astype(np.int64)
    down = np.minimum(up, amount)
    rows = [
        f"{cell} {amount[cell]} {price[cell]} {'u' if hidden[cell] else 's'} 0 {2 * top} {down[cell]} {up[cell]} 0"
        for cell in range(len(value))
    ]
    equations = []
    for line in range(len(sums)):
        parts = sums.parts_of(line)
        terms = " ".join(f"{part} (1)" for part in parts)
        equations.append(f"0 {len(parts) + 1} : {sums.totals[line]} (-1) {terms}")
    return "\n".join(["0", str(len(rows)), *rows, str(len(equations)), *equations, ""])
