"""The only code that reads facts: a question in, a result out, of which everything shown is a rendering."""

from trade.cube.engine import answer
from trade.cube.planner import NotCleared
from trade.cube.query import Presentation, Query
from trade.cube.result import STATUSES, Column, Result

__all__ = ["STATUSES", "Column", "NotCleared", "Presentation", "Query", "Result", "answer"]
