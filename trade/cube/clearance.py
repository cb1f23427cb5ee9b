"""Statistical confidentiality: which cells of a table built from firms' facts may be published.

Primary rule: at least three firms, none above 85 % of the cell's value. Then, over all linked tables at once: a hidden
cell that stands alone in its row or column takes its next smallest visible neighbour with it, and so does one that
could still be computed from everything that is published. Sources: Qafila's rule after INSEE's (3 units, 85 %); why
counting two hidden cells a line is not enough, and the test by linear algebra: Cox, "Suppression methodology and
statistical disclosure control", Journal of the American Statistical Association 75 (1980).
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

MIN_FIRMS = 3
# The largest firm may hold up to this share of a cell's value, itself included, in percent.
MAX_SHARE = 85
ROUND_FIRMS = 5
# A unit vector lies in a row space when its projection has length one; the nearest miss is 1 - 1 / cells.
TOLERANCE = 1e-7

Key = Hashable


@dataclass(frozen=True, slots=True)
class Line:
    """`total` is the sum of `parts`; all of them are cells of the published tables."""

    total: Key
    parts: tuple[Key, ...]

    @property
    def cells(self) -> tuple[Key, ...]:
        return (*self.parts, self.total)


@dataclass(frozen=True, slots=True)
class Amount:
    """What a cell holds. `firms` counts the firms that are proven, `largest` is the value of the largest of them.

    Values in thousandths of the currency; facts without a firm are in `value` and prove nobody.
    """

    value: int
    firms: int
    largest: int
    net_kg: int = 0

    @property
    def empty(self) -> bool:
        """Nothing was traded: a zero is no secret."""
        return not self.value and not self.net_kg


Cells = dict[Key, Amount]


def sensitive(cell: Amount) -> bool:
    """The primary rule, in exact integers: 85 % is still allowed, a thousandth more is not."""
    if cell.empty:
        return False
    return cell.firms < MIN_FIRMS or cell.largest * 100 > cell.value * MAX_SHARE


def rounded(firms: int) -> int | None:
    """A count of firms for publication: to the nearest five, never 0 for some; under three it is secret (None)."""
    if firms == 0:
        return 0
    if firms < MIN_FIRMS:
        return None
    return max(ROUND_FIRMS, (firms * 2 + ROUND_FIRMS) // (2 * ROUND_FIRMS) * ROUND_FIRMS)


def hidden(cells: Cells, lines: Sequence[Line]) -> set[Key]:
    """The cells to suppress, so that none of them can be computed from the rest.

    `lines` must name every sum that the published tables let a reader check. It ends: when every cell that holds
    something is hidden, none can be computed.
    """
    secret = {key for key, cell in cells.items() if sensitive(cell)}
    filled = [
        Line(line.total, tuple(part for part in line.parts if part in cells and not cells[part].empty))
        for line in lines
        if line.total in cells and not cells[line.total].empty
    ]
    of: dict[Key, list[Line]] = {}
    for line in filled:
        for key in line.cells:
            of.setdefault(key, []).append(line)
    while True:
        _accompany(cells, filled, of, secret)
        exposed = determined(secret, filled)
        if not exposed:
            return secret
        # The smallest exposed cell's own lines first; where all of them are hidden already, anybody's.
        nearest = sorted(exposed, key=lambda key: (cells[key].value, str(key)))
        for found in (*(of.get(key, []) for key in nearest), filled):
            if _take_neighbour(cells, found, of, secret) is not None:
                break
        else:
            return secret


def _accompany(cells: Cells, lines: list[Line], of: dict[Key, list[Line]], secret: set[Key]) -> None:
    """No hidden cell stands alone in a row or column. The lines of a cell just taken come first: that closes rounds
    early and hides least.
    """
    waiting = lines[::-1]
    while waiting:
        line = waiting.pop()
        if sum(key in secret for key in line.cells) == 1:
            taken = _take_neighbour(cells, [line], of, secret)
            waiting.extend(of[taken] if taken is not None else ())


def _take_neighbour(
    cells: Cells, lines: Iterable[Line], of: dict[Key, list[Line]], secret: set[Key]
) -> Key | None:
    """Hide the smallest visible cell of these lines; one that would drag a total along, or a total, only at last."""
    visible = [
        (key == line.total, any(other.parts == (key,) for other in of[key]), cells[key].value, str(key), key)
        for line in lines
        for key in line.cells
        if key not in secret
    ]
    if not visible:
        return None
    taken = min(visible, key=lambda found: found[:4])[4]
    secret.add(taken)
    return taken


def determined(secret: set[Key], lines: Sequence[Line]) -> set[Key]:
    """The hidden cells whose value follows exactly from the published ones: their unit vector is in the row space.

    Lines are equations; what is published is known and moves to the other side, so only hidden cells are unknown.
    """
    order = sorted((key for key in secret), key=str)
    place = {key: position for position, key in enumerate(order)}
    rows = []
    for line in lines:
        unknown = [(place[key], -1.0 if key == line.total else 1.0) for key in line.cells if key in place]
        if unknown:
            rows.append(unknown)
    if not rows:
        return set()
    matrix = np.zeros((len(rows), len(order)))
    for row, unknown in enumerate(rows):
        for position, sign in unknown:
            matrix[row, position] = sign
    # The projection on the row space, through the small square of lines × lines: there are few lines and many cells.
    square = np.linalg.pinv(matrix @ matrix.T, hermitian=True)
    length = ((square @ matrix) * matrix).sum(axis=0)
    return {order[position] for position in np.flatnonzero(length > 1 - TOLERANCE)}
