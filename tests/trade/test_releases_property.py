"""Whatever comes in whatever order, every release that can be addressed answers what a dictionary of slices says."""

import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.trade import factories
from tests.trade.importing import comtrade_file, comtrade_record, customs_file, customs_row, imported
from trade import cube, services
from trade.cube import Query, catalogue
from trade.imports import parts
from trade.models import Release, Run
from trade.services import release_publish, release_withdraw

FLOWS = ("X", "M")
OFFICES = ("301", "302", "303", "304")
# What a row's key is besides its slice, and its value; a bad row is corrected to that value afterwards.
Rows = dict[str, int]
Slices = dict[tuple[str, str], Rows]
VALUES = st.integers(1, 10**6)
# Of each flow: the good rows and the bad ones of some of the keys.
FLOW = st.dictionaries(st.sampled_from(OFFICES), st.tuples(VALUES, st.booleans()), min_size=1)


def file_of(periods: tuple[str, ...]) -> st.SearchStrategy[tuple[str, Any, bool]]:
    """A period that may come again, late or revised; some of its flows; whether it is published at once."""
    flows = st.dictionaries(st.sampled_from(FLOWS), FLOW, min_size=1)
    return st.tuples(st.sampled_from(periods), flows, st.booleans())


def steps_of(*periods: str) -> st.SearchStrategy[list[Any]]:
    others = st.sampled_from(("publish", "withdraw", "correct", "republish"))
    return st.lists(st.one_of(file_of(periods), file_of(periods), others), min_size=3, max_size=8)


@dataclass
class Model:
    """What releases hold by number, which one is shown, and what each was built on."""

    held: dict[int, Slices] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)
    built_on: dict[int, int | None] = field(default_factory=dict)
    shown: int | None = None

    def published(self, number: int) -> None:
        if self.shown is not None:
            self.states[self.shown] = "replaced"
        self.shown, self.states[number] = number, "published"

    def made(self, number: int, slices: Slices, *, publish: bool) -> None:
        before = self.held[self.shown] if self.shown is not None else {}
        self.held[number], self.states[number] = {**before, **slices}, "staged"
        self.built_on[number] = self.shown
        if publish:
            self.published(number)

    def withdrawn(self) -> None:
        assert self.shown is not None
        self.states[self.shown] = "withdrawn"
        number = self.built_on[self.shown]
        while number is not None and self.states[number] != "replaced":
            number = self.built_on[number]
        self.shown = number
        if number is not None:
            self.states[number] = "published"

    def addressable(self) -> dict[int, Slices]:
        return {
            number: self.held[number]
            for number, state in self.states.items()
            if state in ("published", "replaced")
        }


class Replay:
    """Does the steps for real and in the model, and compares after each."""

    dataset = ""

    def __init__(self) -> None:
        factories.vocabulary()
        services.datasets_load()
        self.model = Model()
        # The last run with bad rows, and what these should have been.
        self.faulty: tuple[Run, str, Slices] | None = None

    def replay(self, steps: list[Any]) -> None:
        for step in steps:
            getattr(self, step)() if isinstance(step, str) else self.file(*step)
            states = dict(Release.objects.values_list("number", "state"))
            assert states == self.model.states, step
            addressable = sorted(catalogue.public_releases().values_list("number", flat=True))
            assert addressable == sorted(self.model.addressable())
            for number, slices in self.model.addressable().items():
                assert self.read(Release.objects.get(number=number)) == slices, (step, number)

    def file(self, period: str, flows: dict[str, dict[str, tuple[int, bool]]], publish: bool) -> None:
        good, bad = defaultdict(dict), defaultdict(dict)  # type: ignore[var-annotated]
        for flow, rows in flows.items():
            for key, (value, is_good) in rows.items():
                (good if is_good else bad)[period, flow][key] = value
        # Enough good rows of other keys that the gate lets the bad ones through.
        for flow in flows:
            good[period, flow] |= {f"9{at:02d}": 1 for at in range(6)}
        run = self.handed_in(dict(good), dict(bad), publish=publish)
        if run.state == "unchanged":
            assert self.model.shown is not None
            return
        assert run.state == ("published" if publish else "staged"), run.reason
        assert run.rows_rejected == sum(map(len, bad.values()))
        self.model.made(run.release.number, dict(good), publish=publish)
        self.faulty = (run, period, dict(bad)) if bad else self.faulty

    def publish(self) -> None:
        """The newest staged release, where nothing was published since."""
        waiting = [number for number, state in self.model.states.items() if state == "staged"]
        if waiting and self.model.built_on[waiting[-1]] == self.model.shown:
            release_publish(waiting[-1], acting_user=None)
            self.model.published(waiting[-1])

    def withdraw(self) -> None:
        if self.model.shown is not None:
            release_withdraw(self.model.shown, acting_user=None)
            self.model.withdrawn()

    def republish(self) -> None:
        """What was taken back is shown again."""
        back = [number for number, state in self.model.states.items() if state == "withdrawn"]
        if back:
            release_publish(back[-1], acting_user=None)
            self.model.published(back[-1])

    def correct(self) -> None:
        """The bad rows of the last run that had some come again, good; taken only where its release is shown."""
        if self.faulty is None:
            return
        first, _period, bad = self.faulty
        current = first.release.number == self.model.shown
        run = self.handed_in(bad, {}, publish=True, corrects=first.number)
        if not current:
            assert run.state == "refused" or self.model.states[first.release.number] == "staged"
            if run.state == "refused":
                return
        before = self.model.held[first.release.number]
        slices = {at: {**before.get(at, {}), **rows} for at, rows in bad.items()}
        self.model.made(run.release.number, {**before, **slices}, publish=True)
        self.faulty = None

    def handed_in(self, good: Slices, bad: Slices, *, publish: bool, **more: Any) -> Run:
        raise NotImplementedError

    def read(self, release: Release) -> Slices:
        raise NotImplementedError


