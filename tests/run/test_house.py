"""The supervisor runs before `.venv` exists."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.run.commands import CHECKOUT

MODULES = sorted((CHECKOUT / "portal" / "run").glob("*.py"))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_imports_only_the_standard_library_and_itself(path: Path) -> None:
    foreign = [
        name
        for name in _imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith("portal.run.")
    ]
    assert foreign == []


def test_starts_without_any_installed_package() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-m", "portal.run", "--help"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "serve" in done.stdout


def test_uv_is_pinned_with_hashes_and_without_an_address() -> None:
    pin = (CHECKOUT / "portal" / "run" / "uv.txt").read_text()
    assert pin.startswith("uv==")
    assert "--hash=sha256:" in pin
    assert "://" not in pin
