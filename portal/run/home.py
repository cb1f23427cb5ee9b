"""The home folder of one running portal: its secrets, its lock, its logs."""

import base64
import errno
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.run.errors import RunError

STAFF_EMAIL = "staff@qafila.example"
_UNMISTAKABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # without 0 and o, 1, l and i: people type these


def _password() -> str:
    """Sixteen characters in four groups, about 79 bits."""
    return "-".join("".join(secrets.choice(_UNMISTAKABLE) for _ in range(4)) for _ in range(4))


_DRAW: dict[str, Callable[[], str]] = {
    "identifier": lambda: secrets.token_hex(16),
    "secret_key": lambda: secrets.token_urlsafe(50),
    "database_password": lambda: secrets.token_urlsafe(32),
    "superuser_password": lambda: secrets.token_urlsafe(32),
    "staff_email": lambda: STAFF_EMAIL,
    "staff_password": _password,
    "staff_totp": lambda: base64.b32encode(secrets.token_bytes(20)).decode(),
}


def write_private(path: Path, text: str) -> None:
    """Replaces a file in one step, readable by its owner only from the first byte."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    beside.replace(path)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Waits until no other process is in such a block over `folder`."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Home:
    """A folder that one supervisor at a time owns; made by `open_home`."""

    path: Path

    @property
    def secrets_file(self) -> Path:
        return self.path / "secrets.json"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def secret(self, name: str) -> str:
        """A secret of this home, drawn at its first use and kept since."""
        kept: dict[str, str] = json.loads(self.secrets_file.read_text()) if self.secrets_file.exists() else {}
        if name not in kept:
            kept[name] = _DRAW[name]()
            write_private(self.secrets_file, json.dumps(kept, indent=2) + "\n")
        return kept[name]

    def lock(self) -> "HomeLock | None":
        """The right to run processes in this home, or None while another process has it."""
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if error.errno in (errno.EAGAIN, errno.EACCES):
                return None
            raise
        return HomeLock(descriptor)

    def lock_note(self) -> str:
        """What the holder of the lock said about itself."""
        return (self.path / "lock").read_text().strip()


@dataclass(frozen=True)
class HomeLock:
    """Held until released or until the process ends, however it ends; no child inherits it."""

    descriptor: int

    def note(self, text: str) -> None:
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, text.encode(), 0)

    def release(self) -> None:
        os.close(self.descriptor)


def open_home(path: Path) -> Home:
    """Makes the folder where missing; PostgreSQL's account may pass through root's, nobody else list it."""
    if not path.exists():
        path.mkdir(parents=True)
        path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        (path / ".gitignore").write_text("*\n")  # whatever it is named, secrets are never committed
    if path.stat().st_uid != os.geteuid():
        raise RunError(
            f"{path} belongs to another account. "
            "Run Qafila as that account, or choose another folder with QAFILA_HOME."
        )
    home = Home(path.resolve())
    home.logs.mkdir(mode=0o700, exist_ok=True)
    return home
