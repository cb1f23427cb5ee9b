"""Reads of the trade room, apart from the facts, which only `trade.cube` reads."""

from trade.permissions import releases_visible_to, runs_visible_to
from trade.selectors.calendar import calendar
from trade.selectors.clearances import clearance_told
from trade.selectors.confidential import readings_of
from trade.selectors.corrections import LINES, rejects_own
from trade.selectors.datasets import datasets
from trade.selectors.history import Change, history
from trade.selectors.rejects import Faults, can_be_corrected, rejects_counted
from trade.selectors.runs import rejects_csv, rejects_head, run_get, run_log, run_reason
from trade.selectors.totals import TotalChange, totals_history, totals_of

__all__ = [
    "LINES",
    "Change",
    "Faults",
    "TotalChange",
    "calendar",
    "can_be_corrected",
    "clearance_told",
    "datasets",
    "history",
    "readings_of",
    "rejects_counted",
    "rejects_csv",
    "rejects_head",
    "rejects_own",
    "releases_visible_to",
    "run_get",
    "run_log",
    "run_reason",
    "runs_visible_to",
    "totals_history",
    "totals_of",
]
