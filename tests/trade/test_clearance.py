"""Confidentiality by hand and by attack: what is hidden cannot be computed from what is shown."""

import csv
import itertools
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trade.cube.clearance import Amount, Line, determined, hidden, rounded, sensitive

Cells = dict[object, Amount]


def many(value: int, firms: int = 10) -> Amount:
    """A cell that passes by itself."""
    return Amount(value, firms, value // firms)


def one(value: int) -> Amount:
    return Amount(value, 1, value)


@pytest.mark.parametrize(
    ("cell", "secret"),
    [
        (Amount(1000, 2, 500), True),
        (Amount(1000, 3, 850), False),  # 85 % exactly is allowed
        (Amount(1000, 3, 851), True),
        (Amount(10**17, 3, 85 * 10**15 + 1), True),  # a float would not see this thousandth
        (Amount(1000, 0, 0), True),  # facts without a firm prove nobody
        (Amount(1000, 4, 200), False),  # three firms and facts without a firm beside them
        (Amount(0, 0, 0), False),
        (Amount(0, 1, 0), False),  # a zero is no secret
        (Amount(0, 1, 0, net_kg=5), True),  # but a weight is
    ],
)
def test_primary_rule(cell: Amount, secret: bool) -> None:
    assert sensitive(cell) is secret


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, 0), (1, None), (2, None), (3, 5), (7, 5), (8, 10), (12, 10), (13, 15), (7092, 7090)],
)
def test_counts_of_firms_are_rounded_to_five(count: int, shown: int | None) -> None:
    assert rounded(count) == shown


def table(rows: list[list[Amount]]) -> tuple[Cells, list[Line]]:
    """A table with its margins: cells (r, c), row totals (r, "T"), column totals ("T", c), and ("T", "T")."""
    cells: Cells = {(r, c): cell for r, row in enumerate(rows) for c, cell in enumerate(row)}
    height, width = len(rows), len(rows[0])
    lines = [Line((r, "T"), tuple((r, c) for c in range(width))) for r in range(height)]
    lines += [Line(("T", c), tuple((r, c) for r in range(height))) for c in range(width)]
    lines.append(Line(("T", "T"), tuple((r, "T") for r in range(height))))
    lines.append(Line(("T", "T"), tuple(("T", c) for c in range(width))))
    for line in lines:
        parts = [cells[part] for part in line.parts]
        firms = sum(part.firms for part in parts)
        cells[line.total] = Amount(sum(p.value for p in parts), firms, max(p.largest for p in parts))
    return cells, lines


def test_a_lone_hidden_cell_takes_its_next_smallest_neighbour_in_row_and_column() -> None:
    cells, lines = table(
        [[one(10), many(50), many(40)], [many(70), many(60), many(90)], [many(80), many(99), many(55)]]
    )
    # Row 0 gives (0, 2): 40 before 50. Column 2 then gives (2, 2): 55. Row 2 gives (2, 0): 80, which closes the round.
    secret = hidden(cells, lines)
    assert secret == {(0, 0), (0, 2), (2, 2), (2, 0)}
    assert determined(secret, lines) == set()


def test_nothing_is_hidden_where_nothing_is_secret() -> None:
    cells, lines = table([[many(10), many(50)], [many(70), many(60)]])
    assert hidden(cells, lines) == set()


def test_zeros_protect_nobody_and_are_not_taken() -> None:
    zero = Amount(0, 0, 0)
    cells, lines = table([[one(10), zero, many(50)], [many(70), many(60), many(90)]])
    secret = hidden(cells, lines)
    assert (0, 1) not in secret
    assert {(0, 0), (0, 2), (1, 0), (1, 2)} == secret


def test_a_margin_of_one_firm_is_hidden_with_its_only_part() -> None:
    cells, lines = table([[one(10), Amount(0, 0, 0)], [many(70), many(60)], [many(40), many(30)]])
    secret = hidden(cells, lines)
    assert {(0, 0), (0, "T")} <= secret
    # The row's total stands in the column of totals: another total goes with it, else it could be subtracted.
    assert len([key for key in secret if key[1] == "T"]) >= 2
    assert ("T", "T") not in secret
    assert determined(secret, lines) == set()


