"""Generated rows: exactly those that a second, plain reading finds good are kept, and their sums are equal."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, note

from reference.models import Country
from tests.trade import factories, naive
from tests.trade.fuzz_rows import ANSWERS, BACI_FILES, EXTRACTS, Extract
from tests.trade.fuzzing import Count, Read, Reader, cases, reader
from tests.trade.processes import environment

pytestmark = [pytest.mark.fuzz, pytest.mark.django_db(transaction=True)]
PRODUCTS = frozenset(code[:size] for code in factories.HS6 for size in (2, 4, 6))
CODES = naive.Codes(partners=frozenset(("MA", "FR", "ES", "EH", "_X", "_X123")), products=PRODUCTS)
Record = Callable[[str, object], None]


@pytest.fixture
def child(transactional_db: None, private_home: Path, tmp_path: Path) -> Iterator[Reader]:
    factories.vocabulary()
    for code, numbers in {"MA": [504], "FR": [251], "ES": [724], "W": [0]}.items():
        Country.objects.filter(code=code).update(un_codes=numbers)
    with reader(environment(private_home), tmp_path) as made:
        yield made


def check(found: Read, expected: naive.Reading) -> None:
    found.check()
    assert found.refused == ""
    assert found.read == expected.rows
    assert found.rejected_lines == set(expected.bad), found.rejects
    assert found.sums == expected.sums


def test_rows_of_customs(child: Reader, tmp_path: Path, record_property: Record) -> None:
    count = Count(record_property)

    @given(EXTRACTS)
    @cases(0.25)
    def each(made: Extract) -> None:
        note(f"{made.style}\n{made.text}")
        found = child.read(made.written(tmp_path), "customs")
        count.add("rows")
        style = made.style
        check(found, naive.customs(made.text, CODES, delimiter=style.delimiter, decimal=style.decimal))

    each()
    count.close()


def test_records_of_comtrade(child: Reader, tmp_path: Path, record_property: Record) -> None:
    count = Count(record_property)
    path = tmp_path / "answer.json"

    @given(ANSWERS)
    @cases(0.08)
    def each(text: str) -> None:
        note(text)
        path.write_text(text)
        found = child.read(path, "comtrade-json")
        count.add("rows")
        check(found, naive.comtrade(text, PRODUCTS))

    each()
    count.close()


def test_rows_of_baci(child: Reader, tmp_path: Path, record_property: Record) -> None:
    count = Count(record_property)
    path = tmp_path / "BACI_HS22_Y2023_V202501.csv"

    @given(BACI_FILES)
    @cases(0.07)
    def each(text: str) -> None:
        note(text)
        path.write_text(text)
        found = child.read(path, "baci")
        count.add("rows")
        check(found, naive.baci(text, PRODUCTS))

    each()
    count.close()
