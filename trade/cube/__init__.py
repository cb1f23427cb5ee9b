"""The only code that reads facts: a question in, a result out, of which everything shown is a rendering."""

from trade.cube.confidential import Amounts, Purpose, Scope, Statuses, answer_confidential
from trade.cube.engine import answer
from trade.cube.planner import NotCleared
from trade.cube.query import Presentation, Query
from trade.cube.result import STATUSES, Column, Result
from trade.cube.standings import Standing, Standings

__all__ = [
    "STATUSES",
    "Amounts",
    "Column",
    "NotCleared",
    "Presentation",
    "Purpose",
    "Query",
    "Result",
    "Scope",
    "Standing",
    "Standings",
    "Statuses",
    "answer",
    "answer_confidential",
]
