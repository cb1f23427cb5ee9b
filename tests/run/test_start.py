"""What is done before the portal starts, and with which settings."""

import os
import re
import socket
from pathlib import Path

import pytest

from portal.run import environment, steps
from portal.run.address import Address, banner
from portal.run.commands import CHECKOUT, StopFlag, run
from portal.run.errors import RunError, Stopped
from portal.run.home import Home, open_home
from portal.run.steps import Stamps, Step, source_digest
from portal.run.venv import Venv


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "home")


@pytest.fixture
def counter(tmp_path: Path) -> Path:
    """Stands in for Python: it notes each management command that it is called with."""
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nshift\necho "$@" >> {tmp_path}/calls\n[ "$1" != broken ]\n')
    program.chmod(0o700)
    return program


def _run(home: Home, counter: Path, *given: Step) -> list[str]:
    calls = counter.parent / "calls"
    calls.write_text("")
    steps.run_steps(given, Stamps(home), home=home, python=counter, env={"PATH": os.defpath}, stop=StopFlag())
    return calls.read_text().split()


def test_a_step_is_skipped_until_its_files_change(
    home: Home, counter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "CHECKOUT", counter.parent)
    source = counter.parent / "names.csv"
    source.write_text("one")
    step = Step(("load",), "Loading", ("*.csv",))
    assert _run(home, counter, step) == ["load"]
    assert _run(home, counter, step) == []
    source.write_text("two")
    assert _run(home, counter, step) == ["load"]


def test_a_step_on_somebody_elses_server_is_always_done(home: Home, counter: Path) -> None:
    assert all(step.always for step in steps.database_steps(own_server=False))
    step = Step(("load",), "Loading", ("Makefile",), always=True)
    assert _run(home, counter, step) == _run(home, counter, step) == ["load"]


def test_a_new_cluster_has_seen_no_step(home: Home, counter: Path) -> None:
    step = Step(("load",), "Loading", ("Makefile",))
    assert _run(home, counter, step) == ["load"]
    Stamps(home).forget()
    assert _run(home, counter, step) == ["load"]


def test_a_failing_step_says_so_and_is_tried_again(home: Home, counter: Path) -> None:
    step = Step(("broken",), "Breaking", ("Makefile",))
    for _ in range(2):
        with pytest.raises(RunError, match=r"Breaking failed \(exit 1\)"):
            _run(home, counter, step)


def test_a_new_staff_password_makes_the_sign_in_again(home: Home, counter: Path) -> None:
    step = Step(("staff",), "Making", (), secrets=("staff_password",))
    assert _run(home, counter, step) == ["staff"]
    home.secrets_file.unlink()
    assert _run(home, counter, step) == ["staff"]


def test_a_pattern_reaches_every_app_and_no_other_folder(tmp_path: Path) -> None:
    for folder in ("trade", "portal/base", ".qafila"):
        (tmp_path / folder / "static").mkdir(parents=True)
        (tmp_path / folder / "static" / "page.css").write_text(folder)
    for app in ("trade", "portal/base"):
        (tmp_path / app / "apps.py").write_text("")
    found = sorted(str(path.relative_to(tmp_path)) for path in steps._files(tmp_path, ["{app}/static/**/*"]))
    assert found == ["portal/base/static/page.css", "trade/static/page.css"]


def test_every_step_depends_on_files_that_exist() -> None:
    for step in (steps.STATIC, steps.STAFF, *steps.database_steps(own_server=True)):
        nothing = source_digest(CHECKOUT, ())
        for pattern in step.sources[:1]:
            assert source_digest(CHECKOUT, [pattern]) != nothing, f"{step.name}: {pattern}"


def test_a_stopped_command_leaves_no_process(tmp_path: Path) -> None:
    stop = StopFlag(count=1)
    with pytest.raises(Stopped):
        run(["/bin/sh", "-c", "sleep 60"], env=os.environ, stop=stop, log=tmp_path / "log")


def test_a_failing_command_shows_the_end_of_its_own_output(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("from an earlier start\n")
    with pytest.raises(RunError, match="no such thing") as raised:
        run(["/bin/sh", "-c", "echo no such thing; exit 7"], env=os.environ, stop=StopFlag(), log=log)
    assert "exit 7" in str(raised.value)
    assert "earlier" not in str(raised.value)


def test_a_taken_port_is_refused_with_another_to_choose() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RunError, match=f"Port {port} .* PORT={port + 1}"):
            Address("127.0.0.1", port).refuse_if_taken()
    Address("127.0.0.1", port).refuse_if_taken()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:81"),
        ("0.0.0.0", "http://127.0.0.1:81"),
        ("::", "http://[::1]:81"),
        ("qafila.example", "http://qafila.example:81"),
    ],
)
def test_the_address_can_be_opened_on_this_machine(host: str, url: str) -> None:
    assert Address(host, 81).url == url


def test_the_banner_shows_the_sign_in_only_where_it_was_made(home: Home) -> None:
    address = Address("127.0.0.1", 8000)
    shown = banner(address, home)
    for language in ("fr", "ar", "en"):
        assert f"http://127.0.0.1:8000/{language}/" in shown
    for name in ("staff_email", "staff_password", "staff_totp"):
        assert home.secret(name) in shown
    assert "Password" not in banner(address, None)


@pytest.mark.parametrize("text", ["0", "65536", "http", "-1", "8000.0"])
def test_a_wrong_port_is_told(text: str) -> None:
    with pytest.raises(RunError, match="PORT"):
        environment.port({"PORT": text})


def test_dotenv_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text('# a comment\n\nexport PORT=8001\nHOST="::"\nSITE_URL=a=b\n')
    monkeypatch.setattr(environment, "CHECKOUT", tmp_path)
    monkeypatch.setenv("PORT", "8002")
    for name in ("HOST", "SITE_URL"):
        monkeypatch.delenv(name, raising=False)
    settings = environment.own_settings()
    assert (settings["PORT"], settings["HOST"], settings["SITE_URL"]) == ("8002", "::", "a=b")


def test_a_broken_dotenv_line_is_told_with_its_number(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=1\nnonsense\n")
    with pytest.raises(RunError, match="line 2"):
        environment.read_dotenv(tmp_path / ".env")


def test_children_get_this_home_and_the_pinned_clock(home: Home) -> None:
    env = environment.child_environment({"PATH": "/bin", "PORT": "8003"}, Venv(), home, "postgresql://x")
    assert env["PYTHONTZPATH"] == ""
    assert env["QAFILA_HOME"] == str(home.path)
    assert env["DATABASE_URL"] == "postgresql://x"
    assert env["SECRET_KEY"] == home.secret("secret_key")
    assert env["PATH"].startswith(str(Venv().bin))
    assert env["PORT"] == "8003"


def test_the_example_names_every_variable_of_the_settings() -> None:
    source = "".join(path.read_text() for path in CHECKOUT.glob("portal/settings*.py"))
    example = (CHECKOUT / ".env.example").read_text()
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', source)) | {"PORT", "HOST", "QAFILA_DEMO"}
    assert {name for name in read if f"#{name}=" not in example} == set()
