"""Damaged files handed in as runs: each ends refused or staged, and readers see what they saw before."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.extra.django import TestCase

from tests.trade import factories
from tests.trade.fuzz_bytes import FILES, Case
from tests.trade.fuzzing import Count, cases
from tests.trade.importing import comtrade_file, comtrade_record, customs_file, good_rows, imported
from trade.cube import Query, answer
from trade.models import Dataset, Release
from trade.sources.reasons import FILE_REASONS

ENDS = {"refused", "staged", "unchanged"}


@pytest.mark.fuzz
class RunsTest(TestCase):
    @pytest.fixture(autouse=True)
    def home(
        self, private_home: Path, tmp_path: Path, record_property: Callable[[str, object], None]
    ) -> None:
        self.folder, self.count = tmp_path, Count(record_property)

    def setUp(self) -> None:
        factories.vocabulary()

    def published(self) -> dict[str, object]:
        """What readers of every dataset see: the release, and of open data its figures."""
        pointers = dict(Dataset.objects.exclude(published=None).values_list("code", "published__number"))
        states = dict(Release.objects.exclude(state="staged").values_list("number", "state"))
        asked = {
            "dataset": "comtrade",
            "measures": "value",
            "by": "partner",
            "reporter": "_X504",
            "level": "6",
        }
        return {"pointers": pointers, "states": states, "rows": answer(Query.parse(asked)).rows}

    def test_a_damaged_file_publishes_nothing(self) -> None:
        @given(FILES)
        @cases(0.03)
        def each(case: Case) -> None:
            self.hand_in(case)

        imported("customs", customs_file(self.folder, good_rows(5, period="2024-01")))
        imported("comtrade-json", comtrade_file(self.folder, [comtrade_record()]))
        before = self.published()
        assert len(before["rows"]) == 1  # type: ignore[arg-type]
        each()
        assert self.published() == before
        self.count.close()

    def hand_in(self, case: Case) -> None:
        before = self.published()
        run = imported(case.seed.source, case.written(self.folder), publish=False)
        self.count.add(f"run {run.state}")
        assert run.state in ENDS, run.reason
        assert run.state != "refused" or run.reason["code"] in FILE_REASONS, run.reason
        assert self.published() == before
