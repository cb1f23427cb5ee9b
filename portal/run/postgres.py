"""The portal's own PostgreSQL server: started, adopted, stopped. Unix socket only, no network port."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from portal.run import servers
from portal.run.cluster import ROLE, ensure_cluster, server_environment
from portal.run.commands import StopFlag
from portal.run.errors import RunError
from portal.run.home import Home, write_private
from portal.run.logs import rotate
from portal.run.place import SOCKET_NAME, Place

_STATE = "postgres.json"
_READY_SECONDS = 60.0  # recovery after a crash can take a while
_POLL_SECONDS = 0.05
_TRIES = 3

# For a machine with two cores and 2 GB; a larger site sets DATABASE_URL to a server of its own.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}
# Faster, and gone after a power cut: for databases that are thrown away.
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}


def database_url(home: Path) -> str | None:
    """The address of this home's running server, or None where none runs.

    Both django-environ and libpq read it. `portal.settings` takes it as the default of DATABASE_URL.
    """
    try:
        state: dict[str, str] = json.loads((home / _STATE).read_text())
    except (OSError, ValueError):
        return None
    if not (Path(state["socket"]) / SOCKET_NAME).exists():
        return None
    return _url(state["socket"], state["password"])


def _url(socket: str, password: str) -> str:
    return f"postgresql://{ROLE}:{quote(password, safe='')}@/{ROLE}?host={quote(socket, safe='')}"


def secret_key(home: Path) -> str:
    """Django's secret key of this home, or "" before its first start."""
    try:
        return str(json.loads((home / "secrets.json").read_text()).get("secret_key", ""))
    except (OSError, ValueError):
        return ""


@dataclass
class Server:
    """One home's server. `durable=False` trades safety against power cuts for speed."""

    home: Home
    place: Place
    durable: bool = True
    with_parent: Callable[[], None] | None = None  # run in the child before it becomes the server
    created: bool = field(default=False, init=False)
    adopted: bool = field(default=False, init=False)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def pid(self) -> int | None:
        """The postmaster's, started here or by an earlier supervisor."""
        if self._process:
            return self._process.pid if self._process.poll() is None else None
        return servers.postmaster(self.place.data)

    @property
    def url(self) -> str:
        """What `database_url` gives while the server runs."""
        return _url(str(self.place.socket), self.home.secret("database_password"))

    def start(self, stop: StopFlag) -> None:
        """Returns when the server takes connections; adopts one that a killed supervisor left running."""
        self.created = ensure_cluster(self.home, self.place, durable=self.durable)
        self.adopted = self.pid is not None
        # Backends of a killed postmaster may hold its shared memory for a moment: hence the tries.
        for left in reversed(range(_TRIES)):
            if self.pid is None:
                self.launch()
            if self._becomes_ready(stop):
                break
            if not left:
                raise RunError(f"PostgreSQL does not start. The end of {self.log}:\n{self._log_end()}")
        state = {"socket": str(self.place.socket), "password": self.home.secret("database_password")}
        write_private(self.home.path / _STATE, json.dumps(state))

    def launch(self) -> None:
        """Starts the server's process without waiting; clears what a killed server left behind."""
        servers.end_orphans(self.place.data)
        (self.place.data / "postmaster.pid").unlink(missing_ok=True)
        for leftover in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
            (self.place.socket / leftover).unlink(missing_ok=True)
        settings = (
            SETTINGS
            | ({} if self.durable else THROWAWAY)
            | {"unix_socket_directories": str(self.place.socket)}
        )
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        rotate(self.log)
        # A session of its own. It outlives a killed supervisor: the next start adopts it without a recovery.
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.place.programs / "postgres", "-D", self.place.data, *options],
                cwd=self.place.folder,
                env=server_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=self.with_parent,  # noqa: PLW1509
                **self.place.account.popen_arguments(),
            )

    def stop(self) -> None:
        """Fast shutdown, then harder ones; returns when no process of the server is left."""
        (self.home.path / _STATE).unlink(missing_ok=True)
        for number, limit in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            pid = self.pid
            if pid is None:
                break
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            self._wait_gone(limit)
        servers.end_orphans(self.place.data)
        self._process = None

    @property
    def log(self) -> Path:
        return self.home.logs / "postgres.log"

    def _becomes_ready(self, stop: StopFlag) -> bool:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and self.pid is not None:
            if servers.ready(self.place.data, self.pid):
                return True
            stop.check()
            time.sleep(_POLL_SECONDS)
        return False

    def _wait_gone(self, limit: float) -> None:
        deadline = time.monotonic() + limit
        while self.pid is not None and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)

    def _log_end(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
