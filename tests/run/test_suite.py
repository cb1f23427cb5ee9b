"""`make test`'s groups and its closing line."""

from pathlib import Path

import pytest

from portal.run.suite import GROUPS, Tally


def test_every_mark_of_the_project_has_its_group(pytestconfig: pytest.Config) -> None:
    ours = {"browser", "faults", "fuzz"}
    assert {group.name for group in GROUPS} == ours | {"unit"}
    declared = {line.split(":")[0] for line in pytestconfig.getini("markers")}
    assert ours <= declared


def test_budgets_stay_under_forty_five_minutes() -> None:
    assert sum(group.budget for group in GROUPS) <= 45 * 60


def test_what_tests_count_themselves_is_told_beside_their_group(tmp_path: Path) -> None:
    report = tmp_path / "fuzz.xml"
    cases = [
        f'<testcase><properties><property name="cases" value="{count}"/></properties></testcase>'
        for count in (5_700, 4_300)
    ]
    report.write_text(f'<testsuites><testsuite tests="2">{"".join(cases)}</testsuite></testsuites>')
    assert Tally().add(report) == "10,000 cases"


def test_fuzz_and_faults_are_larger_by_their_own_commands() -> None:
    whole = {group.name: dict(group.whole.settings) for group in GROUPS if group.whole}
    assert whole == {"faults": {"QAFILA_FAULTS_KILLS": "20"}, "fuzz": {"QAFILA_FUZZ_CASES": "10000"}}


def test_the_closing_line_adds_the_groups_up(tmp_path: Path) -> None:
    tally = Tally()
    for name, counts in {"unit": (10, 1, 1, 2), "faults": (3, 0, 0, 0)}.items():
        tests, failures, errors, skipped = counts
        report = tmp_path / f"{name}.xml"
        counted = f'tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
        report.write_text(f"<testsuites><testsuite {counted}/></testsuites>")
        tally.add(report)
    tally.add(tmp_path / "never-written.xml")
    assert tally.closing() == "tests: 9 passed, 2 failed, 2 skipped"
