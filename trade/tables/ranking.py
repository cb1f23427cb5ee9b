"""The regions one under the other: share, amount and change, in the order that the reader chose."""

from dataclasses import dataclass

from django.utils.translation import gettext

from portal.base import formats, i18n
from trade.charts.reading import Scale
from trade.tables.cells import Cell, Column, Frame, Table, assemble
from trade.tables.order import Asked, Order, by_amount, by_name

RANKING = "ranking"


@dataclass(frozen=True, slots=True)
class Outline:
    """A region on the map: its path, its step from 1 to 5 (0 without a figure), and what it says when reached.

    `at` is a point well inside it, for its number on paper. `amount` is in thousandths.
    """

    code: str
    name: str
    url: str
    path: str
    step: int
    text: str
    share: float | None
    value: str
    change: str
    hidden: bool
    amount: int | None = None
    growth: float | None = None
    at: tuple[int, int] = (0, 0)

    @property
    def number(self) -> str:
        """What the region is called by its number on paper: 1 to 12."""
        return self.code.removeprefix("MA-").lstrip("0") if self.path else ""


def ranked(outlines: list[Outline]) -> list[Outline]:
    """The largest first; hidden ones after them, those without a figure last."""
    return sorted(outlines, key=lambda o: (o.share is None, not o.hidden, -(o.share or 0)))


def ranking_make(
    outlines: list[Outline], total: int | None, scale: Scale, period: str, asked: Asked | None
) -> Table:
    """The regions by share, and what is in none of them. `total` is the country's, in thousandths."""
    largest = max((outline.share or 0 for outline in outlines), default=0) or 1

    def share(outline: Outline) -> Cell:
        if outline.share is None:
            return Cell("hidden" if outline.hidden else "missing")
        return Cell("number", outline.text, share=round(100 * outline.share / largest, 1))

    def value(outline: Outline) -> Cell:
        known = outline.amount is not None
        return Cell("number", outline.value) if known else Cell("hidden" if outline.hidden else "missing")

    columns = [
        Column(
            "region",
            gettext("Region"),
            key=lambda outline: by_name(outline.name),
            cell=lambda outline: Cell(
                "name",
                outline.name,
                href=outline.url,
                step=(-1 if outline.hidden else outline.step) if outline.path else None,
                number=outline.number,
            ),
        ),
        Column(
            "share",
            gettext("Share"),
            key=lambda outline: by_amount(outline.share, hidden=outline.hidden),
            cell=share,
            number=True,
        ),
        Column(
            "value",
            gettext("Exports (%(unit)s)") % {"unit": scale.unit},
            key=lambda outline: by_amount(outline.amount, hidden=outline.hidden),
            cell=value,
            number=True,
        ),
        Column(
            "change",
            gettext("Change in a year"),
            key=lambda outline: by_amount(outline.growth, hidden=outline.hidden),
            cell=lambda outline: (
                Cell("number", outline.change)
                if outline.change
                else Cell("hidden" if outline.hidden else "blank")
            ),
            number=True,
        ),
    ]
    frame = Frame(
        caption=gettext("The twelve regions in %(period)s") % {"period": period},
        anchor=RANKING,
        asked=asked or Asked(sortable=False),
        natural=Order("share", descending=True),
    )
    foot = None
    if total:
        foot = [
            Cell("name", gettext("Total")),
            Cell("number", formats.percent(1, i18n.current())),
            Cell("number", scale.text(total, i18n.current())),
            Cell("blank"),
        ]
    return assemble(outlines, columns, frame, total=foot, unit=scale.unit)