def test_two_hidden_cells_in_every_line_are_not_enough() -> None:
    """Two squares of hidden cells joined by one: no line has a lone hidden cell, yet the joint can be computed."""
    names = ["a", "b", "c", "d"]
    square = {("a", 0), ("a", 1), ("b", 0), ("b", 1), ("c", 2), ("c", 3), ("d", 2), ("d", 3)}
    lines = [Line((row, "T"), tuple((row, column) for column in range(4))) for row in names]
    lines += [Line(("T", column), tuple((row, column) for row in names)) for column in range(4)]
    joint = ("a", 2)
    assert determined(square, lines) == set()
    assert determined(square | {joint}, lines) == {joint}
    cells: Cells = {
        (r, c): one(9) if (r, c) in square | {joint} else many(100) for r in names for c in range(4)
    }
    cells |= {line.total: many(500) for line in lines}
    secret = hidden(cells, lines)
    assert square | {joint} < secret
    assert determined(secret, lines) == set()


def test_a_section_and_its_subheadings_are_one_system() -> None:
    """One secret subheading: the next smallest of its section goes too, and no other section is touched."""
    subheadings: Cells = {"070200": one(5), "080270": many(60), "080510": many(20), "310310": many(7)}
    cells = subheadings | {"S02": many(85), "S06": many(7), "TOTAL": many(92)}
    lines = [
        Line("S02", ("070200", "080270", "080510")),
        Line("S06", ("310310",)),
        Line("TOTAL", ("S02", "S06")),
    ]
    assert hidden(cells, lines) == {"070200", "080510"}


amounts = st.builds(
    lambda value, firms, share: Amount(value, firms if value else 0, value * share // 100 if firms else 0),
    st.one_of(st.just(0), st.integers(1, 10**6)),
    st.integers(0, 8),
    st.integers(20, 100),
)


@given(st.integers(2, 6), st.integers(2, 6), st.data())
@settings(max_examples=150, deadline=None)
def test_an_attacker_with_every_published_figure_computes_no_hidden_cell(
    height: int, width: int, data: st.DataObject
) -> None:
    """The region × section table, its margins and subheadings below the national sections, attacked by linear algebra.

    Independent of the code under test: every hidden cell's unit vector must enlarge the rank of the equations.
    """
    rows = [[data.draw(amounts) for _ in range(width)] for _ in range(height)]
    cells, lines = table(rows)
    for column in range(width):
        total = cells["T", column]
        cuts = data.draw(st.lists(st.integers(0, total.value), max_size=3).map(sorted))
        bounds = [0, *cuts, total.value]
        parts = [high - low for low, high in itertools.pairwise(bounds)]
        for position, value in enumerate(parts):
            firms = data.draw(st.integers(0, 8))
            cells["hs6", column, position] = Amount(value, firms if value else 0, value // 2 if firms else 0)
        lines.append(Line(("T", column), tuple(("hs6", column, position) for position in range(len(parts)))))

    secret = hidden(cells, lines)

    assert {key for key, cell in cells.items() if sensitive(cell)} <= secret
    # A zero is published or absent: the attacker knows it.
    unknown = sorted(secret, key=str)
    assert not any(cells[key].empty for key in unknown)
    if not unknown:
        return
    matrix = np.array([[(key in line.parts) - float(key == line.total) for key in unknown] for line in lines])
    rank = np.linalg.matrix_rank(matrix)
    for position in range(len(unknown)):
        unit = np.zeros((1, len(unknown)))
        unit[0, position] = 1
        assert np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank + 1, unknown[position]


def test_published_case_of_primary_suppression(shared: Callable[[str], Path]) -> None:
    """sdcTable's own test data: 4 × 2, one cell with fewer than three contributors."""
    folder = shared("cases/o08-suppression-primary-secondary")
    expected = json.loads((folder / "expected.json").read_text())
    firms: dict[tuple[str, str], list[int]] = defaultdict(list)
    with (folder / "microdata.csv").open(newline="") as source:
        for row in csv.DictReader(source):
            firms[row["region"], row["gender"]].append(int(float(row["val"])))
    areas, columns = ["A", "B", "C", "D"], ["female", "male"]
    rows = [[Amount(sum(f), len(f), max(f)) for f in (firms[a, c] for c in columns)] for a in areas]
    cells, lines = table(rows)

    assert {
        f"{a}_{c}": rows[i][j].value for i, a in enumerate(areas) for j, c in enumerate(columns)
    }.items() <= (expected["cell_totals"].items())
    secret = {f"{a}/{c}" for i, a in enumerate(areas) for j, c in enumerate(columns) if sensitive(rows[i][j])}
    assert secret == set(expected["primary"]["freq_min_3"])
    # The greedy pattern is larger than or as large as the optimum, and holds the primary cell with its partners.
    suppressed = hidden(cells, lines)
    assert {(0, 0), (0, 1)} < suppressed
    assert len(suppressed) >= len(expected["optimal_pattern_when_only_A_female_is_primary"])
    assert determined(suppressed, lines) == set()
