"""One flow of one period: complete, audit, repair, until every hidden cell is open enough."""

from dataclasses import dataclass

import numpy as np

from trade.clearance import audit, repair
from trade.clearance.complete import Table, completed
from trade.clearance.solver import ENDLESS, Patience
from trade.clearance.system import Bools, Floats, Lines

ROUNDS = 6
# A hidden cell that is not sensitive must only not be known exactly: within one unit of the currency, or a tenth.
LEAST, TENTH = 1000.0, 0.1
ENOUGH = 0.999


@dataclass(slots=True)
class Protected:
    hidden: Bools
    # Hidden cells that are not open enough after all rounds: the release must not go out.
    narrow: Bools
    programmes: int = 0
    rounds: int = 0


def needs(value: Floats, sensitive: Bools, protection: Floats, other: Bools) -> Floats:
    """How far each cell must be open: its protection where sensitive, a little where `other`, else 0."""
    return np.where(
        sensitive, np.maximum(protection, 1.0), np.where(other, np.clip(value * TENTH, 1.0, LEAST), 0.0)
    )


def narrow(found: audit.Found, need: Floats, value: Floats) -> Bools:
    """A cell cannot be below zero: downwards its own value is as far as it must be open."""
    down = np.minimum(need, value)
    return (need > 0) & ((found.up < need * ENOUGH) | (found.down < down * ENOUGH))


def asked(found: audit.Found, failing: Bools, need: Floats, value: Floats) -> dict[int, tuple[float, float]]:
    """For each failing cell how far it must still be opened, downwards and upwards; 0 where it is already."""
    return {
        int(cell): (
            min(need[cell], value[cell]) if found.down[cell] < min(need[cell], value[cell]) else 0.0,
            need[cell] if found.up[cell] < need[cell] else 0.0,
        )
        for cell in np.flatnonzero(failing)
    }


def protect(
    lines: Lines,
    table: Table,
    value: Floats,
    *,
    sensitive: Bools,
    protection: Floats,
    forced: Bools,
    unpublished: Bools,
    closed: Bools,
    secondary: bool = True,
    patience: Patience = ENDLESS,
) -> Protected:
    """Which cells to hide. `forced` are hidden whatever they hold, `unpublished` are not shown by design (and need no
    protection unless sensitive), `closed` are known to readers already. What is still narrow in the end is told.
    """
    hidden = (sensitive | forced) | unpublished
    closed = closed & ~hidden
    if not secondary:
        return Protected(hidden, np.zeros(len(hidden), dtype=bool))
    result = Protected(hidden, np.zeros(len(hidden), dtype=bool))
    for round_ in range(ROUNDS):
        hidden = completed(table, hidden, closed)
        need = needs(value, sensitive, protection, hidden & ~unpublished)
        found = audit.opened(lines, value, hidden, need, seed=round_ + 1, patience=patience)
        failing = narrow(found, need, value)
        result.hidden, result.narrow, result.rounds = hidden, failing, round_ + 1
        result.programmes += found.programmes
        if not failing.any() or patience.over():
            break
        lacking = asked(found, failing, need, value)
        before = hidden
        hidden = repair.repaired(lines, value, hidden, closed, lacking, patience=patience)
        result.programmes += 2 * len(lacking)
        if (hidden == before).all():
            break
    return result
