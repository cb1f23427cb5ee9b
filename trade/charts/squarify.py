"""The squarified treemap: rectangles whose areas are in proportion, as near to squares as may be.

After Bruls, Huizing and van Wijk (2000): rows are laid along the shorter side as long as that makes their worst
rectangle less oblong.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float


def squarify(values: Sequence[float], frame: Box) -> list[Box]:
    """One box a value, in the order given (largest first is best). Values must be above zero."""
    total = sum(values)
    if not values or total <= 0 or frame.width <= 0 or frame.height <= 0:
        return []
    scale = frame.width * frame.height / total
    areas = [value * scale for value in values]
    boxes: list[Box] = []
    start = 0
    while start < len(areas):
        side = min(frame.width, frame.height)
        end = start + 1
        while end < len(areas) and worst(areas[start : end + 1], side) <= worst(areas[start:end], side):
            end += 1
        row, frame = lay(areas[start:end], frame, last=end == len(areas))
        boxes += row
        start = end
    return boxes


def worst(row: Sequence[float], side: float) -> float:
    """The longest of a row's rectangles: its longer side over its shorter."""
    total = sum(row)
    if side <= 0 or min(row) <= 0:
        return float("inf")
    return max(side * side * max(row) / total**2, total**2 / (side * side * min(row)))


def lay(row: Sequence[float], frame: Box, *, last: bool) -> tuple[list[Box], Box]:
    """A row along the frame's shorter side, and the frame that is left. The last row takes all there is."""
    total = sum(row)
    boxes = []
    if frame.width >= frame.height:
        thick = frame.width if last else min(total / frame.height, frame.width)
        at = frame.y
        for area in row:
            length = frame.height * area / total
            boxes.append(Box(frame.x, at, thick, length))
            at += length
        return boxes, Box(frame.x + thick, frame.y, max(frame.width - thick, 0), frame.height)
    thick = frame.height if last else min(total / frame.width, frame.height)
    at = frame.x
    for area in row:
        length = frame.width * area / total
        boxes.append(Box(at, frame.y, length, thick))
        at += length
    return boxes, Box(frame.x, frame.y + thick, frame.width, max(frame.height - thick, 0))
