"""The ledger of imports, the releases and what they are made of."""

from trade.models.announcements import CalendarRule, PlannedRelease, PublishedTotal
from trade.models.clearance import Clearance, FirmGroup
from trade.models.confidential import ConfidentialReading
from trade.models.datasets import Dataset
from trade.models.fetches import Fetch, FetchPart
from trade.models.releases import Part, Release, ReleasePart, ReleaseRollup
from trade.models.rollups import Cell, Rollup
from trade.models.runs import Run, RunFile
from trade.models.summaries import Summary
from trade.models.uploads import Upload

__all__ = [
    "CalendarRule",
    "Cell",
    "Clearance",
    "ConfidentialReading",
    "Dataset",
    "Fetch",
    "FetchPart",
    "FirmGroup",
    "Part",
    "PlannedRelease",
    "PublishedTotal",
    "Release",
    "ReleasePart",
    "ReleaseRollup",
    "Rollup",
    "Run",
    "RunFile",
    "Summary",
    "Upload",
]
