"""Rollups belong to parts: made once, kept for old releases, invisible until whole."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.trade import factories as make
from trade import cube
from trade.cube import Query, rollups
from trade.models import Cell, Release, Rollup

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words() -> None:
    make.vocabulary()


def year(period: str, value: int) -> list[dict[str, Any]]:
    return [
        make.customs_fact(
            period=f"{period}-{month:02d}",
            company=make.ice(firm),
            region=region,
            product=product,
            value=value,
        )
        for month in (1, 2)
        for firm in range(1, 7)
        for region in ("MA-01", "MA-02")
        for product in ("0802700000", "3103100000")
    ]


def value(release: Release, period: str) -> list[tuple[Any, ...]]:
    return cube.answer(Query.parse({"release": str(release.number), "flow": "X", "period": period})).rows


def test_a_new_month_makes_its_year_again_and_no_other() -> None:
    first = make.release(make.customs(), [*year("2023", 100), *year("2024", 100)])
    kept = {rollup.period: rollup.pk for rollup in first.rollups.filter(table="cleared")}
    extra = [{**row, "period": "2024-03"} for row in year("2024", 100)[:12]]
    second = make.release(make.customs(), [*year("2023", 100), *year("2024", 100), *extra])
    now = {rollup.period: rollup for rollup in second.rollups.filter(table="cleared")}
    assert now["2023"].pk == kept["2023"]
    assert now["2024"].pk != kept["2024"]
    assert (now["2023"].months, now["2024"].months) == (2, 3)
    # The release before is still answered, from the rollups that were kept for it.
    assert value(first, "2024") == [(4800,)]
    assert value(second, "2024") == [(6000,)]


def test_building_again_changes_nothing() -> None:
    release = make.release(make.customs(), year("2024", 100))
    before = list(Rollup.objects.values_list("pk", "digest", "cells_count")), Cell.objects.count()
    told: list[tuple[int, int]] = []
    rollups.build(release, progress=lambda done, total: told.append((done, total)))
    assert (list(Rollup.objects.values_list("pk", "digest", "cells_count")), Cell.objects.count()) == before
    assert told == [(0, 1), *((done, 4) for done in range(1, 5)), (4, 4)]
    for rollup in release.rollups.all():
        assert rollup.cells_count == rollup.cells.count() > 0


def test_a_build_that_dies_leaves_nothing_and_the_next_one_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    release = make.release(
        make.customs(),
        [*year("2023", 100), *year("2024", 100)],
        publish=False,
        build=False,
        whole_years=False,
    )
    copy, calls = rollups._copy, []

    def dies(rollup: Rollup, cells: Any) -> None:
        copy(rollup, cells)
        calls.append(rollup.table)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(rollups, "_copy", dies)
    with pytest.raises(KeyboardInterrupt):
        rollups.build(release)
    assert Rollup.objects.count() == 1
    assert set(Cell.objects.values_list("rollup_id", flat=True)) == set(
        Rollup.objects.values_list("pk", flat=True)
    )
    assert release.rollups.count() == 0
    monkeypatch.undo()
    rollups.build(release)
    # Two months, their quarter and their year, twice.
    assert release.rollups.count() == 8


def test_an_open_dataset_has_one_rollup_a_part_with_every_level_it_reports() -> None:
    facts = [
        make.comtrade_fact(product=product, partner=partner, value=10, customs_office=office)
        for product in ("08", "080270")
        for partner in ("W", "FR")
        for office in ("A", "B")
    ]
    release = make.release(make.comtrade(), facts)
    rollup = release.rollups.get()
    assert (rollup.table, rollup.period, rollup.digest) == ("cells", "2023", release.parts.get().sha256)
    # Offices are summed; chapter and subheading, World and partner stay apart.
    assert sorted(rollup.cells.values_list("product", "level", "partner", "is_total", "value")) == [
        ("08", 2, "FR", False, 20),
        ("08", 2, "W", True, 20),
        ("080270", 6, "FR", False, 20),
        ("080270", 6, "W", True, 20),
    ]
    # Level 4 would have to be summed, so would the total: only these levels are answered by one filter.
    assert rollup.exact == {"world": [2, 6], "partners": [2, 6], "levels": [2, 6], "both": True}


def test_the_count_of_queries_does_not_grow_with_the_rows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make.release(make.customs(), year("2024", 100))
    make.release(make.comtrade(), [make.comtrade_fact(product=code) for code in make.HS6])
    # What belongs to the release is asked once a process.
    for limit, companies, open_data in (("1", 5, 5), ("1000", 2, 2)):
        with django_assert_num_queries(companies):
            cube.answer(Query.parse({"by": "product", "flow": "X", "limit": limit}))
        with django_assert_num_queries(open_data):
            cube.answer(Query.parse({"dataset": "comtrade", "by": "product", "flow": "X", "limit": limit}))
