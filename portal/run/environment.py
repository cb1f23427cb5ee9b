"""The environment that every command and process gets."""

import os
from collections.abc import Mapping
from pathlib import Path

from portal.run.commands import CHECKOUT
from portal.run.errors import RunError
from portal.run.home import Home
from portal.run.venv import Venv


def read_dotenv(path: Path) -> dict[str, str]:
    """`NAME=value` lines; comments, `export` and quotes around a value are understood, nothing else."""
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], start=1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        name, separator, value = text.partition("=")
        if not separator or not name.strip().isidentifier():
            raise RunError(f"{path}, line {number}: expected NAME=value, found {line!r}.")
        found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def own_settings() -> dict[str, str]:
    """The person's settings: `.env` of the checkout, over which the environment wins."""
    return {**read_dotenv(CHECKOUT / ".env"), **os.environ}


def home_path(settings: Mapping[str, str]) -> Path:
    """QAFILA_HOME, relative to the checkout, default `.qafila` in it."""
    return CHECKOUT / (settings.get("QAFILA_HOME") or ".qafila")


def port(settings: Mapping[str, str]) -> int:
    text = settings.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise RunError(f"PORT is {text!r}; it must be a number from 1 to 65535, such as PORT=8000.")
    return int(text)


def host(settings: Mapping[str, str]) -> str:
    return settings.get("HOST") or "127.0.0.1"


def child_environment(
    settings: Mapping[str, str], venv: Venv, home: Home, database: str | None
) -> dict[str, str]:
    """What the venv's programs get: the person's settings, this home, its database and its secret key."""
    env = {
        **settings,
        "PATH": f"{venv.bin}{os.pathsep}{settings.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": str(venv.folder),
        "PYTHONTZPATH": "",  # the pinned tzdata, never the system's older copy
        "PYTHONUNBUFFERED": "1",
        "QAFILA_HOME": str(home.path),
        "SECRET_KEY": settings.get("SECRET_KEY") or home.secret("secret_key"),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORT": str(port(settings)),
        "HOST": host(settings),
    }
    if database:
        env["DATABASE_URL"] = database
    return env
