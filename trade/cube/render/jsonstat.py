"""JSON-stat 2.0 (https://json-stat.org/full/): a dense cube of every combination of codes."""

import json
from math import prod
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.base.errors import Invalid
from portal.base.i18n import localized
from trade.cube.render.grid import ENGLISH, exact
from trade.cube.render.plain import meta
from trade.cube.result import THOUSANDTHS, Result

# Dense means that every combination has a place: beyond this most of the answer would be holes.
MAX_CELLS = 100_000
ROLES = {"period": "time", "region": "geo", "partner": "geo", "reporter": "geo"}
MISSING = "m"


def jsonstat_body(result: Result, language: str | None = None) -> bytes:
    """One dataset; the last dimension, `measure`, holds the measures. Raises Invalid beyond 100,000 combinations."""
    codes = {
        name: list(dict.fromkeys(code or "" for code in result.column(name))) for name in result.dimensions
    }
    codes["measure"] = result.measures
    size = [len(found) for found in codes.values()]
    if prod(size) > MAX_CELLS:
        raise Invalid(
            _("jsonstat: the answer has %(cells)s combinations, more than %(most)s.")
            % {"cells": prod(size), "most": MAX_CELLS},
            hint=_("Filter it, or ask for csv or parquet."),
        )
    values, statuses = _dense(result, codes)
    about = meta(result, language)
    head = {
        "version": "2.0",
        "class": "dataset",
        "label": localized(result.dataset, language=language or ENGLISH),
        "source": about["source"],
        "updated": result.release.published_at.isoformat() if result.release.published_at else None,
        "note": [about["citation"], *about["notes"]],
        "extension": {"qafila": about},
        "id": list(codes),
        "size": size,
        "role": _roles(codes),
        "dimension": _dimensions(result, codes, language),
        "status": statuses,
    }
    text = json.dumps(head, ensure_ascii=False)
    return f'{text[:-1]},"value":[{",".join(values)}]}}'.encode()


def _dense(result: Result, codes: dict[str, list[str]]) -> tuple[list[str], dict[str, str]]:
    """Every value in row-major order, and the status of those that have one."""
    place = {name: {code: number for number, code in enumerate(found)} for name, found in codes.items()}
    values = ["null"] * prod(len(found) for found in codes.values())
    statuses = dict.fromkeys(range(len(values)), MISSING)
    names = [column.name for column in result.columns]
    measured = [(measure, names.index(measure)) for measure in result.measures]
    width = len(measured)
    for row, status in zip(result.rows, result.statuses, strict=True):
        start = 0
        for name in result.dimensions:
            start = start * len(codes[name]) + place[name][row[names.index(name)] or ""]
        for offset, (measure, column) in enumerate(measured):
            number = start * width + offset
            amount = row[column]
            if amount is not None:
                values[number] = exact(amount) if measure in THOUSANDTHS else str(amount)
            statuses[number] = status
    return values, {str(number): status for number, status in statuses.items() if status}


def _roles(codes: dict[str, list[str]]) -> dict[str, list[str]]:
    roles: dict[str, list[str]] = {"metric": ["measure"]}
    for name in codes:
        if name in ROLES:
            roles.setdefault(ROLES[name], []).append(name)
    return roles


def _dimensions(result: Result, codes: dict[str, list[str]], language: str | None) -> dict[str, Any]:
    labels = result.labels(language) if language else {}
    units = {column.name: column.unit for column in result.columns}
    found: dict[str, Any] = {}
    for name, values in codes.items():
        category: dict[str, Any] = {"index": values}
        if name in labels:
            category["label"] = {code: labels[name].get(code, code) for code in values}
        if name == "measure":
            category["unit"] = {measure: {"label": units[measure]} for measure in values if units[measure]}
        found[name] = {"label": name, "category": category}
    return found
