"""`docs/imports.md` is followed to the letter: its source is made of its own text and imports its own sample."""

import re
import types
from pathlib import Path

import pytest

from tests.trade import factories
from tests.trade.importing import codes, facts, imported, written
from trade.models import Dataset
from trade.sources import SOURCES

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "imports.md"

pytestmark = pytest.mark.django_db


def block(kind: str) -> str:
    """The code block of that kind in the section on writing a source."""
    section = GUIDE.read_text(encoding="utf-8").split("## How to write a new source", 1)[1]
    found = re.search(rf"^```{kind}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def annuaire(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.vocabulary()
    module = types.ModuleType("annuaire")
    exec(compile(block("python"), str(GUIDE), "exec"), module.__dict__)
    monkeypatch.setitem(SOURCES, "annuaire", module.SOURCE)
    Dataset.objects.create(
        code="annuaire", source_code="annuaire", currency="MAD", valuation="fob-cif", has_companies=False,
        exports_hold_reexports=False,
    )  # fmt: skip


@pytest.mark.usefixtures("annuaire")
def test_the_source_of_the_guide_imports_its_sample(tmp_path: Path) -> None:
    run = imported("annuaire", written(tmp_path, block("csv"), "annuaire.csv"))

    assert (run.state, run.rows_read, run.rows_rejected, run.rows_repaired) == ("published", 2, 0, 1), (
        run.reason
    )
    read = {(row["flow"], row["partner"], row["product"]): row["value"] for row in facts(run.release)}
    assert read == {("X", "FR", "080270"): 1_500_500_000, ("M", "ES", "310310"): 12_250_000}


@pytest.mark.usefixtures("annuaire")
def test_its_rules_tell_bad_rows(tmp_path: Path) -> None:
    good = "".join(f"{2001 + number};export;FR;080270;1\n" for number in range(20))
    bad = "2023;vente;FR;080270;1\n2023;export;FR;080270;1.500\n"
    run = imported("annuaire", written(tmp_path, block("csv").splitlines()[0] + "\n" + good + bad, "a.csv"))

    assert codes(run) == [(22, "sens", "flow"), (23, "milliers_mad", "number")]
