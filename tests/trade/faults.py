"""What the tests of faults share: a dataset that readers see, runs handed in to a real worker, and what stays whole."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celery import Celery
from django.conf import settings
from django.db import connection
from kombu import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from reference.services.places import countries_load, territory_load
from reference.services.products import editions_load, products_load
from tests.trade.importing import customs_file, customs_row, imported
from tests.trade.processes import database_url
from trade import services
from trade.cube import Query, answer, catalogue
from trade.demo.generator import customs_files
from trade.imports import gates, parts
from trade.models import Dataset, Release, Run
from trade.services import run_create

MONTHS, ROWS = 6, 12_000
ASKED = {"dataset": "ma-customs", "measures": "value", "by": "flow,period"}


def published_first(folder: Path) -> Release:
    """The vocabulary, the datasets, and a small release of customs that readers see."""
    territory_load()
    countries_load()
    editions_load()
    products_load("HS2022")
    services.datasets_load()
    release: Release = imported(
        "customs", customs_file(folder, [customs_row(office="DEMO1", period="2024-12")])
    ).release
    return release


def sent(name: str, *args: str, broker: str = "") -> None:
    """Send a task as the web does, to the broker in the test's database or on another server."""
    # The package reads a URI's host only from its usual place: it is given libpq's own form.
    told = make_conninfo(**conninfo_to_dict(broker or database_url()))  # type: ignore[arg-type]
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "conn_string": told}
    with Connection("pgmq://", transport_options=options) as connected:
        Celery("faults", set_as_current=False).send_task(name, args=args, connection=connected)


def handed_in(files: list[Path], *, broker: str = "", send: bool = True) -> Run:
    """A run that a worker takes up: at once where its task is sent, by the sweep where that got lost."""
    run = run_create(acting_user=None, source="customs", files=files, publish=True)
    if send:
        sent("trade.tasks.run_execute", str(run.pk), broker=broker)
    return run


def extracts(folder: Path, seed: int) -> list[Path]:
    """Half a year of demonstration; another seed makes other figures."""
    return customs_files(MONTHS, ROWS, seed, folder / f"demo-{seed}")


@dataclass(frozen=True)
class Shown:
    """What readers see of customs: a release, its answer, and what its files hold."""

    number: int
    rows: tuple[Any, ...]
    facts: int
    value: int


def shown() -> Shown:
    """Read through every door: the pointer, the cube, and the parts with their checksums."""
    catalogue.forget()
    dataset = Dataset.objects.select_related("published").get(code="ma-customs")
    release = dataset.published
    assert release is not None
    assert [release] == [*Release.objects.filter(dataset=dataset, state=Release.State.PUBLISHED)]
    result = answer(Query.parse(ASKED))
    assert result.release.number == release.number
    held = [*release.parts.all()]
    for part in held:
        gates.part_intact(part)
    frames = [parts.read(part) for part in held]
    assert [frame.height for frame in frames] == [part.rows for part in held]
    return Shown(
        release.number,
        tuple(sorted(result.rows)),
        sum(frame.height for frame in frames),
        sum(int(frame["value"].sum()) for frame in frames),
    )


class Reader(threading.Thread):
    """Asks the same question over and over and keeps every different answer, with the release it came from."""

    def __init__(self, asked: dict[str, str] = ASKED, pause: float = 0.05) -> None:
        super().__init__()
        self.query, self.pause = Query.parse(asked), pause
        self.stopped = threading.Event()
        self.seen: dict[int, set[tuple[Any, ...]]] = {}
        self.broken: list[Exception] = []
        self.count = 0

    def run(self) -> None:
        while not self.stopped.wait(self.pause):
            try:
                result = answer(self.query)
                self.seen.setdefault(result.release.number, set()).add(tuple(sorted(result.rows)))
                self.count += 1
            except Exception as error:
                self.broken.append(error)
        connection.close()


@contextmanager
def reading(*readers: Reader) -> Iterator[None]:
    """While the block works, the readers read."""
    for one in readers:
        one.start()
    try:
        yield
    finally:
        for one in readers:
            one.stopped.set()
        for one in readers:
            one.join()


@dataclass(frozen=True)
class Moment:
    """A moment of a run: so many seconds into a phase ("" before the first one)."""

    phase: str
    seconds: float


def phases_of(run: Run) -> list[tuple[str, float]]:
    """Watch a run to its end: its phases with their seconds."""
    found: list[tuple[str, float]] = [("", 0.0)]
    begun = time.monotonic()
    while (now := Run.objects.get(pk=run.pk)).state not in Run.ENDED:
        if now.phase != found[-1][0] and now.phase:
            found[-1] = (found[-1][0], time.monotonic() - begun)
            found.append((now.phase, 0.0))
            begun = time.monotonic()
        assert time.monotonic() - begun < 120, now.phase
        time.sleep(0.01)
    found[-1] = (found[-1][0], time.monotonic() - begun)
    return found


def moment_at(phases: list[tuple[str, float]], share: float) -> Moment:
    """Where a run is after this share of its time."""
    left = share * sum(seconds for _phase, seconds in phases)
    for phase, seconds in phases:
        if left <= seconds:
            return Moment(phase, left)
        left -= seconds
    return Moment(phases[-1][0], phases[-1][1])


def moment_in(phases: list[tuple[str, float]], phase: str, share: float) -> Moment:
    return Moment(phase, share * dict(phases)[phase])


def wait_for(run: Run, moment: Moment) -> None:
    """Return at the moment, or when the run has ended before."""
    order = [Run.Phase(phase).value for phase in Run.Phase]
    end = time.monotonic() + 120
    while True:
        now = Run.objects.get(pk=run.pk)
        if now.state in Run.ENDED:
            return
        if not moment.phase or (now.phase and order.index(now.phase) >= order.index(moment.phase)):
            break
        assert time.monotonic() < end, "the phase did not come"
        time.sleep(0.005)
    time.sleep(moment.seconds)
