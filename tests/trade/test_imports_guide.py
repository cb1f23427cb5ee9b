"""`docs/imports.md` is followed to the letter: its module, its line of the datasets, its sample and its test."""

import csv
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.trade import factories
from tests.trade.importing import codes, facts, imported, written
from trade.models import Dataset
from trade.services import datasets
from trade.sources import SOURCES

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "imports.md"
NAME = "trade.sources.annuaire"

pytestmark = pytest.mark.django_db


def section() -> str:
    return GUIDE.read_text(encoding="utf-8").split("## How to write a new source", 1)[1].split("\n## ", 1)[0]


def blocks(kind: str) -> list[str]:
    """The code blocks of that kind in the section on writing a source."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", section(), re.MULTILINE | re.DOTALL)


def module(path: Path, text: str, name: str) -> ModuleType:
    """The text as a file of that name, imported."""
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def annuaire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The steps taken: the module is in the list, the dataset in the table. Yields the sample's path."""
    source, _test = blocks("python")
    (line,), (sample,) = blocks("text"), blocks("csv")
    made = module(tmp_path / "annuaire.py", source, NAME)
    assert "`annuaire.SOURCE`" in section()
    monkeypatch.setitem(SOURCES, "annuaire", made.SOURCE)
    table = tmp_path / "datasets.csv"
    table.write_text(datasets.PATH.read_text(encoding="utf-8") + line, encoding="utf-8")
    monkeypatch.setattr(datasets, "PATH", table)
    factories.vocabulary()
    yield written(tmp_path, sample, "annuaire.csv")
    sys.modules.pop(NAME, None)


def test_the_source_of_the_guide_imports_its_sample(annuaire: Path) -> None:
    run = imported("annuaire", annuaire)

    assert (run.state, run.rows_read, run.rows_rejected, run.rows_repaired) == ("published", 2, 0, 1), (
        run.reason
    )
    read = {(row["flow"], row["partner"], row["product"]): row["value"] for row in facts(run.release)}
    assert read == {("X", "FR", "080270"): 1_500_500_000, ("M", "ES", "310310"): 12_250_000}
    assert Dataset.objects.get(code="annuaire").name_ar == "حولية التجارة"


def test_the_test_of_the_guide_passes_and_can_fail(annuaire: Path, tmp_path: Path) -> None:
    test = module(tmp_path / "test_annuaire.py", blocks("python")[1], "test_annuaire")
    test.test_its_sums_are_the_files_own(annuaire)

    bad = annuaire.read_text(encoding="utf-8") + "2023;export;QQ;080270;7\n"
    with pytest.raises(AssertionError):
        test.test_its_sums_are_the_files_own(written(tmp_path, bad, "bad.csv"))


@pytest.mark.usefixtures("annuaire")
def test_its_rules_tell_bad_rows(tmp_path: Path) -> None:
    header = blocks("csv")[0].splitlines()[0] + "\n"
    good = "".join(f"{2001 + number};export;FR;080270;1\n" for number in range(20))
    bad = "2023;vente;FR;080270;1\n2023;export;FR;080270;1.500\n"
    run = imported("annuaire", written(tmp_path, header + good + bad, "a.csv"))

    assert codes(run) == [(22, "sens", "flow"), (23, "milliers_mad", "number")]


def test_its_line_of_the_datasets_has_the_columns_of_the_table() -> None:
    (line,) = blocks("text")
    with datasets.PATH.open(encoding="utf-8", newline="") as stream:
        header = next(csv.reader(stream))
    assert len(next(csv.reader([line]))) == len(header)


def test_the_guide_names_what_is_there() -> None:
    root = GUIDE.parent.parent
    named = set(re.findall(r"`((?:trade|tests|docs)/[a-z_/]+\.(?:py|csv))`", section()))
    made = {"trade/sources/annuaire.py", "tests/trade/test_annuaire.py"}
    assert {name for name in named - made if not (root / name).exists()} == set()
    assert len(named) > 4
