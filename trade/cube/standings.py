"""What officers may know of the firms of their region: that one stopped, started or is near the threshold. No amount.

The months of a year up to the asked one are held against the same months of the year before, as everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.base.errors import Invalid, Missing, Text
from trade.cube import duck, files, periods
from trade.models import Part, Release

STOPPED, FIRST, NEAR = "stopped", "first_export", "near_threshold"
# A firm is near the threshold from this share of it on, and no longer once it has reached it.
NEAR_FROM = 0.8
REGIONS = frozenset({*(f"MA-{number:02d}" for number in range(1, 13)), "_U"})
# Exports placed in the region only: what a firm does elsewhere is for the officers there. Thousandths of the currency.
STATEMENT = """
WITH exports AS (
 SELECT region, left(company, 9) AS enterprise, period, value FROM read_parquet([{files}])
 WHERE flow = 'X' AND NOT is_total AND company IS NOT NULL AND value > 0 AND region IN ({regions})
),
firms AS (
 SELECT region, enterprise, bool_or(period IN ({now})) AS now, bool_or(period IN ({then})) AS then_,
  min(period) AS first, COALESCE(sum(value) FILTER (WHERE period IN ({year})), 0) AS year
 FROM exports WHERE period <= ? GROUP BY ALL
)
SELECT region, enterprise, then_ AND NOT now AS stopped, now AND first >= ? AS started,
 year >= ?::HUGEINT AND year < ?::HUGEINT AS near
FROM firms WHERE stopped OR started OR near ORDER BY region, enterprise
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """One firm (9 digits) of one region, and what is to be known of it: `stopped`, `first_export`, `near_threshold`."""

    enterprise: str
    region: str
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standings:
    """The firms of some regions of which there is something to know, as of a month of a release."""

    release: Release
    month: str
    rows: list[Standing]
    notes: list[Text] = field(default_factory=list)

    @property
    def demonstration(self) -> bool:
        return self.release.demonstration


def of(release: Release, parts: Sequence[Part], regions: frozenset[str], month: str | None) -> Standings:
    """Raises Missing for a month that the release does not have, Invalid for what is no month or region."""
    held = {part.period for part in parts if periods.grain(part.period) == periods.MONTH}
    if not held:
        raise Missing(_("The release has no months."))
    asked = month or max(held)
    if periods.grain(asked) != periods.MONTH or not regions <= REGIONS:
        raise Invalid(
            _("Statuses are told of a month, such as 2024-03, and of regions MA-01 to MA-12 and _U.")
        )
    if asked not in held:
        raise Missing(_("The release has no figures of %(month)s.") % {"month": asked})
    now = [code for code in periods.months(asked[:4]) if code <= asked]
    # A month that either year lacks is compared with nothing.
    now = [code for code in now if code in held and periods.before(code) in held]
    then = [periods.before(code) for code in now]
    year = [code for code in periods.months(f"{asked}-R12") if code in held]
    whole = len(year) == periods.MONTHS_OF[periods.ROLLING]
    # Who began is known only where a whole year before is known.
    begun = f"{asked[:4]}-01"
    known = [code for code in periods.months(str(int(asked[:4]) - 1)) if code in held]
    start = begun if len(known) == periods.MONTHS_OF[periods.YEAR] else "9999-12"
    top = settings.CONFIDENTIAL_THRESHOLD * 1000
    low = round(top * NEAR_FROM) if whole else top
    with duck.place() as cursor:
        sql = STATEMENT.format(
            files=files.listed(part for part in parts if part.period in held and part.period <= asked),
            regions=_places(sorted(regions)),
            now=_places(now or ["-"]),
            then=_places(then or ["-"]),
            year=_places(year),
        )
        params = [*sorted(regions), *(now or ["-"]), *(then or ["-"]), *year, asked, start, low, top]
        found = duck.fetch(cursor, sql, params)
    names = (STOPPED, FIRST, NEAR)
    told = [
        Standing(enterprise, region, tuple(name for name, holds in zip(names, flags, strict=True) if holds))
        for region, enterprise, *flags in found
    ]
    return Standings(release, asked, told, _notes(whole=whole, begun=start == begun, compared=bool(now)))


def _places(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _notes(*, whole: bool, begun: bool, compared: bool) -> list[Text]:
    notes: list[Text] = [_("A region's firms are those whose exports are placed in it.")]
    if not compared:
        notes.append(_("The year before is not in the release: which firms stopped is not known."))
    if not begun:
        notes.append(_("The whole year before is not in the release: which firms began is not known."))
    if not whole:
        notes.append(
            _("Twelve months are not in the release: which firms are near the threshold is not known.")
        )
    return notes
