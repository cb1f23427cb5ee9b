"""`make test`: the groups of the test suite, each with its time against its budget."""

import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from portal.run import venv
from portal.run.commands import StopFlag
from portal.run.execute import foreground, throwaway_environment
from portal.run.terminal import say
from portal.run.venv import Venv

_NO_TESTS = 5  # pytest's exit code
_HUNG = 3  # times its budget: a group that takes longer is ended


@dataclass(frozen=True)
class Whole:
    """What a group is by its own command: more cases than a fixed few, and the seconds on two cores that they take."""

    budget: int
    settings: Mapping[str, str]


@dataclass(frozen=True)
class Group:
    """One call of pytest."""

    name: str
    marks: str
    budget: int  # seconds on two cores
    workers: int
    may_be_empty: bool = True
    whole: Whole | None = None


GROUPS = (
    Group("unit", "not faults and not fuzz and not browser", 300, workers=2, may_be_empty=False),
    Group("faults", "faults", 240, workers=0, whole=Whole(1200, {"QAFILA_FAULTS_KILLS": "20"})),
    Group("fuzz", "fuzz", 120, workers=2, whole=Whole(1200, {"QAFILA_FUZZ_CASES": "10000"})),
    Group("browser", "browser", 1200, workers=2),
)


@dataclass
class Tally:
    """What the groups came to."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("tests", "failed", "skipped"), 0))
    lines: list[str] = field(default_factory=list)
    failed: bool = False

    def add(self, report: Path) -> str:
        """Counts what pytest wrote; a report that was never written counts nothing.

        Returns what the tests themselves counted (`record_property`): `9,990 cases, 20 kills`.
        """
        if not report.exists():
            return ""
        told: Counter[str] = Counter()
        for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 - our own pytest wrote it
            self.counts["tests"] += int(suite.get("tests", 0))
            self.counts["skipped"] += int(suite.get("skipped", 0))
            self.counts["failed"] += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            for figure in suite.iter("property"):
                if (value := figure.get("value", "")).isdigit():
                    told[figure.get("name", "")] += int(value)
        return ", ".join(f"{count:,} {name}" for name, count in told.items())

    def closing(self) -> str:
        passed = self.counts["tests"] - self.counts["failed"] - self.counts["skipped"]
        return f"tests: {passed} passed, {self.counts['failed']} failed, {self.counts['skipped']} skipped"


def run_suite(names: Sequence[str], arguments: Sequence[str], stop: StopFlag, *, whole: bool = False) -> int:
    """Runs the named groups, all of them when none is named; 0 when every one passed.

    `whole`: with all cases of fuzzing and all faults, where else a fixed few are tried.
    """
    packages, tally = Venv(), Tally()
    venv.ensure(packages, dev=True, stop=stop)
    with throwaway_environment(packages, stop) as env:
        for group in GROUPS:
            if not names or group.name in names:
                more = group.whole if whole else None
                chosen = replace(group, budget=more.budget) if more else group
                settings = {**env, **(more.settings if more else {})}
                _run_group(chosen, arguments, env=settings, tally=tally, stop=stop)
    say("\n" + "\n".join(tally.lines))
    say(tally.closing())
    return 1 if tally.failed else 0


def _run_group(
    group: Group, arguments: Sequence[str], *, env: Mapping[str, str], tally: Tally, stop: StopFlag
) -> None:
    say(f"\n── {group.name}: budget {group.budget} s ──")
    report = Path(env["QAFILA_HOME"]) / f"tests-{group.name}.xml"
    spread = ["-n", str(group.workers)] if group.workers else []
    command = [
        "python",
        "-m",
        "pytest",
        "-m",
        group.marks,
        *spread,
        f"--junitxml={report}",
        *arguments,
    ]
    begun = time.monotonic()
    code = foreground(command, env, stop, lambda: time.monotonic() - begun > _HUNG * group.budget)
    seconds = time.monotonic() - begun
    stop.check()
    empty = code == _NO_TESTS and (group.may_be_empty or bool(arguments))
    told = tally.add(report)
    tally.failed |= code != 0 and not empty
    verdict = "no tests" if empty else "passed" if code == 0 else f"FAILED (exit {code})"
    over = ", OVER BUDGET" if seconds > group.budget else ""
    figures = f" ({told})" if told else ""
    tally.lines.append(f"{group.name:<8} {seconds:6.0f} s of {group.budget} s  {verdict}{over}{figures}")
    say(tally.lines[-1])
