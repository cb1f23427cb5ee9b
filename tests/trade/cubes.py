"""Cleared releases made by hand: the cells that a clearance would have left, without the clearance."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max

from tests.trade import factories as make
from trade.models import Cell, Release, Rollup, Run

RUNGS = {"": 6, "markets": 2, "regional_markets": 0, "MA-01": 2, "MA-06": 4, "_U": 1}


def cell(product: str, value: int | None, **more: Any) -> dict[str, Any]:
    """A cell of the whole country and the World; a value of None is a hidden one."""
    hidden = value is None
    level = 0 if product == "TOTAL" else 1 if product.startswith("S") else len(product)
    amounts = {"value": value, "net_kg": None if hidden else 1000, "firms": None if hidden else 5}
    found = {
        "reporter": "MA", "flow": "X", "region": "", "edition": "HS2022", "product": product, "level": level,
        "partner": "W", **amounts, "quantity": None, "unit": "", "weighed": not hidden,
        "status": "c" if hidden else "",
    } | more  # fmt: skip
    return {**found, "is_total": found["partner"] == "W"}


def release(
    periods: Mapping[str, Sequence[dict[str, Any]]],
    *,
    rungs: Mapping[str, int] | None = None,
    months: Mapping[str, int] | None = None,
) -> Release:
    """A published release with one `cleared` rollup a period."""
    dataset = make.customs()
    number = (Release.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    run = Run.objects.create(
        number=number, dataset=dataset, source_code="customs", fingerprint=f"{number:064d}"
    )
    made = Release.objects.create(number=number, dataset=dataset, run=run, demonstration=True)
    for period, cells in periods.items():
        whole = 12 if period.endswith("R12") else 3 if "Q" in period else 1 if "-" in period else 12
        rollup = Rollup.objects.create(
            dataset=dataset,
            table="cleared",
            period=period,
            digest=make.checksum(f"{number} {period}"),
            months=(months or {}).get(period, whole),
            exact={"rungs": dict(RUNGS if rungs is None else rungs)},
            cells_count=len(cells),
        )
        Cell.objects.bulk_create([Cell(rollup=rollup, **found) for found in cells])
        made.rollups.add(rollup)
    make._publish(dataset, made)
    return made
