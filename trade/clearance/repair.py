"""Repair: the cheapest further cells whose hiding opens one that the audit found too narrow.

After Kelly, Golden and Assad, "Cell suppression: disclosure protection for sensitive tabular data", Networks 22 (1992):
the cheapest move of all cells that takes the narrow one as far as it must go; the shown cells that move are hidden.
"""

import highspy
import numpy as np

from trade.clearance.audit import FAR, equations, unit_of
from trade.clearance.solver import ENDLESS, Patience, solver
from trade.clearance.system import Bools, Floats, Lines

LEAST = 1e-6


def repaired(
    lines: Lines,
    value: Floats,
    hidden: Bools,
    closed: Bools,
    narrow: dict[int, tuple[float, float]],
    *,
    patience: Patience = ENDLESS,
) -> Bools:
    """`hidden` and what must be hidden so that each cell of `narrow` is open downwards and upwards by its pair.

    Cells in `closed` stay as they are. A cell that cannot be opened at all, or not in time, changes nothing: the
    audit says so again.
    """
    free = ~closed | hidden
    system = equations(lines, free)
    cells = system.cells
    place = {int(cell): position for position, cell in enumerate(cells)}
    distances = np.array(list(narrow.values())).ravel()
    unit = unit_of(distances)
    amount, farthest = value[cells] / unit, float(distances.max(initial=0.0)) / unit * FAR
    result = hidden.copy()
    count = len(cells)
    model, lp = solver(), highspy.HighsLp()
    # Columns: how far each cell falls, then how far it rises; both are of price, so only one of them is not zero.
    lp.num_col_, lp.num_row_ = 2 * count, system.rows
    lp.col_lower_ = np.zeros(2 * count)
    lp.col_upper_ = np.concatenate([np.minimum(amount, farthest), np.full(count, farthest)])
    lp.row_lower_ = lp.row_upper_ = np.zeros(system.rows)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = system.starts * 2
    lp.a_matrix_.index_ = np.stack([system.index, system.index + count], axis=1).ravel()
    lp.a_matrix_.value_ = np.stack([-system.sign, system.sign], axis=1).ravel()
    price = _price(amount, result[cells])
    lp.col_cost_ = np.concatenate([price, price])
    model.passModel(lp)
    for cell, (down, up) in narrow.items():
        for offset, distance in ((0, down), (count, up)):
            seconds = patience.seconds()
            if distance <= 0 or seconds <= 0:
                continue
            column, opposite = place[cell] + offset, place[cell] + (count - offset)
            goal, most = distance / unit, lp.col_upper_[column]
            model.changeColBounds(column, min(goal, float(most)), float(most))
            model.changeColBounds(opposite, 0.0, 0.0)
            model.setOptionValue("time_limit", model.getRunTime() + seconds)
            model.run()
            status = model.getModelStatus()
            if status == highspy.HighsModelStatus.kInfeasible and patience.whole:
                return result
            if status == highspy.HighsModelStatus.kOptimal:
                moved = np.array(model.getSolution().col_value)
                taken = cells[(moved[:count] + moved[count:]) > LEAST]
                fresh = taken[~result[taken]]
                if len(fresh):
                    result[fresh] = True
                    price = _price(amount, result[cells])
                    both = np.concatenate([price, price])
                    model.changeColsCost(2 * count, np.arange(2 * count, dtype=np.int32), both)
            model.changeColBounds(column, 0.0, float(most))
            model.changeColBounds(opposite, 0.0, float(lp.col_upper_[opposite]))
    return result


def _price(amount: Floats, hidden: Bools) -> Floats:
    """What a move of one unit costs: hardly anything for what is hidden, more for what readers want to see most. The
    root of the value: a total is dearer than the thirty small cells that would do instead of it.
    """
    return np.where(hidden, 1e-6, 1.0 + np.sqrt(amount))
