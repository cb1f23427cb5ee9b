"""Sums over unknown amounts, each within bounds: what they tell of other sums. The auditor's arithmetic."""

import highspy
import numpy as np

# Within this, of its value, a figure is as good as known.
NEAR = 1e-6


def merged(lines: list[np.ndarray], size: int, draw: np.random.Generator) -> tuple[list[np.ndarray], int]:
    """Amounts that are in exactly the same sums are one unknown; two random words a line tell which those are."""
    marks = np.zeros((size, 2), dtype=np.uint64)
    words = draw.integers(0, 2**63, size=(len(lines), 2), dtype=np.uint64)
    for line, word in zip(lines, words, strict=True):
        marks[line] += word
    used = np.unique(np.concatenate(lines)) if lines else np.zeros(0, dtype=np.int64)
    _, names = np.unique(marks[used], axis=0, return_inverse=True)
    place = np.full(size, -1, dtype=np.int64)
    place[used] = names.ravel()
    return [np.unique(place[line]) for line in lines], int(names.max(initial=-1)) + 1


def dense(lines: list[np.ndarray], width: int) -> np.ndarray:
    found = np.zeros((len(lines), width))
    for number, line in enumerate(lines):
        found[number, line] = 1.0
    return found


def combined(
    shown: list[np.ndarray], low: np.ndarray, high: np.ndarray, wanted: list[np.ndarray], width: int
) -> list[float | None]:
    """The value of each wanted sum that is a combination of the equations, None of any other."""
    exact = [place for place in range(len(shown)) if low[place] == high[place] and shown[place].size]
    if not exact or not wanted:
        return [None if line.size else 0.0 for line in wanted]
    matrix, right = dense([shown[place] for place in exact], width), low[exact]
    # Rows of the identity beside the sums they make: an orthonormal basis of the rows, and the values along it.
    basis, sizes, rows = np.linalg.svd(matrix, full_matrices=False)
    kept = sizes > sizes[0] * 1e-10
    rows, along = rows[kept], (basis[:, kept].T @ right) / sizes[kept]
    targets = dense(wanted, width)
    inside = targets @ rows.T
    rest = np.abs(targets - inside @ rows).max(axis=1, initial=0.0)
    values = inside @ along
    return [float(value) if gap < 1e-7 else None for value, gap in zip(values, rest, strict=True)]


class Bounds:
    """The least and the most of many sums over the same equations.

    Every solution of one programme is a possible truth for all sums, so most are seen to be open without their own.
    """

    def __init__(
        self, shown: list[np.ndarray], low: np.ndarray, high: np.ndarray, wanted: list[np.ndarray], width: int
    ) -> None:
        self.programmes, self.width = 0, width
        # Amounts are told to the solver so that its tolerance, 1e-9 here, is far below a thousandth.
        self.scale = max(1.0, float(high.max(initial=1.0)) / 1e6)
        self.wanted = dense(wanted, width)
        self.seen = [(float("inf"), float("-inf"))] * len(wanted)
        solver = highspy.Highs()
        for name, value in {
            "output_flag": False, "threads": 1, "primal_feasibility_tolerance": 1e-9,
            "dual_feasibility_tolerance": 1e-9,
        }.items():  # fmt: skip
            solver.setOptionValue(name, value)
        kept = [place for place, line in enumerate(shown) if line.size]
        index = np.concatenate([*(shown[place] for place in kept), np.zeros(0, dtype=np.int64)])
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = width, len(kept)
        program.col_cost_, program.col_lower_ = np.zeros(width), np.zeros(width)
        program.col_upper_ = np.full(width, highspy.kHighsInf)
        program.row_lower_, program.row_upper_ = low[kept] / self.scale, high[kept] / self.scale
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.cumsum([0, *(shown[place].size for place in kept)])
        program.a_matrix_.index_ = index
        program.a_matrix_.value_ = np.ones(index.size)
        solver.passModel(program)
        self.solver = solver

    def within(self, number: int, least: float, most: float) -> bool:
        """Whether the sum is known to lie inside these bounds; touching one is not inside."""
        slack = max(1.0, NEAR * most)
        if most - least <= 2 * slack:
            # Only whether it is known exactly is asked: either side open is enough.
            for sense in (1, -1):
                if self.seen[number][1] - self.seen[number][0] <= slack or self.seen[number][0] == np.inf:
                    self._reach(number, sense)
            return self.seen[number][1] - self.seen[number][0] <= slack
        if self.seen[number][0] > least + slack:
            self._reach(number, 1)
        if self.seen[number][1] < most - slack and self.seen[number][0] <= least + slack:
            self._reach(number, -1)
        return self.seen[number][0] > least + slack or self.seen[number][1] < most - slack

    def _reach(self, number: int, sense: int) -> None:
        columns = np.arange(self.width, dtype=np.int32)
        self.solver.changeColsCost(self.width, columns, sense * self.wanted[number])
        self.solver.run()
        self.programmes += 1
        status = self.solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            # The truth fits, so it cannot be; from a fresh start, by another method, the solver does not stumble.
            status = self._afresh()
        if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            low, high = self.seen[number]
            self.seen[number] = (low, float("inf")) if sense < 0 else (0.0, high)
            return
        assert status == highspy.HighsModelStatus.kOptimal, (
            f"the published figures do not fit together: {status}"
        )
        values = self.wanted @ np.asarray(self.solver.getSolution().col_value) * self.scale
        self.seen = [
            (min(low, value), max(high, value)) for (low, high), value in zip(self.seen, values, strict=True)
        ]

    def _afresh(self) -> highspy.HighsModelStatus:
        for method in ("simplex", "ipm"):
            self.solver.clearSolver()
            self.solver.setOptionValue("solver", method)
            self.solver.setOptionValue("presolve", "off")
            self.solver.run()
            self.programmes += 1
            status = self.solver.getModelStatus()
            if status != highspy.HighsModelStatus.kInfeasible:
                break
        self.solver.setOptionValue("solver", "choose")
        self.solver.setOptionValue("presolve", "choose")
        return status
