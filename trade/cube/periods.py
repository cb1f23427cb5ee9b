"""Periods as text: `2024`, `2024-Q1`, `2024-03`, `FY2023`, `2024-03-R12`, and ranges `2021:2024` of one grain.

`2024-03-R12` is the twelve months that end with March 2024.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from portal.base.errors import Invalid

YEAR, QUARTER, MONTH, FISCAL, ROLLING = "A", "Q", "M", "FY", "R12"
MONTHS_OF = {YEAR: 12, QUARTER: 3, MONTH: 1, ROLLING: 12}
# A range that a slip of the finger made endless is refused, not computed.
LONGEST_RANGE = 600
_SHAPES = {
    YEAR: re.compile(r"(19|20|21)\d\d"),
    QUARTER: re.compile(r"(19|20|21)\d\d-Q[1-4]"),
    MONTH: re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])"),
    FISCAL: re.compile(r"FY(19|20|21)\d\d"),
    ROLLING: re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])-R12"),
}


def grain(code: str) -> str | None:
    """`A`, `Q`, `M`, `FY` or `R12`; None for what is not a period."""
    return next((name for name, shape in _SHAPES.items() if shape.fullmatch(code)), None)


def year(code: str) -> str:
    return code[:4]


def before(code: str) -> str:
    """The same period a year earlier: `2024-03` → `2023-03`, `FY2023` → `FY2022`."""
    start = 2 if code.startswith("FY") else 0
    return f"{code[:start]}{int(code[start : start + 4]) - 1:04d}{code[start + 4 :]}"


def months(code: str) -> tuple[str, ...]:
    """The months inside a period; none for a fiscal year, whose months the source does not tell."""
    kind = grain(code)
    if kind == YEAR:
        return tuple(f"{code}-{month:02d}" for month in range(1, 13))
    if kind == QUARTER:
        first = int(code[-1]) * 3 - 2
        return tuple(f"{code[:4]}-{month:02d}" for month in range(first, first + 3))
    if kind == ROLLING:
        earlier = before(code)[:7]
        return tuple(found for found in _between(earlier, code[:7]) if found > earlier)
    return (code,) if kind == MONTH else ()


def refused(token: str) -> Invalid:
    return Invalid(
        _("period: %(value)s is not a period.") % {"value": token},
        hint=_(
            "Write 2024, 2024-Q1, 2024-03, FY2023, 2024-03-R12 (twelve months), or a range such as 2021:2024."
        ),
    )


def check(token: str) -> str:
    """The token in capitals; raises Invalid unless it is a period or a range of two of one grain, in order."""
    token = token.upper()
    ends = token.split(":")
    grains = {grain(end) for end in ends}
    if len(ends) > 2 or None in grains or len(grains) != 1 or ends[0] > ends[-1]:
        raise refused(token)
    if len(ends) == 2 and len(_between(*ends)) > LONGEST_RANGE:
        raise refused(token)
    return token


def expand(tokens: Iterable[str]) -> list[str]:
    """Every period that the tokens name, once, in order."""
    found: set[str] = set()
    for token in tokens:
        ends = token.split(":")
        found.update(_between(ends[0], ends[-1]))
    return sorted(found)


def _between(first: str, last: str) -> list[str]:
    kind = grain(first)
    if kind == FISCAL:
        return [f"FY{number}" for number in range(int(first[2:]), int(last[2:]) + 1)]
    years = range(int(first[:4]), int(last[:4]) + 1)
    if kind == YEAR:
        return [str(number) for number in years]
    ends = [f"Q{q}" for q in range(1, 5)] if kind == QUARTER else [f"{m:02d}" for m in range(1, 13)]
    tail = "-R12" if kind == ROLLING else ""
    codes = [f"{number}-{end}{tail}" for number in years for end in ends]
    return [code for code in codes if first <= code <= last]


def overlapping(codes: Iterable[str]) -> tuple[str, str] | None:
    """Two of the periods that share a month, if any: their sum would count it twice."""
    seen: dict[str, str] = {}
    for code in codes:
        for month in months(code):
            if month in seen:
                return seen[month], code
            seen[month] = code
    return None


@dataclass(frozen=True, slots=True)
class Target:
    """A period that is answered, and the reported periods that it is made of.

    `exact` is the source that reports it as such; `parts` are the months to sum where it was not reported.
    `months` counts the months there are, `of` those there should be; None where the source is annual.
    """

    period: str
    exact: str | None
    parts: tuple[str, ...]
    months: int | None
    of: int | None

    @property
    def partial(self) -> bool:
        return self.months is not None and self.of is not None and self.months < self.of


def targets(asked: Iterable[str] | None, reported: Iterable[str]) -> list[Target]:
    """What each asked period is answered from. Asked nothing: every year and fiscal year that is reported."""
    have = set(reported)
    if asked is None:
        asked = sorted({code if grain(code) == FISCAL else year(code) for code in have})
    found = []
    for code in asked:
        exact = code if code in have else None
        parts = tuple(month for month in months(code) if month in have and month != code)
        if exact is None and not parts:
            continue
        if grain(code) == ROLLING and exact is None and len(parts) < MONTHS_OF[ROLLING]:
            continue
        of = MONTHS_OF.get(grain(code) or "") if exact is None else None
        found.append(Target(code, exact, parts, len(parts) if exact is None else None, of))
    return found


def year_before(targets: Iterable[Target], have: Mapping[str, int | None]) -> list[Target]:
    """For each target what it is compared with, under its own period: the same months of the year before.

    `have` maps the periods there are to the months they hold (None: not told). A period whose months are not all there
    a year earlier has nothing to be compared with.
    """
    found = []
    for target in targets:
        earlier = before(target.period)
        whole = target.exact is not None and not target.partial
        if whole and earlier in have and have[earlier] in {None, target.months, target.of}:
            found.append(Target(target.period, earlier, (), None, None))
            continue
        now = [month for month in months(target.period) if month in have and month != target.period]
        then = tuple(before(month) for month in now)
        if now and len(now) == (target.months or target.of or 0) and all(month in have for month in then):
            found.append(Target(target.period, None, then, None, None))
    return found
