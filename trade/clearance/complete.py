"""Completion: hide as little more as keeps every hidden cell covered in each of its lines.

In a line whose total is shown, readers know the sum of what is hidden. So there must be at least two hidden cells, of
at least three firms together, and for every sensitive one the others must be worth its protection. That is necessary,
not enough: whether it is enough is for the audit.
"""

from collections import deque

from trade.clearance.system import Bools, Floats, Ints, Lines

MIN_FIRMS = 3


class Table:
    """The cells of one flow and period with their lines, ready to be completed many times."""

    def __init__(self, lines: Lines, value: Floats, firms: Ints, protection: Floats) -> None:
        self.lines, self.cells = lines, len(value)
        self.value: list[float] = value.tolist()
        self.firms: list[int] = firms.tolist()
        # 0 for cells that are not sensitive.
        self.protection: list[float] = protection.tolist()
        self.parts: list[list[int]] = [lines.parts_of(line).tolist() for line in range(len(lines))]
        self.totals: list[int] = lines.totals.tolist()
        starts, of = lines.of_cell(self.cells)
        self.of: list[list[int]] = [
            of[starts[cell] : starts[cell + 1]].tolist() for cell in range(self.cells)
        ]


def completed(table: Table, hidden: Bools, closed: Bools) -> Bools:
    """`hidden` and what must be hidden with it. Cells in `closed` are never taken (their value is known anyway)."""
    mask: list[bool] = hidden.tolist()
    shut: list[bool] = closed.tolist()
    waiting = deque(line for line in range(len(table.totals)) if _touched(table, line, mask))
    queued = set(waiting)
    while waiting:
        line = waiting.popleft()
        queued.discard(line)
        for cell in _missing(table, line, mask, shut):
            mask[cell] = True
            for other in table.of[cell]:
                if other not in queued:
                    queued.add(other)
                    waiting.append(other)
    result = hidden.copy()
    result[:] = mask
    return result


def _touched(table: Table, line: int, mask: list[bool]) -> bool:
    return mask[table.totals[line]] or any(mask[part] for part in table.parts[line])


def _missing(table: Table, line: int, mask: list[bool], shut: list[bool]) -> list[int]:
    """The cells that this line lacks."""
    parts, total = table.parts[line], table.totals[line]
    value, protection = table.value, table.protection
    inside = [part for part in parts if mask[part]]
    if mask[total]:
        if inside:
            return []
        need, firms = max(protection[total], 1.0), MIN_FIRMS
    else:
        need = max((value[part] + protection[part] for part in inside), default=0.0)
        firms = sum(table.firms[part] for part in inside)
    held = sum(value[part] for part in inside)
    few = len(inside) < 2 and not mask[total]
    taken: list[int] = []
    free = [part for part in parts if not mask[part] and not shut[part] and value[part] > 0]
    while (few or held < need or firms < MIN_FIRMS) and free:
        gap = max(need - held, 1.0)
        cell = _cheapest(table, free, mask, line, gap)
        free.remove(cell)
        taken.append(cell)
        held, firms, few = held + value[cell], firms + table.firms[cell], False
    if (few or held < need or firms < MIN_FIRMS) and not mask[total] and not shut[total]:
        taken.append(total)
    return taken


def _cheapest(table: Table, free: list[int], mask: list[bool], line: int, gap: float) -> int:
    """The cell worth least that closes the gap; one that opens a line in which nothing is hidden yet costs more."""
    enough = [cell for cell in free if table.value[cell] >= gap]
    if not enough:
        return max(free, key=lambda cell: (table.value[cell], cell))

    def cost(cell: int) -> tuple[float, int]:
        opened = sum(1 for other in table.of[cell] if other != line and not _touched(table, other, mask))
        return table.value[cell] * (1 + 4 * opened), cell

    # The cheapest is nearly always among the smallest; looking at all of a long line would cost more than it saves.
    return min(sorted(enough, key=lambda cell: table.value[cell])[:24], key=cost)
