"""What a table is made of, ready for `components/table.html`; and how rows of anything become one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from trade.tables.order import Asked, Key, Order, in_order

T = TypeVar("T")
# A table of more columns than these scrolls on a phone, and says so.
NARROW = 3
# No table shows more rows than these: a page of thousands takes seconds to make and to read. The files hold them all.
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Cell:
    """`kind`: name, number, hidden (suppressed), missing, blank. `share` draws a bar; `mark` is a letter beside it.

    `official` is the English text of a product without a short name of its own; `step` is a colour of the map
    (-1 hatched) and `number` what a region is called by on it.
    """

    kind: str
    text: str = ""
    href: str = ""
    code: str = ""
    share: float | None = None
    mark: str = ""
    official: str = ""
    short: bool = False
    step: int | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """A column's head. `url` puts the rows in the order of this column; `sort` says that they are: ascending …"""

    text: str
    number: bool = False
    column: str = ""
    url: str = ""
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    headers: list[Header]
    rows: list[list[Cell]]
    total: list[Cell] | None = None
    has_hidden: bool = False
    has_missing: bool = False
    has_provisional: bool = False
    unit: str = ""
    # How many rows there are in all, shown or not.
    count: int = 0
    # What a reader of a screen reader hears after putting the rows in another order.
    order: str = ""

    @property
    def wide(self) -> bool:
        return len(self.headers) > NARROW


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column over rows of any kind: what puts them in order, and what stands in the cell."""

    name: str
    title: str
    key: Callable[[T], Key]
    cell: Callable[[T], Cell]
    number: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a table stands and what was asked of it. `natural` is the order that the rows come in.

    `show` is how many rows are shown unless all are asked for; 0 shows all, as far as a page can.
    """

    caption: str = ""
    anchor: str = ""
    asked: Asked = field(default_factory=lambda: Asked(sortable=False))
    natural: Order | None = None
    show: int = 0


def assemble(
    items: Sequence[T],
    columns: Sequence[Column[T]],
    frame: Frame,
    *,
    total: list[Cell] | None = None,
    provisional: bool = False,
    unit: str = "",
) -> Table:
    """The rows in the asked order, then the first of them: what is left out is left out of the ordered whole."""
    wanted = frame.asked.order(frame.anchor)
    column = next((column for column in columns if wanted and column.name == wanted.column), None)
    order = wanted if column is not None else frame.natural
    if column is not None and wanted is not None:
        places = in_order([column.key(item) for item in items], descending=wanted.descending)
        items = [items[place] for place in places]
    most = MOST if not frame.show or frame.asked.everything(frame.anchor) else frame.show
    rows = [[column.cell(item) for column in columns] for item in items[:most]]
    kinds = {cell.kind for row in rows for cell in row}
    return Table(
        caption=frame.caption,
        headers=[head(column, frame, order) for column in columns],
        rows=rows,
        total=total,
        has_hidden="hidden" in kinds,
        has_missing="missing" in kinds,
        has_provisional=provisional,
        unit=unit,
        count=len(items),
        order=column.title if column is not None else "",
    )


def head(column: Column[T], frame: Frame, order: Order | None) -> Header:
    """The first click on numbers brings the largest up, on names the first; the next click turns it round."""
    now = order if order is not None and order.column == column.name else None
    turned = Order(column.name, not now.descending if now else column.number)
    return Header(
        text=column.title,
        number=column.number,
        column=column.name,
        url=frame.asked.sort_url(frame.anchor, turned) if frame.asked.sortable else "",
        sort=now.aria if now else "",
    )
