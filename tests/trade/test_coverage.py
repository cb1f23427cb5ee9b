"""A new release is the last published one with the covered slices replaced, whatever comes in whatever order."""

import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.trade import factories
from tests.trade.importing import customs_file, customs_row, facts, imported
from trade.models import Dataset
from trade.services import release_withdraw

MONTHS = ("2024-01", "2024-02", "2024-03")
Slices = dict[tuple[str, str], dict[str, int]]
# A month's file: its flows, and for each the offices with a value.
MONTH_FILE = st.tuples(
    st.sampled_from(MONTHS),
    st.dictionaries(
        st.sampled_from(("X", "M", "RX")),
        st.dictionaries(st.sampled_from(("301", "302", "303")), st.integers(0, 10**6), min_size=1),
        min_size=1,
    ),
)
STEPS = st.lists(st.one_of(MONTH_FILE, st.just("withdraw")), min_size=1, max_size=7)


class CoverageTest(TestCase):
    @pytest.fixture(autouse=True)
    def home(self, private_home: Path) -> None:
        """Every example's files go into the test's own folder."""

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def test_any_sequence_of_months_and_withdrawals_equals_the_naive_model(self, steps: list[object]) -> None:
        factories.vocabulary()
        factories.customs()
        # What readers saw, the newest last; the naive model of a release is a dictionary of slices.
        history: list[Slices] = [{}]
        numbers: list[int] = []
        for step in steps:
            if step == "withdraw":
                if numbers:
                    release_withdraw(numbers.pop(), acting_user=None)
                    history.pop()
            else:
                month, flows = step  # type: ignore[misc]
                slices = {(month, flow): offices for flow, offices in flows.items()}
                number = self.handed_in(month, flows)
                if number is not None:
                    numbers.append(number)
                    history.append({**history[-1], **slices})
            assert self.read() == history[-1]

    def handed_in(self, month: str, flows: dict[str, dict[str, int]]) -> int | None:
        rows = [
            customs_row(period=month, flow=flow, office=office, value_mad=value)
            for flow, offices in flows.items()
            for office, value in offices.items()
        ]
        with tempfile.TemporaryDirectory() as folder:
            run = imported("customs", customs_file(Path(folder), rows))
        assert run.state in ("published", "unchanged")
        return run.release.number if run.state == "published" else None

    def read(self) -> Slices:
        published = Dataset.objects.get(code="ma-customs").published
        found: Slices = defaultdict(dict)
        for row in facts(published) if published else []:
            assert row["customs_office"] not in found[row["period"], row["flow"]]
            found[row["period"], row["flow"]][row["customs_office"]] = row["value"] // 1000
        return dict(found)
