"""Answers a query from the smallest store that can."""

from typing import Any

from trade.cube import catalogue, codes, derive, planner, rows, stores
from trade.cube.planner import Plan
from trade.cube.query import Query
from trade.cube.result import Result
from trade.models import Release


def answer(query: Query, release: Release | None = None) -> Result:
    """The answer for the public, from the release asked for, else from the published one.

    A caller that has already found the release with `catalogue.release_for` may hand it in. The number of database
    queries does not depend on the number of rows. Raises Missing, Invalid, NotCleared, Unavailable.
    """
    release = release or catalogue.release_for(query)
    rollups = catalogue.rollups_of(release)
    parts = [] if release.dataset.has_companies else catalogue.parts_of(release)
    codes.check(query, rollups)

    def ask(question: Query, earlier: bool = False) -> tuple[Plan, list[tuple[Any, ...]]]:
        made = planner.plan(question, release, rollups, parts, earlier=earlier)
        return made, stores.run(made) if made.sources else rows.nothing(made)

    plan, found = ask(query)
    return rows.result_of(plan, release, derive.made(plan, found, ask))
