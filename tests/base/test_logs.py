"""What services say goes through LOGGING: one line a record, in UTC, without the variables of a traceback."""

import io
import logging
import re
from collections.abc import Iterator

import pytest
import structlog

from portal.base.logs import LineFormatter


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter())
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)


def test_a_service_and_a_library_write_the_same_kind_of_line(lines: io.StringIO) -> None:
    structlog.get_logger("tests.logs").info("run_started", run=3)
    logging.getLogger("tests.logs").warning("plain %s", 3)

    first, second = lines.getvalue().splitlines()
    assert re.fullmatch(r"timestamp=\S+Z level=info logger=tests\.logs event=run_started run=3", first)
    assert re.fullmatch(r'timestamp=\S+Z level=warning logger=tests\.logs event="plain 3"', second)


def test_a_traceback_stays_on_its_line_and_shows_no_values(lines: io.StringIO) -> None:
    ice = str(97 * 311_391_134)  # the source lines that a traceback quotes do not have it
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        structlog.get_logger("tests.logs").exception("run_broken_off")

    (line,) = lines.getvalue().splitlines()
    assert "level=error" in line
    assert "ZeroDivisionError" in line
    assert ice not in line
