"""What has to be done before the portal starts, skipped while nothing that it depends on has changed."""

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.run import commands
from portal.run.commands import CHECKOUT, StopFlag
from portal.run.home import Home, write_private
from portal.run.terminal import timed


@dataclass(frozen=True)
class Step:
    """A management command and the files that it depends on; `{app}` in a pattern stands for each app's folder."""

    command: tuple[str, ...]
    doing: str
    sources: tuple[str, ...]
    always: bool = False
    secrets: tuple[str, ...] = ()  # of the home, which it depends on as well

    @property
    def name(self) -> str:
        return self.command[0]


_INSTALLED = ("requirements.txt", "portal/settings.py")

CATALOGUES = Step(
    ("compile_catalogues",), "Compiling the catalogues", ("locale/**/*.po", "{app}/locale/**/*.po")
)
STATIC = Step(
    ("collectstatic", "--noinput", "--verbosity=0"),
    "Collecting styles and scripts",
    (*_INSTALLED, "static/**/*", "{app}/static/**/*"),
)
STAFF = Step(
    ("staff_create",),
    "Making the staff sign-in",
    ("portal/accounts/**/*.py",),
    secrets=("staff_email", "staff_password", "staff_totp"),
)


def database_steps(*, own_server: bool) -> list[Step]:
    """Always done on a server that others may have changed meanwhile."""
    return [
        Step(
            ("migrate", "--noinput", "--verbosity=0"),
            "Preparing the database",
            (*_INSTALLED, "{app}/migrations/*.py", "{app}/apps.py"),
            always=not own_server,
        ),
        Step(
            ("load_reference",),
            "Loading regions, countries and products",
            (
                "requirements.txt",
                "reference/**/*.py",
                "reference/**/*.csv",
                "reference/**/*.toml",
                "reference/**/*.json",
            ),
            always=not own_server,
        ),
        Step(
            ("load_datasets",),
            "Loading the datasets' properties",
            ("trade/data/*.csv", "trade/services/**/*.py"),
            always=not own_server,
        ),
    ]


class Stamps:
    """What was done in this home, and from which files."""

    def __init__(self, home: Home) -> None:
        self._path = home.path / "steps.json"
        self._done: dict[str, str] = json.loads(self._path.read_text()) if self._path.exists() else {}

    def forget(self) -> None:
        """After a new cluster: an empty database has seen no step."""
        self._done = {}
        self._path.unlink(missing_ok=True)

    def has(self, name: str, digest: str) -> bool:
        return self._done.get(name) == digest

    def set(self, name: str, digest: str) -> None:
        self._done[name] = digest
        write_private(self._path, json.dumps(self._done, indent=2) + "\n")


def run_steps(
    steps: Sequence[Step], stamps: Stamps, *, home: Home, python: Path, env: Mapping[str, str], stop: StopFlag
) -> None:
    """Runs the steps that are due, one after the other; raises RunError at the first that fails."""
    for step in steps:
        digest = source_digest(CHECKOUT, step.sources, [home.secret(name) for name in step.secrets])
        if not step.always and stamps.has(step.name, digest):
            continue
        with timed(step.doing):
            command: list[str | Path] = [python, "manage.py", *step.command]
            commands.run(command, env=env, stop=stop, log=home.logs / "start.log", doing=step.doing)
        stamps.set(step.name, digest)


def source_digest(root: Path, patterns: Sequence[str], extra: Sequence[str] = ()) -> str:
    """One digest of the names and contents of the files that match, and of the extra texts."""
    digest = hashlib.sha256()
    for path in sorted(set(_files(root, patterns))):
        digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    for text in extra:
        digest.update(f"\0{text}".encode())
    return digest.hexdigest()


def _files(root: Path, patterns: Sequence[str]) -> Iterator[Path]:
    apps = [
        path.parent.relative_to(root)
        for glob in ("*/apps.py", "portal/*/apps.py")
        for path in root.glob(glob)
    ]
    for pattern in patterns:
        spelled = [pattern.format(app=app) for app in apps] if "{app}" in pattern else [pattern]
        for path in itertools.chain.from_iterable(root.glob(one) for one in spelled):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path
