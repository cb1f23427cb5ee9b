"""`python -m portal.run exec -- COMMAND`: one command with `.venv`, a database and its environment."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from portal.run import environment, venv
from portal.run.commands import CHECKOUT, StopFlag
from portal.run.errors import RunError
from portal.run.home import Home, alone, open_home
from portal.run.place import find_place
from portal.run.postgres import Server, database_url
from portal.run.processes import die_with_parent
from portal.run.venv import Venv

THROWAWAY_FOLDER = CHECKOUT / ".qafila-test"
_OF_A_HOME = ("QAFILA_HOME", "SECRET_KEY")
_SERVER_SECONDS = 60.0
_END_SECONDS = 20.0


def execute(command: Sequence[str], *, dev: bool, database: str, stop: StopFlag) -> int:
    """Runs `command` and returns its exit code.

    `database` is `home`, `throwaway`, `durable` (thrown away too, with safe writes) or `none`.
    """
    packages = Venv()
    venv.ensure(packages, dev=dev, stop=stop)
    if database == "none":
        return foreground(command, {**venv.uv_environment(packages), **_path(packages)}, stop)
    if database == "home":
        with home_environment(packages, stop) as env:
            return foreground(command, env, stop)
    with throwaway_environment(packages, stop, durable=database == "durable") as env:
        return foreground(command, env, stop)


def _path(packages: Venv) -> dict[str, str]:
    return {"PATH": f"{packages.bin}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


@contextmanager
def home_environment(packages: Venv, stop: StopFlag) -> Iterator[dict[str, str]]:
    """The environment on this home's database, of a running `make run` or started for the duration."""
    settings = environment.own_settings()
    home = open_home(environment.home_path(settings))
    with ExitStack() as cleanup:
        url = settings.get("DATABASE_URL") or _running_or_started(home, packages, cleanup, stop)
        yield environment.child_environment(settings, packages, home, url)


def _running_or_started(home: Home, packages: Venv, cleanup: ExitStack, stop: StopFlag) -> str:
    deadline = time.monotonic() + _SERVER_SECONDS
    while (lock := home.lock()) is None:
        if url := database_url(home.path):
            return url
        if time.monotonic() > deadline:
            raise RunError(f"{home.path} is in use ({home.lock_note()}), but its PostgreSQL does not run.")
        stop.check()
        time.sleep(0.2)
    cleanup.callback(lock.release)
    lock.note(f"process {os.getpid()}")
    server = Server(home, find_place(home, packages.postgres))
    cleanup.callback(server.stop)
    server.start(stop)
    return server.url


@contextmanager
def throwaway_environment(
    packages: Venv, stop: StopFlag, *, durable: bool = False
) -> Iterator[dict[str, str]]:
    """The environment on an empty home and database of its own, both removed however this ends."""
    settings = {name: value for name, value in os.environ.items() if name not in _OF_A_HOME}
    THROWAWAY_FOLDER.mkdir(exist_ok=True)
    THROWAWAY_FOLDER.chmod(0o711)
    (THROWAWAY_FOLDER / ".gitignore").write_text("*\n")
    with ExitStack() as cleanup:
        home = _new_home(cleanup)
        cleanup.callback(remove_home, home)
        url = settings.get("DATABASE_URL")
        if not url:
            ending = die_with_parent(signal.SIGINT)
            server = Server(home, find_place(home, packages.postgres), durable=durable, with_parent=ending)
            cleanup.callback(server.stop)
            server.start(stop)
            url = server.url
        yield environment.child_environment(settings, packages, home, url)


def _new_home(cleanup: ExitStack) -> Home:
    with alone(THROWAWAY_FOLDER):  # another command's sweep must not find the home before it is locked
        sweep(THROWAWAY_FOLDER)
        home = open_home(Path(tempfile.mkdtemp(prefix="run-", dir=THROWAWAY_FOLDER)))
        # mkdtemp's own mode would keep PostgreSQL's account out.
        home.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        if lock := home.lock():
            cleanup.callback(lock.release)
    return home


def sweep(folder: Path) -> None:
    """Removes the throw-away homes whose command was killed: nobody holds their lock."""
    for path in folder.glob("run-*"):
        with suppress(RunError, FileNotFoundError):
            home = open_home(path)
            if lock := home.lock():
                remove_home(home)
                lock.release()


def remove_home(home: Home) -> None:
    """Removes a home with everything that it keeps elsewhere."""
    place = find_place(home, Venv().postgres)
    Server(home, place).stop()
    for folder in (place.socket, place.folder, home.path):
        shutil.rmtree(folder, ignore_errors=True)


def foreground(
    command: Sequence[str], env: Mapping[str, str], stop: StopFlag, limit: Callable[[], bool] = lambda: False
) -> int:
    """Runs `command` in the terminal's foreground, where a debugger can read; returns its exit code.

    Ctrl-C reaches it by itself; other signals are passed on. `limit` says when it has taken too long.
    """
    stop.check()
    try:
        process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=dict(env),
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509
        )
    except FileNotFoundError:
        raise RunError(f"There is no program {command[0]} in .venv or on PATH.") from None
    asked, kill_at = 0, float("inf")
    while process.poll() is None:
        if limit() and kill_at == float("inf"):
            process.send_signal(signal.SIGINT)
            kill_at = time.monotonic() + _END_SECONDS
        if stop.count > asked:
            asked = stop.count
            if stop.signals[-1] != signal.SIGINT:
                process.send_signal(stop.signals[-1])
            kill_at = time.monotonic() + _END_SECONDS
        if time.monotonic() > kill_at:
            process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    return process.returncode if process.returncode >= 0 else 128 - process.returncode
