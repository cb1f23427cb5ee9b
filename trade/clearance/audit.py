"""The audit: what a reader who knows every published figure can still not know of each hidden one.

A reader's knowledge is a linear programme: hidden values are not negative and every line adds up. A *move* is a change
of the hidden values after which that still holds; so the true values moved by it are as possible as the true ones. One
move shows for all cells at once how far each is open. Moves come from a few programmes with random objectives; only
cells that no move has shown to be open enough are asked about singly. Solver: HiGHS (highspy).
"""

from dataclasses import dataclass, field

import highspy
import numpy as np

from trade.clearance.solver import ENDLESS, Patience, solver
from trade.clearance.system import Bools, Floats, Ints, Lines

ROUNDS = 4
SLACK = 1e-6
# No cell has to move farther than so many times the farthest that any must; when all are asked at once, each only so
# many times its own way.
FAR = 8.0
NEAR = 2.0
# The longest bound of a programme, in its own unit. The solver is right to 1e-7 of it, whatever the bounds: longer ones
# leave it without an answer, shorter ones bring a small cell's need near to what it overlooks.
LONGEST = 1e6


@dataclass(slots=True)
class Found:
    """How far each cell is known to be open, downwards and upwards, in the unit of value; `programmes` solved."""

    down: Floats
    up: Floats
    programmes: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Equations:
    """Rows of the programme, over the free cells only: what is known has moved to the other side."""

    cells: Ints
    starts: Ints
    index: Ints
    sign: Floats
    rows: int
    model: highspy.Highs = field(default_factory=solver)


def equations(lines: Lines, free: Bools) -> Equations:
    """The lines with at least one free cell. Lines stand one after the other, each with its total last."""
    sizes = np.diff(lines.starts)
    line = np.concatenate([np.repeat(np.arange(len(sizes)), sizes), np.arange(len(sizes))])
    cell = np.concatenate([lines.parts, lines.totals])
    sign = np.concatenate([np.ones(len(lines.parts)), -np.ones(len(sizes))])
    kept = free[cell]
    line, cell, sign = line[kept], cell[kept], sign[kept]
    order = np.argsort(line, kind="stable")
    line, cell, sign = line[order], cell[order], sign[order]
    column = np.cumsum(free) - 1
    used, first = np.unique(line, return_index=True)
    starts = np.append(first, len(line))
    return Equations(
        np.flatnonzero(free), starts.astype(np.int64), column[cell].astype(np.int64), sign, len(used)
    )


def unit_of(distances: Floats) -> float:
    """In what unit to ask for moves so far: one of the currency, or more where that would be too long."""
    return max(1000.0, float(distances.max(initial=0.0)) * FAR / LONGEST)


def _load(found: Equations, low: Floats, high: Floats) -> None:
    model, lp = found.model, highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(found.cells), found.rows
    lp.col_cost_ = np.zeros(len(found.cells))
    lp.col_lower_, lp.col_upper_ = low, high
    lp.row_lower_ = lp.row_upper_ = np.zeros(found.rows)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = found.starts, found.index
    lp.a_matrix_.value_ = found.sign
    model.passModel(lp)


def _move(found: Equations, cost: Floats, seconds: float) -> Floats | None:
    """The move that `cost` (to be made large) leads to, or None where the solver found none in time."""
    model = found.model
    model.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), -cost)
    model.setOptionValue("time_limit", model.getRunTime() + seconds)
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(model.getSolution().col_value)


def opened(
    lines: Lines, value: Floats, free: Bools, need: Floats, *, seed: int = 1, patience: Patience = ENDLESS
) -> Found:
    """How far each free cell is known to be open, in the unit of `value`. `need` > 0 marks the cells that matter and
    the distance that is enough for them; the search ends once all of them have it both ways. What there was no time
    to look into is told as closed.
    """
    result = Found(np.zeros(len(value)), np.zeros(len(value)))
    system = equations(lines, free)
    cells = system.cells
    if not len(cells):
        return result
    unit = unit_of(need)
    amount, wanted = value[cells] / unit, need[cells] / unit
    # Boxes narrower than a reader's: they can only make less seem open, and keep the search near what is asked.
    most = float(wanted.max()) * FAR
    low = -np.minimum(amount, most)
    _load(system, low, np.minimum(np.maximum(amount, wanted) * NEAR, most))
    down, up = np.zeros(len(cells)), np.zeros(len(cells))
    lacking = _lacking(wanted, down, up)
    draw = np.random.default_rng(seed)
    for _round in range(ROUNDS):
        if not lacking.any():
            break
        side = np.where(up < wanted, np.where(down < wanted, draw.choice([-1.0, 1.0], len(cells)), 1.0), -1.0)
        cost = np.where(lacking, side / np.maximum(wanted, 1e-3), 0.0)
        _learn(system, cost, down, up, result, patience)
        lacking = _lacking(wanted, down, up)
    # What is still lacking is asked about singly, in a wider box.
    high = np.full(len(cells), most)
    system.model.changeColsBounds(len(cells), np.arange(len(cells), dtype=np.int32), low, high)
    for cell in np.flatnonzero(lacking):
        for sign, open_ in ((1.0, up), (-1.0, down)):
            if open_[cell] < min(wanted[cell], amount[cell] if sign < 0 else np.inf) * (1 - SLACK):
                cost = np.zeros(len(cells))
                cost[cell] = sign
                _learn(system, cost, down, up, result, patience)
    result.down[cells], result.up[cells] = down * unit, up * unit
    return result


def _lacking(wanted: Floats, down: Floats, up: Floats) -> Bools:
    return (wanted > 0) & ((down < wanted * (1 - SLACK)) | (up < wanted * (1 - SLACK)))


def _learn(  # noqa: PLR0917
    system: Equations, cost: Floats, down: Floats, up: Floats, result: Found, patience: Patience
) -> None:
    seconds = patience.seconds()
    if seconds <= 0:
        return
    move = _move(system, cost, seconds)
    result.programmes += 1
    if move is not None:
        np.maximum(down, -move, out=down)
        np.maximum(up, move, out=up)
