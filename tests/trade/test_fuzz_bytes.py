"""Damaged files of every source: read or refused, and whatever is read is accounted for to the last line."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, note

from tests.trade import factories, naive
from tests.trade.fuzz_bytes import FILES, SEEDS, Case
from tests.trade.fuzzing import Count, Read, Reader, cases, reader
from tests.trade.processes import environment

pytestmark = [pytest.mark.fuzz, pytest.mark.django_db(transaction=True)]
# Formats of one row a line.
BY_LINES = ("customs", "baci", "comtrade-csv")
HEADER = naive.numbered(SEEDS[0].text.decode())[0][1]
Record = Callable[[str, object], None]


@pytest.fixture
def child(transactional_db: None, private_home: Path, tmp_path: Path) -> Iterator[Reader]:
    factories.vocabulary()
    with reader(environment(private_home), tmp_path) as made:
        yield made


def lines_of(case: Case) -> list[tuple[int, str]] | None:
    """The lines of the file as it lies there, the header first; None where it is no plain UTF-8 of lines."""
    if not case.seed.plain or case.seed.source not in BY_LINES or case.content[:2] in (b"\x1f\x8b", b"PK"):
        return None
    try:
        text = case.content.decode()
    except UnicodeDecodeError:
        return None
    return naive.numbered(text)


def check(case: Case, found: Read) -> None:
    found.check()
    lines = lines_of(case)
    if found.refused or lines is None or not lines or "\0" in case.content[:600].decode("latin-1"):
        return
    rows = [(number, line) for number, line in lines if number > 1]
    assert found.read == len(rows)
    assert found.rejected_lines <= {number for number, _line in rows}
    if lines[0] == (1, HEADER):
        accepted = [line for number, line in rows if number not in found.rejected_lines]
        sums: dict[str, list[int]] = {}
        for cells in naive.rows_of(HEADER, accepted):
            naive.added(sums, cells)
        assert found.sums == sums


def test_the_whole_files_are_read_whole(child: Reader, tmp_path: Path) -> None:
    for seed in SEEDS:
        found = child.read(Case(seed, seed.pack(seed.text), seed.text).written(tmp_path), seed.source)
        found.check()
        doubled = found.rejects if seed.name == "two.zip" else []
        assert (found.refused, found.rejects) == ("", doubled), seed.name
        assert found.accepted, seed.name


def test_a_damaged_file_is_refused_or_accounted_for_to_the_last_line(
    child: Reader, tmp_path: Path, record_property: Record
) -> None:
    count = Count(record_property)

    @given(FILES)
    @cases(0.57)
    def each(case: Case) -> None:
        note(f"{case.seed.name}: {case.content!r}")
        found = child.read(case.written(tmp_path), case.seed.source)
        count.add(f"refused {found.refused}" if found.refused else "read")
        check(case, found)

    each()
    count.close()
