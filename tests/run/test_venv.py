"""`.venv` follows the pinned requirements, and uv looks where pip looks."""

from pathlib import Path

import pytest

from portal.run import commands, venv
from portal.run.commands import StopFlag
from portal.run.errors import RunError
from portal.run.indexes import parse, uv_environment
from portal.run.venv import Venv

LISTED = """\
global.cert='/etc/ssl/ca.pem'
global.extra-index-url='file:///one/simple\\nfile:///two/simple'
global.index-url='https://site.example/simple'
install.index-url='https://install.example/simple'
freeze.timeout='10'
:env:.find-links='/wheels /more'
"""


def test_pips_sources_are_told_to_uv() -> None:
    assert uv_environment(parse(LISTED), {}) == {
        "SSL_CERT_FILE": "/etc/ssl/ca.pem",
        "UV_INDEX": "file:///one/simple file:///two/simple",
        "UV_DEFAULT_INDEX": "https://install.example/simple",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_what_is_set_for_uv_stays() -> None:
    told = uv_environment(parse(LISTED), {"UV_INDEX": "mine", "UV_INDEX_STRATEGY": "first-index"})
    assert "UV_INDEX" not in told
    assert told["UV_INDEX_STRATEGY"] == "first-index"


@pytest.fixture
def made(tmp_path: Path) -> Venv:
    """A checkout whose `.venv` holds both sets."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text(f"# {name}\n")
    packages = Venv(tmp_path)
    packages.bin.mkdir(parents=True)
    packages.python.symlink_to("/bin/true")
    for path in packages.requirements(dev=True):
        packages.stamp(path).write_text(venv._digest(path))
    return packages


def test_nothing_is_installed_while_the_stamps_fit(made: Venv, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "run", lambda *_, **__: pytest.fail("an install was tried"))
    venv.ensure(made, dev=True, stop=StopFlag())


def test_a_changed_file_is_installed_again_and_only_that_one(
    made: Venv, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(venv, "_install", lambda _venv, path, _stop: installed.append(path.name))
    (made.checkout / "requirements-dev.txt").write_text("# another\n")
    assert [path.name for path in made.outdated(dev=False)] == []
    venv.ensure(made, dev=True, stop=StopFlag())
    assert installed == ["requirements-dev.txt"]
    assert made.outdated(dev=True) == []


def test_a_failing_uv_gives_way_to_pip_with_hashes(made: Venv, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[list[str]] = []

    def run(command: list[str | Path], **_: object) -> None:
        tried.append([str(part) for part in command])
        if command[0] == made.bin / "uv":
            raise RunError("uv failed")

    monkeypatch.setattr(commands, "run", run)
    monkeypatch.setattr(venv, "ensure_uv", lambda *_: None)
    monkeypatch.setattr(venv, "uv_environment", lambda _venv: {})
    venv._install(made, made.checkout / "requirements.txt", StopFlag())
    assert [("pip" in command, "--require-hashes" in command) for command in tried] == [(True, True)] * 2
    assert tried[1][0] != str(made.bin / "uv")
