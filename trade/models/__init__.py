"""The ledger of imports, the releases and what they are made of."""

from trade.models.datasets import Dataset
from trade.models.releases import Part, Release, ReleasePart, ReleaseRollup
from trade.models.rollups import Cell, Rollup
from trade.models.runs import Run, RunFile

__all__ = ["Cell", "Dataset", "Part", "Release", "ReleasePart", "ReleaseRollup", "Rollup", "Run", "RunFile"]
