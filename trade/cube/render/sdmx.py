"""SDMX-CSV 2.0 (https://github.com/sdmx-twg/sdmx-csv): one line an observation, under Qafila's structure MA_RTRADE."""

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from portal.base.errors import Invalid
from trade.cube import periods
from trade.cube.render.grid import exact
from trade.cube.result import THOUSANDTHS, Result

STRUCTURE = ("dataflow", "QAFILA:MA_RTRADE(1.0)", "I")
DIMENSIONS = (
    "FREQ", "REF_AREA", "FLOW", "TRADE_SYSTEM", "CLASSIFICATION", "COMMODITY", "COUNTERPART_AREA", "CUSTOMS_PROC",
    "TRANSPORT", "MEASURE", "UNIT_MEASURE", "TIME_PERIOD",
)  # fmt: skip
ATTRIBUTES = (
    "OBS_STATUS", "CONF_STATUS", "DECIMALS", "UNIT_MULT", "REGION_BASIS", "VALUATION", "VINTAGE", "COVERAGE",
)  # fmt: skip
MEASURES = {
    "value": "VALUE",
    "net_kg": "NETWGT",
    "quantity": "QTY",
    "unit_value": "UNIT_VALUE",
    "firms": "FIRMS",
    "share": "SHARE",
    "rank": "RANK",
    "growth": "GROWTH",
}
EDITIONS = {
    "HS1992": "H0", "HS1996": "H1", "HS2002": "H2", "HS2007": "H3", "HS2012": "H4", "HS2017": "H5", "HS2022": "H6",
}  # fmt: skip
FREQUENCIES = {periods.YEAR: "A", periods.QUARTER: "Q", periods.MONTH: "M", periods.FISCAL: "A"}
# Twelve months that end with any month are annual figures, told apart by their period.
FREQUENCIES[periods.ROLLING] = "A"
# CL_OBS_STATUS: A normal, Q suppressed, O missing, P provisional; R is the house's for revised.
STATUSES = {"": "A", "c": "Q", "m": "O", "P": "P", "R": "R"}
# CL_CONF_STATUS: F free, C confidential.
FREE, CONFIDENTIAL = "F", "C"
ALL = "_T"


def sdmx_csv(result: Result, language: str | None = None) -> Iterator[bytes]:
    """Codes only: SDMX has its labels in codelists, so `language` changes nothing. Raises Invalid without a period."""
    return _stream(result, _fixed(result))


def _stream(result: Result, fixed: dict[str, str]) -> Iterator[bytes]:
    names = [column.name for column in result.columns]
    coverage = {
        target.period: f"{target.months}/{target.of}" if target.partial else "" for target in result.targets
    }
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", *DIMENSIONS, "OBS_VALUE", *ATTRIBUTES])
    for number, (row, status) in enumerate(zip(result.rows, result.statuses, strict=True), 1):
        place = dict(zip(names, row, strict=True))
        codes = {name: (place[name] or ALL) if name in place else code for name, code in fixed.items()}
        for measure in result.measures:
            amount = place[measure]
            text = "" if amount is None else exact(amount) if measure in THOUSANDTHS else str(amount)
            unit = _unit(measure, result.dataset.currency, place.get("unit"))
            writer.writerow(
                [
                    *STRUCTURE,
                    *_dimensions(result, codes, MEASURES[measure], unit),
                    text,
                    *_attributes(result, status, measure, coverage.get(codes["period"], "")),
                ]
            )
        if number % 1000 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _unit(measure: str, currency: str, unit: str | None) -> str:
    units = {"value": currency, "net_kg": "KG", "unit_value": f"{currency}_KG", "firms": "FIRMS"}
    units |= {"share": "PC", "growth": "PC", "rank": "ORDINAL"}
    return units.get(measure) or unit or ALL


def _dimensions(result: Result, codes: dict[str, str], measure: str, unit: str) -> list[str]:
    return [
        FREQUENCIES.get(periods.grain(codes["period"]) or "", ALL),
        codes["region"] if codes["region"] != ALL else codes["reporter"],
        codes["flow"],
        ALL,
        EDITIONS.get(result.editions[-1] if result.editions else "", ALL),
        codes["product"],
        codes["partner"],
        ALL,
        codes["mode"],
        measure,
        unit,
        codes["period"],
    ]


def _attributes(result: Result, status: str, measure: str, coverage: str) -> list[str | int]:
    return [
        STATUSES[status],
        CONFIDENTIAL if status == "c" else FREE,
        3 if measure in THOUSANDTHS else 0,
        0,
        result.dataset.region_basis,
        result.dataset.valuation,
        result.release.number,
        coverage,
    ]


def _fixed(result: Result) -> dict[str, str]:
    """The code of every dimension that the answer does not go by: the only one filtered for, else the total."""
    filters = result.query.filters
    if "sector" in result.dimensions:
        raise Invalid(_("sdmx-csv: the structure has no sectors."), hint=_("Ask by product, or for csv."))
    if {"continent", "customs_union"} & set(result.dimensions):
        raise Invalid(_("sdmx-csv: the structure has no groups of countries."), hint=_("Ask for csv."))
    fixed: dict[str, str] = {
        "region": ALL,
        "flow": ALL,
        "mode": ALL,
        "reporter": "MA",
        "product": "TOTAL",
        "partner": "W",
    }
    fixed["period"] = ""
    for name in fixed:
        if name not in result.dimensions and name in filters:
            fixed[name] = filters[name][0] if len(filters[name]) == 1 else ALL
    if "period" not in result.dimensions:
        if len(result.targets) != 1:
            raise Invalid(
                _("sdmx-csv: an observation has one period."),
                hint=_("Add period to by, or ask for one period."),
            )
        fixed["period"] = result.targets[0].period
    return fixed
