"""What the checks of a run found and what clearance hid, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal.base import i18n
from reference import selectors as reference
from trade.models import Run
from trade.sources.reasons import gate_text


@dataclass(frozen=True, slots=True)
class GateTold:
    """One check; `kind` is the tag's: "good", "wait" (a person may publish over it), "bad" or "" (only told)."""

    text: str
    held: bool
    kind: str


def gates_told(run: Run) -> list[GateTold]:
    kinds = {"hard": "bad", "soft": "wait", "told": ""}
    return [
        GateTold(
            gate_text(gate["gate"], gate["figures"], held=gate["held"]),
            gate["held"],
            "good" if gate["held"] else kinds.get(gate["level"], ""),
        )
        for gate in run.gates
    ]


@dataclass(frozen=True, slots=True)
class PlaceTold:
    """What can be seen of one place at one level; `visible` is the share of the value, a ratio."""

    name: str
    level: str
    cells: int
    hidden: int
    visible: float


def places_told(places: Iterable[Mapping[str, Any]]) -> list[PlaceTold]:
    """The lines of a clearance report (`trade.clearance`) with the names of their places and levels."""
    places = list(places)
    names = {
        "": _("the whole country"),
        "markets": _("markets"),
        "regional_markets": _("markets of the regions"),
    }
    levels = {0: _("all goods"), 1: _("sections"), 2: _("chapters"), 4: _("headings"), 6: _("subheadings")}
    regions = {row["place"] for row in places} - names.keys()
    names |= reference.labels("region", regions, i18n.current()) if regions else {}
    return [
        PlaceTold(
            name=names.get(row["place"], row["place"]),
            level=levels.get(row["level"], str(row["level"])),
            cells=row["cells"],
            hidden=row["hidden"],
            visible=row["visible"],
        )
        for row in places
    ]