class Customs(Replay):
    """Companies' facts: clearance hides what a few firms make, so the parts themselves are read back."""

    def handed_in(self, good: Slices, bad: Slices, *, publish: bool, **more: Any) -> Run:
        rows = [
            customs_row(period=period, flow=flow, office=office, value_mad=value, mode=mode)
            for slices, mode in ((good, "1"), (bad, "8"))
            for (period, flow), found in slices.items()
            for office, value in found.items()
        ]
        with tempfile.TemporaryDirectory() as folder:
            return imported("customs", customs_file(Path(folder), rows), publish=publish, **more)

    def read(self, release: Release) -> Slices:
        found: Slices = defaultdict(dict)
        for part in release.parts.all():
            for row in parts.read(part).iter_rows(named=True):
                assert row["customs_office"] not in found[row["period"], row["flow"]]
                found[row["period"], row["flow"]][row["customs_office"]] = row["value"] // 1000
        return dict(found)


class Open(Replay):
    """Open data by year: the cube answers for every release."""

    # Keys of the steps are partners here; those that only fill a file are areas of the UN's list.
    PARTNERS = {office: f"{900 + at}" for at, office in enumerate(OFFICES)}

    def handed_in(self, good: Slices, bad: Slices, *, publish: bool, **more: Any) -> Run:
        records = [
            comtrade_record(
                period=period, flowCode=flow, partnerCode=int(self.code(key)), primaryValue=value,
                reporterCode=999, cmdCode=product,
            )
            for slices, product in ((good, "080270"), (bad, "8O27"))
            for (period, flow), found in slices.items()
            for key, value in found.items()
        ]  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            return imported("comtrade-json", comtrade_file(Path(folder), records), publish=publish, **more)

    def code(self, key: str) -> str:
        return self.PARTNERS.get(key) or f"{800 + int(key[1:])}"

    def read(self, release: Release) -> Slices:
        back = {f"_X{self.code(key)}": key for key in (*OFFICES, *(f"9{at:02d}" for at in range(6)))}
        found: Slices = defaultdict(dict)
        for period in release.parts.values_list("period", flat=True):
            asked = {
                "dataset": "comtrade", "release": str(release.number), "period": period, "level": "6",
                "reporter": "_X999", "by": "flow,partner", "measures": "value",
            }  # fmt: skip
            for flow, partner, value in cube.answer(Query.parse(asked)).rows:
                found[period, flow][back[partner]] = value // 1000
        return dict(found)


@pytest.mark.fuzz
class ReleasesTest(TestCase):
    @pytest.fixture(autouse=True)
    def home(self, private_home: Path) -> None:
        """Every example's files go into the test's own folder."""

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps_of("2024-01", "2024-02"))
    def test_parts_of_customs_equal_the_model(self, steps: list[Any]) -> None:
        catalogue.forget()
        Customs().replay(steps)

    @settings(max_examples=7, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps_of("2021", "2022", "2023"))
    def test_answers_about_open_data_equal_the_model(self, steps: list[Any]) -> None:
        catalogue.forget()
        Open().replay(steps)
