"""The processes' output in files, and its errors in the terminal."""

from pathlib import Path

import pytest

from portal.run.logs import Log, is_trouble, rotate


def test_lines_carry_the_name_of_their_process_and_errors_reach_the_terminal(tmp_path: Path) -> None:
    log = Log(tmp_path / "web.log", "web")
    assert log.write(b"one\ntw") == []
    assert log.write(b"o\n2026 ERROR broken\n") == ["web | 2026 ERROR broken"]
    assert (tmp_path / "web.log").read_text() == "web | one\nweb | two\nweb | 2026 ERROR broken\n"
    assert log.end(1) == "web | 2026 ERROR broken"


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        (b"Traceback (most recent call last):", True),
        (b"[2026-11-23 10:00:00,000: CRITICAL/MainProcess] gone", True),
        (b'{"level": "error", "event": "x"}', True),
        (b'timestamp=2026-11-23 level=critical logger=celery.worker event="gone"', True),
        (b'level=error logger=django.request event="Service Unavailable: /healthz"', False),
        (b"GET /fr/error/ 200", False),
        (b"timestamp=2026-11-23 level=info event=error", False),
        (b"[INFO] Listening", False),
    ],
)
def test_what_counts_as_trouble(line: bytes, trouble: bool) -> None:
    assert is_trouble(line) is trouble


def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    log = Log(tmp_path / "web.log", "web")
    log.write(b"x" * 70_000)
    assert not log.unfinished


def test_the_terminal_gets_the_beginning_of_a_long_line(tmp_path: Path) -> None:
    log = Log(tmp_path / "web.log", "web")
    (shown,) = log.write(b"ERROR " + b"x" * 1_000 + b"\n")
    assert len(shown) < 310
    assert "x" * 1_000 in log.path.read_text()


def test_a_large_file_is_put_aside_and_the_oldest_goes(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    path = folder / "web.log"
    for number in range(6):
        path.write_text(f"{number}" * 20)
        rotate(path, max_bytes=10)
    assert sorted(file.name for file in folder.iterdir()) == ["web.log.1", "web.log.2", "web.log.3"]
    assert path.with_name("web.log.1").read_text()[0] == "5"
