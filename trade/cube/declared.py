"""The one table of rollups: what is summed ahead of time, at which levels and grains, and for which datasets.

The planner takes the smallest one that can answer; what none of them holds is read from the facts' files (datasets
without companies) or refused (datasets with companies, whose public figures are these cells and no others).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from trade.clearance.lattice import ROLLING_SHAPES, SHAPES, Shape
from trade.cube import periods, plans
from trade.cube.query import Query

CLEARED, CELLS, PRODUCTS, PAIRS = "cleared", "cells", "products", "pairs"
# Rows of a part beyond which its cells are not all kept in PostgreSQL. Measured on a national file of eight digits
# by country, 350,000 rows a year: totals out of all cells took seconds, out of declared sums milliseconds, and loading
# the cells took half of the import.
LARGE = 250_000
ADDITIVE = frozenset({"value", "net_kg", "unit_value"})


@dataclass(frozen=True, slots=True)
class Rollup:
    """One declared table of cells.

    `shapes` are those of a cleared lattice. `levels` are product levels that the cells have, empty for "as reported".
    `world`: cells of all partners together; `partners`: of each one.
    """

    name: str
    holds: str
    companies: bool
    grains: tuple[str, ...]
    shapes: tuple[Shape, ...] = ()
    rolling: tuple[Shape, ...] = ()
    levels: tuple[int, ...] = ()
    world: bool = True
    partners: bool = True
    # For releases with a part of more rows than LARGE, or for all others.
    large: bool = False

    def answers(self, query: Query, level: int, *, mixed: bool) -> bool:
        """Whether the cells of a dataset without companies hold what is asked for.

        A sum over cells whose goods are counted in several units cannot tell a quantity, so only the full cells do.
        """
        if "mode" in (*query.by, *query.filters):
            return False
        if not self.large:
            return True
        world = plans.world(query)
        plain = query.splice is None and "sector" not in (*query.by, *query.filters)
        return (
            not mixed
            and level in self.levels
            and (self.world if world else self.partners)
            and set(query.measures) <= ADDITIVE
            and (plain or level == plans.DEFAULT_LEVEL)
        )


ROLLUPS = (
    Rollup(
        CLEARED,
        "the country, its markets, its regions, their markets; of the rolling year the upper levels",
        companies=True,
        grains=(periods.MONTH, periods.QUARTER, periods.YEAR, periods.ROLLING),
        shapes=SHAPES,
        rolling=ROLLING_SHAPES,
    ),
    Rollup(
        CELLS,
        "every reporter, flow, product and partner as reported, summed over mode and customs office",
        companies=False,
        grains=(periods.MONTH, periods.YEAR, periods.FISCAL),
    ),
    Rollup(
        PRODUCTS,
        "every reporter, flow and product, all partners together",
        companies=False,
        grains=(periods.MONTH, periods.YEAR, periods.FISCAL),
        levels=(0, 1, 2, 4, 6),
        partners=False,
        large=True,
    ),
    Rollup(
        PAIRS,
        "every reporter, flow and partner, by section",
        companies=False,
        grains=(periods.MONTH, periods.YEAR, periods.FISCAL),
        levels=(0, 1),
        world=False,
        large=True,
    ),
)
OPEN = tuple(rollup for rollup in ROLLUPS if not rollup.companies)


def of_release(rows: Iterable[int]) -> tuple[str, ...]:
    """The tables that the parts of a release without companies are summed into; `rows`: how many each part has.

    All parts have the same ones, for a question over several periods is answered from one table.
    """
    large = max(rows, default=0) > LARGE
    return tuple(rollup.name for rollup in OPEN if rollup.large == large)
