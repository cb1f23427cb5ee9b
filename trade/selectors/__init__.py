"""Reads of the trade room, apart from the facts, which only `trade.cube` reads."""

from trade.permissions import releases_visible_to, runs_visible_to
from trade.selectors.datasets import datasets
from trade.selectors.runs import rejects_csv, rejects_head, run_get, run_log, run_reason

__all__ = [
    "datasets",
    "rejects_csv",
    "rejects_head",
    "releases_visible_to",
    "run_get",
    "run_log",
    "run_reason",
    "runs_visible_to",
]
