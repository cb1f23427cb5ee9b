"""An attacker reads everything public of a dataset with companies and must not know what is hidden; where a release is
weakened on purpose, it does.
"""

import random
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pytest
from django.test import Client

from tests.trade import factories as make
from tests.trade.auditor import Report, attacked, truth_of
from tests.trade.public_figures import Reader, by_cube, by_download
from trade.clearance.pattern import Switches
from trade.cube import rollups
from trade.cube.clearing import Clearer
from trade.models import Cell, Release

pytestmark = pytest.mark.django_db
Facts = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def words() -> None:
    make.vocabulary()


def months(first: str, count: int) -> list[str]:
    start = int(first[:4]) * 12 + int(first[5:]) - 1
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in range(start, start + count)]


def awkward(seed: int, periods: list[str]) -> Facts:  # noqa: C901
    """Dominant firms, cells of one firm and of two, lines of two cells, a firm in several regions, quiet months."""
    draw = random.Random(seed)
    facts: Facts = []

    def add(
        firm: int | None, region: str | None, product: str, partner: str, value: int, period: str
    ) -> None:
        facts.append(
            make.customs_fact(
                period=period, company=None if firm is None else make.ice(firm), region=region,
                product=f"{product}0000", partner=partner, value=value, net_kg=max(1, value // 7),
            )
        )  # fmt: skip

    for period in periods:
        for product in ("070200", "030311", "610910", "310530"):
            for region in ("MA-01", "MA-06"):
                for firm in range(1, 9):
                    if draw.random() < 0.8:
                        add(
                            firm,
                            region,
                            product,
                            draw.choice(["FR", "ES"]),
                            draw.randint(10**5, 10**7),
                            period,
                        )
        # One firm has nearly all of the phosphate, in one region; another is alone in its subheading.
        add(50, "MA-06", "310310", "FR", draw.randint(10**8, 10**9), period)
        add(51, "MA-02", "310310", "ES", draw.randint(10**5, 10**6), period)
        if draw.random() < 0.7:
            add(52, "MA-03", "010121", "ES", draw.randint(10**4, 10**6), period)
        # Two firms in two subheadings of a chapter that has no others; one firm in several regions.
        for firm, product in ((60, "080270"), (61, "080510")):
            if draw.random() < 0.8:
                add(firm, "MA-03", product, "FR", draw.randint(10**4, 10**7), period)
        for region in ("MA-01", "MA-02", "MA-03", None):
            if draw.random() < 0.5:
                add(70, region, draw.choice(make.HS6), "FR", draw.randint(10**4, 10**7), period)
        add(None, "MA-01", "070200", "FR", draw.randint(0, 10**5), period)
    return facts


def read(*releases: Release, ask: Any = by_cube) -> Any:
    return Reader(ask, [release.number for release in releases], years=(2023, 2024)).everything()


def attack(of: Mapping[int, Iterable[Mapping[str, Any]]], known: Any) -> Report:
    return attacked(known, truth_of(of))


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", [1, 2])
def test_fourteen_months_and_their_revision_are_not_broken(seed: int) -> None:
    periods = months("2023-01", 14)
    late = periods.pop(9)
    facts = awkward(seed, periods)
    first = make.release(make.customs(), facts)
    changed = [fact for fact in facts if fact["period"] != "2023-05"]
    changed += awkward(seed + 100, ["2023-05", late])
    second = make.release(make.customs(), changed)
    report = attack({first.number: facts, second.number: changed}, read(first, second))
    assert report.hidden > 50
    assert not report.findings, "\n".join(map(str, report.findings))


def test_one_hidden_figure_shown_by_mistake_is_found_out_with_others() -> None:
    facts = awkward(1, months("2024-01", 2))
    release = make.release(make.customs(), facts)
    cell = Cell.objects.filter(
        rollup__period="2024-01", rollup__releases=release, status="c", level=2, region=""
    )
    value = sum(
        fact["value"] for fact in facts if fact["period"] == "2024-01" and fact["product"][:2] == "31"
    )
    assert cell.filter(product="31", partner="W").update(value=value, net_kg=1, firms=5, status="") == 1
    report = attack({release.number: facts}, read(release))
    assert report.findings


def weakened(monkeypatch: pytest.MonkeyPatch, **off: bool) -> None:
    monkeypatch.setattr(rollups, "Clearer", partial(Clearer, switches=Switches(**off)))


def test_without_the_secondary_suppression_hidden_figures_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    weakened(monkeypatch, secondary=False)
    facts = awkward(1, months("2024-01", 2))
    release = make.release(make.customs(), facts)
    assert attack({release.number: facts}, read(release)).of("exact")


@pytest.mark.fuzz
def test_a_year_cleared_without_its_months_tells_what_they_hide(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = awkward(1, months("2023-01", 12))
    weakened(monkeypatch, time=False)
    release = make.release(make.customs(), facts)
    assert attack({release.number: facts}, read(release)).findings


def test_what_a_release_has_hidden_stays_hidden_once_the_rule_would_show_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two firms declare late, so that no firm has nearly all of the phosphate any more."""
    facts = awkward(1, months("2024-01", 1))
    dataset = make.customs()
    first = make.release(dataset, facts)
    late = [
        make.customs_fact(
            company=make.ice(firm), region=region, product="3103100000", partner=partner, value=10**9
        )
        for firm in (90, 91)
        for region, partner in (("MA-02", "ES"), ("MA-06", "FR"))
    ]
    second = make.release(dataset, [*facts, *late])
    assert hidden(first) <= hidden(second)
    weakened(monkeypatch, vintages=False)
    third = make.release(dataset, [*facts, *late])
    assert hidden(first) - hidden(third)


def hidden(release: Release) -> set[tuple[Any, ...]]:
    cells = Cell.objects.filter(rollup__releases=release, rollup__period="2024-01", status="c")
    return set(cells.values_list("flow", "region", "product", "level", "partner"))


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_downloads_tell_no_more_than_answers(kind: str) -> None:
    facts = awkward(2, months("2024-01", 1))
    release = make.release(make.customs(), facts)
    answers, downloads = read(release), read(release, ask=by_download(Client(), kind))
    report = attack({release.number: facts}, downloads)
    assert report.hidden > 10
    assert not report.findings, "\n".join(map(str, report.findings))
    assert {(figure.cell, figure.hidden) for figure in downloads.figures} == {
        (figure.cell, figure.hidden) for figure in answers.figures
    }
