"""Readers that ask without pause, in threads and in a process of its own, while what they read is switched 50 times."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.trade import factories, reader_process
from tests.trade.faults import Reader, reading
from tests.trade.processes import environment, until
from trade.cube import Query, answer, catalogue
from trade.models import Release
from trade.services import release_publish, release_withdraw

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
PUBLISHES = 50
FIRMS, MONTHS = 6, 6
QUESTIONS: list[dict[str, str]] = [
    {"dataset": "comtrade", "measures": "value,net_kg", "by": "period,flow,partner", "level": "6"},
    {"dataset": "comtrade", "measures": "value,net_kg", "by": "period,flow", "level": "6", "partner": "W"},
    {"dataset": "ma-customs", "measures": "value,net_kg,firms", "by": "flow,period"},
    {"dataset": "ma-customs", "measures": "value,net_kg", "by": "flow,partner", "period": "2024-01"},
]


def comtrade(number: int) -> Release:
    """Every figure is a multiple of the release's own number; partners add up to the World."""
    rows = [
        factories.comtrade_fact(
            period=period,
            flow=flow,
            partner=partner,
            value=1000 * share * number,
            net_kg=500 * share * number,
        )
        for period in ("2022", "2023")
        for flow in ("X", "M")
        for partner, share in (("FR", 2), ("ES", 3), ("W", 5))
    ]
    return factories.release(factories.comtrade(), rows)


def customs(number: int) -> Release:
    rows = [
        factories.customs_fact(
            period=f"2024-{month + 1:02d}", company=factories.ice(firm), partner=partner,
            value=1_000_000 * (firm + 1) * number, net_kg=500_000 * (firm + 1) * number,
        )
        for month in range(MONTHS)
        for firm in range(FIRMS)
        for partner in ("FR", "ES")
    ]  # fmt: skip
    return factories.release(factories.customs(), rows)


@pytest.fixture
def releases() -> dict[str, list[Release]]:
    factories.vocabulary()
    made = {
        "comtrade": [comtrade(at) for at in range(1, 5)],
        "ma-customs": [customs(at) for at in range(1, 5)],
    }
    for found in made.values():
        for release in found:
            factories.run_ended(release)
    return made


def whole(releases: dict[str, list[Release]]) -> list[dict[int, tuple[Any, ...]]]:
    """Of each question: every release's own answer, asked for by its number while nothing moves."""
    catalogue.forget()
    return [
        {
            release.number: tuple(
                sorted(answer(Query.parse({**question, "release": str(release.number)})).rows)
            )
            for release in releases[question["dataset"]]
        }
        for question in QUESTIONS
    ]


@contextmanager
def another_process(settings: Settings) -> Iterator[dict[str, Any]]:
    """The same questions through the API in another process; what it saw is there at the end."""
    found: dict[str, Any] = {}
    command = [sys.executable, "-m", reader_process.__name__, json.dumps(QUESTIONS)]
    with subprocess.Popen(
        command,
        env=environment(settings.QAFILA_HOME),
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        while (line := process.stdout.readline()) not in ("ready\n", ""):
            pass
        assert line
        yield found
        process.stdin.close()
        found |= json.loads(process.stdout.read().splitlines()[-1])


def test_readers_see_only_whole_releases(
    releases: dict[str, list[Release]], settings: Settings, monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    monkeypatch.setattr("celery.current_app.send_task", lambda *args, **kwargs: None)
    answers = whole(releases)
    _consistent(answers, releases)
    told = [
        {release: _api(question, release) for release in expected}
        for question, expected in zip(QUESTIONS, answers, strict=True)
    ]
    readers = [Reader(question, pause=0) for question in QUESTIONS]
    with another_process(settings) as beyond, reading(*readers):
        for number in range(PUBLISHES):
            before = [reader.count for reader in readers]
            for found in releases.values():
                switched(found, number)
            # Every reader has asked at least once of what is shown now, and was in the middle of asking before.
            until(
                lambda before=before: all(
                    one.count > old + 1 for one, old in zip(readers, before, strict=True)
                ),
                30,
            )
    for reader, expected in zip(readers, answers, strict=True):
        assert reader.broken == []
        assert {release: {rows} for release, rows in expected.items()} | reader.seen == {
            release: {rows} for release, rows in expected.items()
        }
        assert len(reader.seen) > 1
    for number, expected in enumerate(told):
        seen = beyond["seen"][str(number)]
        assert len({release for release, _rows in seen}) == len(seen) > 1
        assert all(expected[release] == rows for release, rows in seen)
    record_property("publishes", PUBLISHES)
    record_property("answers meanwhile", sum(reader.count for reader in readers) + beyond["count"])


def switched(found: list[Release], number: int) -> None:
    """Publish the next release of the four; every fifth time take the shown one back, where one is behind it."""
    shown = Release.objects.get(dataset=found[0].dataset, state=Release.State.PUBLISHED)
    if (
        number % 5 == 4
        and shown.predecessor is not None
        and shown.predecessor.state == Release.State.REPLACED
    ):
        back = release_withdraw(shown.number, acting_user=None)
        assert back == shown.predecessor
    else:
        following = next(one for one in (*found[number % 4 :], *found) if one.pk != shown.pk)
        release_publish(following.number, acting_user=None)


def _api(question: dict[str, str], release: int) -> object:
    told = Client().get("/api/v1/data/", {**question, "release": str(release)})
    body = told.json()
    assert body["meta"]["release"] == release, body
    return body["rows"]


def _consistent(answers: list[dict[int, tuple[Any, ...]]], releases: dict[str, list[Release]]) -> None:
    """The figures say by themselves which release they are of: no two are alike, and partners sum to the World."""
    partners, world, flows, _open = answers
    for at, release in enumerate(releases["comtrade"], 1):
        assert {row[-2:] for row in world[release.number]} == {(5000 * at, 2500 * at)}
        assert sum(row[-2] for row in partners[release.number]) == sum(
            row[-2] for row in world[release.number]
        )
    for found in (partners, world, flows):
        assert len({*found.values()}) == len(found)
