"""Reads of the trade room, apart from the facts, which only `trade.cube` reads."""

from trade.permissions import releases_visible_to, runs_visible_to
from trade.selectors.datasets import dataset_get, datasets
from trade.selectors.releases import published_release, release_get, releases
from trade.selectors.runs import rejects_csv, rejects_head, run_get, run_log, run_reason

__all__ = [
    "dataset_get",
    "datasets",
    "published_release",
    "rejects_csv",
    "rejects_head",
    "release_get",
    "releases",
    "releases_visible_to",
    "run_get",
    "run_log",
    "run_reason",
    "runs_visible_to",
]
