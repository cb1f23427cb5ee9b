"""The lattice of published tables: which shapes a dataset with companies is summed into, and at which levels.

A level is an HS depth: 0 the total, 1 sections, 2 chapters, 4 headings, 6 subheadings.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """One published table of a period: the whole country or its regions, all partners together or each of them."""

    name: str
    # The cells are those of each region; otherwise of the whole country (region '').
    regions: bool
    # The cells are those of each partner; otherwise of all together (partner 'W').
    partners: bool
    levels: tuple[int, ...]


SHAPES: tuple[Shape, ...] = (
    Shape("national", regions=False, partners=False, levels=(0, 1, 2, 4, 6)),
    Shape("markets", regions=False, partners=True, levels=(0, 1, 2)),
    Shape("regional", regions=True, partners=False, levels=(0, 1, 2, 4)),
    Shape("regional_markets", regions=True, partners=True, levels=(0,)),
)
# Twelve months that end with any month: fewer levels, since they are for tiles and sparklines.
ROLLING_SHAPES: tuple[Shape, ...] = (
    Shape("national", regions=False, partners=False, levels=(0, 1, 2)),
    Shape("markets", regions=False, partners=True, levels=(0,)),
    Shape("regional", regions=True, partners=False, levels=(0, 1)),
)
# The finest level of each place in anything but a complete year. Months tell the country by chapter, its markets and
# its regions by section; what is finer is told once a year: most of its months would be hidden, and their gaps would
# take the year's figures with them.
MONTHLY = {"": 2, "markets": 0, "regional_markets": -1}
MONTHLY_REGION = 1
