"""`make run`: everything the portal needs, until Ctrl-C."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from portal.run import environment, steps, venv
from portal.run.address import Address, banner
from portal.run.commands import CHECKOUT, StopFlag, end_group
from portal.run.errors import RunError
from portal.run.home import Home, HomeLock, open_home
from portal.run.logs import shortened
from portal.run.place import find_place
from portal.run.postgres import Server
from portal.run.processes import Spec, die_with_parent, end_leftovers
from portal.run.supervisor import Supervisor
from portal.run.terminal import say, timed, warn
from portal.run.venv import Venv

_ADDRESS_SECONDS = 150.0  # after which the address is shown even though the demonstration import goes on
_LEAST_DEMO_SECONDS = 5.0
_HEALTH_SECONDS = 60.0
_HEALTH_PAUSE = 0.25


def specs(packages: Venv, home: Home, address: Address) -> list[Spec]:
    """The processes in the order of their start; they are stopped in the reverse order."""
    web = ("--interface", "wsgi", "--host", address.host, "--port", str(address.port))
    threads = ("--workers", "1", "--blocking-threads", "8")
    celery = (str(packages.bin / "celery"), "-A", "portal")
    # A pool of threads: Polars' and DuckDB's own threads do not survive a fork.
    pool = ("--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle")
    clock = (
        "--scheduler",
        "portal.celery.HeartbeatScheduler",
        "--schedule",
        str(home.path / "celerybeat-schedule"),
    )
    return [
        Spec(
            "web", (str(packages.bin / "granian"), *web, *threads, "portal.wsgi:application"), stop_seconds=10
        ),
        Spec("worker", (*celery, "worker", *pool), stop_seconds=15, death_signal=signal.SIGKILL),
        Spec(
            "scheduler",
            (*celery, "beat", "--pidfile", "", *clock),
            stop_seconds=5,
            death_signal=signal.SIGKILL,
        ),
    ]


def serve(stop: StopFlag) -> int:
    """Returns 0 after a requested stop; raises RunError with what to do when the portal cannot start."""
    begun = time.monotonic()
    settings = environment.own_settings()
    address = Address(environment.host(settings), environment.port(settings))
    home = open_home(environment.home_path(settings))
    packages = Venv()
    with ExitStack() as cleanup:
        lock = _take(home, cleanup)
        address.refuse_if_taken()
        lock.note(f"process {os.getpid()}, {address.url}/")
        venv.ensure(packages, dev=False, stop=stop)
        os.umask(0o077)  # .venv is for every account; what is written from here on holds people's data
        if ended := end_leftovers(home.path):
            say(f"Ended {ended} processes that an earlier start had left.")
        server = None if settings.get("DATABASE_URL") else start_server(home, packages, cleanup, stop)
        env = environment.child_environment(settings, packages, home, server.url if server else None)
        prepare(home, packages, env, server, stop)
        supervisor = Supervisor(specs(packages, home, address), env, home.logs, server)
        cleanup.callback(supervisor.stop, lambda: stop.count > 1)
        cleanup.callback(say, "\nStopping …")
        supervisor.start()
        Opening(home, packages, env, server is not None, supervisor, stop).show(address, begun, cleanup)
        supervisor.wait(lambda: stop.count > 0)
    say("Qafila has stopped.")
    return 0


def _take(home: Home, cleanup: ExitStack) -> HomeLock:
    lock = home.lock()
    if lock is None:
        raise RunError(
            f"Qafila is already running from {home.path} ({home.lock_note() or 'another command'}). "
            "Stop it first, or run a second one beside it: QAFILA_HOME=.qafila-2 PORT=8001 make run"
        )
    cleanup.callback(lock.release)
    return lock


def start_server(home: Home, packages: Venv, cleanup: ExitStack, stop: StopFlag) -> Server:
    """This home's PostgreSQL, stopped again by `cleanup`."""
    server = Server(home, find_place(home, packages.postgres))
    cleanup.callback(server.stop)
    with timed("Starting PostgreSQL"):
        server.start(stop)
    if server.adopted:
        say("It was still running: an earlier start had been killed.")
    if server.created:
        steps.Stamps(home).forget()
    return server


def prepare(
    home: Home, packages: Venv, env: Mapping[str, str], server: Server | None, stop: StopFlag
) -> None:
    """Brings the database, the catalogues and the static files up to this checkout."""
    due = [steps.CATALOGUES, steps.STATIC, *steps.database_steps(own_server=server is not None)]
    given = dict(env)
    if server:
        due.append(steps.STAFF)
        for name in steps.STAFF.secrets:
            given[f"QAFILA_{name.upper()}"] = home.secret(name)
    steps.run_steps(due, steps.Stamps(home), home=home, python=packages.python, env=given, stop=stop)


@dataclass(frozen=True)
class Opening:
    """From started processes to the address in the terminal."""

    home: Home
    packages: Venv
    env: Mapping[str, str]
    own_server: bool
    supervisor: Supervisor
    stop: StopFlag

    def show(self, address: Address, begun: float, cleanup: ExitStack) -> None:
        """Waits for the portal, brings in demonstration data at the first start, then says where it is."""
        say("Starting the portal")
        if self._answers(address):
            self._demonstrate(_ADDRESS_SECONDS - (time.monotonic() - begun), cleanup)
        elif not self.stop.count:
            problem = shortened(" ".join(address.problem.split()) or "no answer")
            warn(f"Not everything works yet: {problem}. See the logs in {self.home.logs}.")
        if self.stop.count:
            return
        say(banner(address, self.home if self.own_server else None))
        say(f"Ready after {time.monotonic() - begun:.0f} s. Logs: {self.home.logs}. Ctrl-C stops everything.")

    def _answers(self, address: Address) -> bool:
        healthy, asked_at = False, 0.0

        def settled() -> bool:
            nonlocal healthy, asked_at
            if not healthy and time.monotonic() - asked_at >= _HEALTH_PAUSE:
                healthy, asked_at = address.healthy(), time.monotonic()
            return healthy or self.stop.count > 0

        self.supervisor.wait(settled, _HEALTH_SECONDS)
        return healthy

    def _demonstrate(self, seconds: float, cleanup: ExitStack) -> None:
        """Runs `demo_start` until it once succeeds; after `seconds` it goes on behind the running portal."""
        wanted = self.env.get("QAFILA_DEMO") or ("1" if self.own_server else "0")
        stamps = steps.Stamps(self.home)
        if wanted != "1" or stamps.has("demo_start", "done"):
            return
        process = subprocess.Popen(
            [self.packages.python, "manage.py", "demo_start"],
            cwd=CHECKOUT,
            env=dict(self.env),
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509
        )
        cleanup.callback(end_group, process, signal.SIGTERM, 5.0)

        def ended() -> bool:
            if process.poll() == 0:
                stamps.set("demo_start", "done")
            return process.poll() is not None or self.stop.count > 0

        if not self.supervisor.wait(ended, max(seconds, _LEAST_DEMO_SECONDS)):
            say("\nThe demonstration data is still being imported; the portal can be used meanwhile.")
            self.supervisor.later.append(ended)
        elif process.returncode:
            warn(f"demo_start failed (exit {process.returncode}); the next start tries again.")
