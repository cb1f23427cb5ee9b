"""SQL text under construction, with its parameters beside it: no value from outside is ever in the text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Statement:
    """A statement's parameters, in the order in which their places appear, and what differs between the stores."""

    relation: str
    # Collation that orders codes by their characters, whatever the database's own.
    collate: str = ""
    params: list[Any] = field(default_factory=list)

    def one(self, value: Any) -> str:
        self.params.append(value)
        return "%s"

    def several(self, values: Sequence[Any]) -> str:
        self.params.extend(values)
        return ", ".join(["%s"] * len(values))

    def rows(self, rows: Sequence[Sequence[Any]]) -> str:
        return "VALUES " + ", ".join(f"({self.several(row)})" for row in rows)
