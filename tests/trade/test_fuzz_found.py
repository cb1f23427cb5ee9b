"""Files that fuzzing found: each had ended a run as a fault of ours."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.trade import factories
from tests.trade.fuzz_bytes import SEEDS
from tests.trade.importing import codes, imported, written

pytestmark = pytest.mark.django_db
WHOLE = {seed.name: seed for seed in SEEDS}
DAMAGED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    # Bytes are missing before the list of members, by which the first member lies before the beginning.
    "packed.zip": (lambda text: text[:4] + text[54:], "archive_cut_off"),
    "generic.xml": (lambda text: text.replace(b'"UTF-8"', b'"UTF-0"', 1), "xml_broken"),
    "structured.xml": (lambda text: text.replace(b'"UTF-8"', b'"GB2312"', 1), "xml_broken"),
    "sheet.xlsx": (lambda text: text.replace(b'"UTF-8"', b'"UTFU8"', 1), "xlsx_broken"),
}


@pytest.fixture(autouse=True)
def vocabulary() -> None:
    factories.vocabulary()


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused(name: str, tmp_path: Path) -> None:
    seed, (damage, code) = WHOLE[name], DAMAGED[name]
    content = seed.pack(damage(seed.text)) if name == "sheet.xlsx" else damage(seed.pack(seed.text))
    assert content not in (seed.text, seed.pack(seed.text))

    run = imported(seed.source, written(tmp_path, content, name), publish=False)

    assert (run.state, run.reason["code"]) == ("refused", code)


@pytest.mark.parametrize("name", ["csv-1.0.csv", "csv-2.0.csv"])
def test_a_message_whose_lines_end_in_carriage_returns_is_read(name: str, tmp_path: Path) -> None:
    lines = WHOLE[name].text.splitlines()

    run = imported("sdmx", written(tmp_path, b"\r".join([*lines, b""]), name), publish=False)

    assert (run.state, codes(run), run.rows_accepted) == ("staged", [], len(lines) - 1)
