"""Real workers, killed at any moment of a run: it is taken up again, and readers see whole releases only."""

import itertools
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.trade.faults import (
    Moment,
    Reader,
    Shown,
    extracts,
    handed_in,
    moment_at,
    moment_in,
    phases_of,
    published_first,
    reading,
    sent,
    shown,
    wait_for,
)
from tests.trade.processes import ROOT, broker_made, database_url, environment, kill, until, worker
from trade.demo.generator import customs_files
from trade.models import Release, Run

ROWS = 500_000
PHASES = ("staging", "comparing", "reading", "summing")
KILLS = int(os.environ.get("QAFILA_FAULTS_KILLS", "3"))

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def env(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    # This process's own settings name another broker; the worker's schedule sends what is waiting.
    monkeypatch.setattr("celery.current_app.send_task", lambda *args, **kwargs: None)
    broker_made(database_url())
    return environment(private_home)


def test_a_killed_worker_s_run_ends_whole_and_readers_never_see_half(
    env: dict[str, str], private_home: Path, tmp_path: Path
) -> None:
    before = published_first(tmp_path)
    files = customs_files(24, ROWS, 1, tmp_path / "demo")
    reader = Reader()
    with reading(reader):
        with worker(env, private_home, "first") as first:
            command = [sys.executable, "manage.py", "import_trade", "customs", *map(str, files), "--publish"]
            subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True)
            run = Run.objects.latest("number")
            until(lambda: Run.objects.filter(pk=run.pk, state="running", done__gt=2).exists(), 60)
            kill(first)
        run.refresh_from_db()
        assert run.state == "running"
        assert before == Release.objects.get(state="published")
        with worker(env, private_home, "second"):
            started = time.monotonic()
            until(lambda: Run.objects.get(pk=run.pk).state in Run.ENDED, 60)
            assert time.monotonic() - started < 60
            until(lambda: not any((private_home / "work").iterdir()), 20)
    run.refresh_from_db()
    assert (run.state, run.attempts, run.rows_accepted) == ("published", 2, ROWS)
    assert reader.broken == []
    assert set(reader.seen) <= {before.number, run.release.number}
    assert all(len(answers) == 1 for answers in reader.seen.values())
    assert before.number in reader.seen


def test_killed_at_random_moments_the_release_stays_whole_and_the_next_run_succeeds(
    env: dict[str, str], private_home: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Every other moment is drawn from all of a run's time, a stretch of it each; the others from phase after phase."""
    chance = random.Random(4)
    published_first(tmp_path)
    struck: Counter[str] = Counter()
    seeds = itertools.count()
    running = worker(env, private_home, "worker-0")
    process = running.__enter__()
    try:
        for seed in (next(seeds), next(seeds)):  # the first one finds a worker that is still starting
            first = handed_in(extracts(tmp_path, seed))
            phases = phases_of(first)
            assert Run.objects.get(pk=first.pk).state == "published"
        for number in range(KILLS):
            share = chance.random()
            phase = PHASES[number // 2 % len(PHASES)]
            by_phase = number % 2 and phase in dict(phases)
            moment = (
                moment_in(phases, phase, share) if by_phase else moment_at(phases, (number + share) / KILLS)
            )
            before, run = _caught(tmp_path, seeds, moment)
            kill(process)
            struck[_state(run)] += 1
            after = shown()
            running = worker(env, private_home, f"worker-{number + 1}")
            process = running.__enter__()
            sent("trade.tasks.runs_sweep")  # the schedule's own, without its ten seconds
            until(lambda run=run: Run.objects.get(pk=run.pk).state in Run.ENDED, 120)  # type: ignore[misc]
            run.refresh_from_db()
            assert run.state == "published", (run.state, run.reason)
            assert after.number in (before.number, run.release.number)
            assert after == (before if after.number == before.number else shown())
            assert shown().number == run.release.number
            assert (shown().facts, run.rows_accepted) == (run.rows_read, run.rows_read)
    finally:
        kill(process)
    record_property("kills", KILLS)
    print(f"{KILLS} kills: {dict(struck)}; an unharmed run: {phases}")
    # Between the last look and the signal a run may still end.
    assert struck["ended"] <= 1 + KILLS // 10


def _caught(folder: Path, seeds: Iterator[int], moment: Moment) -> tuple[Shown, Run]:
    """What readers see, and a run at the moment; one that has ended before it, as a quick one may, is no such run."""
    for halved in range(8):
        before, run = shown(), handed_in(extracts(folder, next(seeds)))
        wait_for(run, Moment(moment.phase, moment.seconds / 2**halved))
        if _state(run) != "ended":
            return before, run
    raise AssertionError(f"no run was caught {moment}")


def _state(run: Run) -> str:
    now = Run.objects.get(pk=run.pk)
    return "ended" if now.state in Run.ENDED else now.phase or now.state
