"""Makes a new PostgreSQL cluster: its files, its two roles, its database."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from portal.run.errors import RunError
from portal.run.home import Home
from portal.run.place import Place

ROLE = "qafila"
_MINIMAL = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def server_environment() -> dict[str, str]:
    """Nothing of the person's own environment, whose PG* variables would change what the programs do."""
    return dict(_MINIMAL)


def ensure_cluster(home: Home, place: Place, *, durable: bool) -> bool:
    """Makes the cluster where there is none; true when it did. Interrupted, it leaves nothing half made."""
    if place.data.exists():
        _check_version(place)
        return False
    fresh = place.folder / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    password = place.folder / "password.new"
    _write_for(place, password, home.secret("superuser_password"))
    try:
        _initdb(place, fresh, password, durable=durable)
    finally:
        password.unlink()
    _make_role(place, fresh, home.secret("database_password"), durable=durable)
    (fresh / "pg_hba.conf").write_text("local all all scram-sha-256\n")
    fresh.rename(place.data)
    return True


def _check_version(place: Place) -> None:
    kept = (place.data / "PG_VERSION").read_text().strip()
    version = _run(place, ["--version"], program="postgres").split()[-1].split(".")[0]
    if kept != version:
        raise RunError(
            f"The database in {place.data} was written by PostgreSQL {kept}; this Qafila brings {version}. "
            "Dump it with the earlier Qafila's pg_dump, move the folder away, start, and restore the dump."
        )


def _initdb(place: Place, data: Path, password: Path, *, durable: bool) -> None:
    # PG_UNICODE_FAST: the same full Unicode case rules on every system, without ICU, which the wheel lacks.
    arguments: list[str | Path] = [
        *("-D", data, "-U", "postgres", f"--pwfile={password}"),
        *("--auth-local=scram-sha-256", "--auth-host=reject"),
        *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"),
        *([] if durable else ["--no-sync"]),
    ]
    _run(place, arguments, program="initdb")


def _make_role(place: Place, data: Path, password: str, *, durable: bool) -> None:
    """Through the single-user mode, so that no half-made server ever listens.

    The portal's role owns its database and may create others (the tests do). It is no superuser: whoever got
    hold of one could run programs.
    """
    role = f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'"
    statements = f"{role}\nCREATE DATABASE {ROLE} OWNER {ROLE}\n"
    settings = ("-c", "log_min_messages=error", "-c", f"fsync={'on' if durable else 'off'}")
    arguments: list[str | Path] = ["--single", "-D", data, *settings, "postgres"]
    _run(place, arguments, program="postgres", given=statements)


def _run(place: Place, arguments: Sequence[str | Path], *, program: str, given: str = "") -> str:
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [place.programs / program, *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        cwd=place.folder,
        env=server_environment(),
        **place.account.popen_arguments(),
    )
    if done.returncode or "ERROR:" in done.stderr:
        raise RunError(f"PostgreSQL's {program} failed (exit {done.returncode}):\n{done.stdout}{done.stderr}")
    return done.stdout


def _write_for(place: Place, path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    place.account.own(path)
