"""What the home folder keeps, and for whom."""

import json
import os
import re
from pathlib import Path

import pytest

from portal.run import postgres, totp
from portal.run.errors import RunError
from portal.run.home import open_home
from tests.run.conftest import needs_root


def test_secrets_are_drawn_once_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    drawn = {name: home.secret(name) for name in ("secret_key", "staff_password", "staff_totp", "identifier")}
    assert home.secrets_file.stat().st_mode & 0o777 == 0o600
    assert home.logs.stat().st_mode & 0o777 == 0o700
    again = open_home(tmp_path / "home")
    assert {name: again.secret(name) for name in drawn} == drawn


def test_two_homes_share_no_secret(tmp_path: Path) -> None:
    first, second = open_home(tmp_path / "first"), open_home(tmp_path / "second")
    for name in ("secret_key", "staff_password", "staff_totp", "database_password", "identifier"):
        assert first.secret(name) != second.secret(name)


def test_no_secret_is_drawn_that_nobody_asked_for(tmp_path: Path) -> None:
    """The staff sign-in is not made where the database is not this home's own."""
    home = open_home(tmp_path / "home")
    home.secret("secret_key")
    assert list(json.loads(home.secrets_file.read_text())) == ["secret_key"]


def test_the_staff_password_can_be_typed_from_the_screen(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    assert re.fullmatch(
        r"([abcdefghjkmnp-z2-9]{4}-){3}[abcdefghjkmnp-z2-9]{4}", home.secret("staff_password")
    )
    assert re.fullmatch(r"[A-Z2-7]{32}", home.secret("staff_totp"))


def test_settings_find_the_secret_key(tmp_path: Path) -> None:
    assert postgres.secret_key(tmp_path / "home") == ""
    home = open_home(tmp_path / "home")
    assert postgres.secret_key(home.path) == ""
    assert home.secret("secret_key") == postgres.secret_key(home.path)


def test_one_supervisor_a_home(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    lock = home.lock()
    assert lock is not None
    lock.note("process 1, http://127.0.0.1:8000/")
    assert home.lock() is None
    assert home.lock_note() == "process 1, http://127.0.0.1:8000/"
    lock.release()
    second = home.lock()
    assert second is not None
    second.release()


@needs_root
def test_a_home_of_another_account_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    os.chown(tmp_path / "home", 65534, 65534)
    with pytest.raises(RunError, match="belongs to another account"):
        open_home(tmp_path / "home")


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o750)
    open_home(tmp_path / "home")
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize(
    ("at", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_six_digits_as_in_rfc_6238(at: int, code: str) -> None:
    assert totp.code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", at) == code
