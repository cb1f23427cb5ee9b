"""A point well inside each region's outline, where its number stands on paper."""

import re
from functools import cache

from reference import selectors as reference

TOKEN = re.compile(r"[MLlmz]|-?\d+(?:\.\d+)?")
Point = tuple[float, float]
# The grid on which a point is looked for: so many steps a side.
GRID = 14


@cache
def middles() -> dict[str, tuple[int, int]]:
    return {code: middle(rings(path)) for code, path in reference.outlines().items()}


def rings(path: str) -> list[list[Point]]:
    """The closed lines of a path made of `M`, `L`, `l` and `z`, in absolute points."""
    found: list[list[Point]] = []
    command, x, y = "", 0.0, 0.0
    tokens = iter(TOKEN.findall(path))
    for token in tokens:
        if token.isalpha():
            command = token
            continue
        first, second = float(token), float(next(tokens))
        x, y = (x + first, y + second) if command.islower() else (first, second)
        if command in "Mm":
            found.append([])
            command = "l" if command == "m" else "L"
        found[-1].append((x, y))
    return found


def middle(lines: list[list[Point]]) -> tuple[int, int]:
    """Of the points of a grid that lie inside, the one that is farthest from the largest line."""
    line = max(lines, key=span)
    low_x, high_x = min(x for x, _ in line), max(x for x, _ in line)
    low_y, high_y = min(y for _, y in line), max(y for _, y in line)
    grid = [
        (low_x + (high_x - low_x) * column / GRID, low_y + (high_y - low_y) * row / GRID)
        for column in range(1, GRID)
        for row in range(1, GRID)
    ]
    best = max((point for point in grid if inside(point, line)), key=lambda point: room(point, line))
    return round(best[0]), round(best[1])


def span(line: list[Point]) -> float:
    return (max(x for x, _ in line) - min(x for x, _ in line)) * (
        max(y for _, y in line) - min(y for _, y in line)
    )


def room(point: Point, line: list[Point]) -> float:
    return min((x - point[0]) ** 2 + (y - point[1]) ** 2 for x, y in line)


def inside(point: Point, line: list[Point]) -> bool:
    """Whether a ray from the point crosses the closed line an odd number of times."""
    x, y = point
    odd = False
    for (ax, ay), (bx, by) in zip(line, [*line[1:], line[0]], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            odd = not odd
    return odd
