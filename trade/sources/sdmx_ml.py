"""SDMX-ML 2.1 data messages, generic and structure-specific, read as a stream: a row an observation.

No document type, no entity, no depth, no token beyond measure: what a message does not need is refused before it
costs anything. (https://sdmx.org/standards-2/, section 3A)
"""

from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

import polars as pl

from trade.sources.base import RAW, SourceFile
from trade.sources.reasons import Refusal

BLOCK = 1 << 16
# A name, a value or a comment that the parser would have to hold as one piece.
LONGEST_TOKEN = 1 << 20
DEEPEST = 24
NAMES_MOST = 200
GROUPS_MOST = 1_000_000
ROWS_MOST = 5_000_000
MESSAGES = {
    "GenericData", "GenericTimeSeriesData", "StructureSpecificData", "StructureSpecificTimeSeriesData",
}  # fmt: skip
NAMESPACE = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
XSI_TYPE = "http://www.w3.org/2001/XMLSchema-instance type"
VALUE = "OBS_VALUE"
ACTION = "ACTION"


class _Beyond(Exception):
    """More than any message holds."""


class _Unsafe(Exception):
    """A document type or an entity."""


class _Other(Exception):
    """Another document than a data message; its first element."""


class Message:
    """The parser's handlers and what they gather. `columns`: what each observation says, by the message's names."""

    def __init__(self) -> None:
        self.columns: dict[str, list[str | None]] = {}
        self.lines: list[int] = []
        self._path: list[str] = []
        self._at_observation = "TIME_PERIOD"
        self._dataset: dict[str, str] = {}
        self._series: dict[str, str] = {}
        self._observation: dict[str, str] | None = None
        # A group's key and its attributes; those that the next observation will sort in.
        self._group: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self._waiting: list[tuple[dict[str, str], dict[str, str]]] = []
        # Names of a group's key → their values → its attributes.
        self._groups: dict[tuple[str, ...], dict[tuple[str, ...], dict[str, str]]] = {}
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            "Structure": self._structure, "DataSet": self._data_set, "Series": self._start_series,
            "Group": self._start_group, "Obs": self._start_observation, "Value": self._value,
            "ObsDimension": self._dimension, "ObsValue": self._amount,
        }  # fmt: skip

    def parse(self, block: bytes, *, last: bool) -> None:
        self._parser.Parse(block, last)

    @property
    def line(self) -> int:
        return self._parser.CurrentLineNumber

    @property
    def place(self) -> int:
        return self._parser.CurrentByteIndex

    def _doctype(self, *_declared: Any) -> None:
        raise _Unsafe

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if not self._path and (local not in MESSAGES or namespace != NAMESPACE):
            raise _Other(local)
        self._path.append(local)
        if len(self._path) > DEEPEST or len(attributes) > NAMES_MOST:
            raise _Beyond
        if handler := self._starts.get(local):
            handler(attributes)

    def _end(self, name: str) -> None:
        local = self._path.pop()
        if local == "Obs" and self._observation is not None:
            self._keep()
        elif local == "Group":
            self._waiting.append(self._group)
            if len(self._waiting) > GROUPS_MOST:
                raise _Beyond
        elif local == "Series":
            self._series = {}

    def _structure(self, attributes: dict[str, str]) -> None:
        self._at_observation = attributes.get("dimensionAtObservation", self._at_observation)

    def _data_set(self, attributes: dict[str, str]) -> None:
        self._groups = {}
        self._dataset = _plain(attributes)
        self._dataset[ACTION] = self._dataset.pop("action", "")

    def _start_series(self, attributes: dict[str, str]) -> None:
        self._series = _plain(attributes)

    def _start_group(self, attributes: dict[str, str]) -> None:
        self._group = ({}, _plain(attributes))

    def _start_observation(self, attributes: dict[str, str]) -> None:
        self._observation = _plain(attributes)
        # Explicit measures: the observation's type is its value of the dimension at the observation.
        if XSI_TYPE in attributes and self._at_observation != "AllDimensions":
            kind = attributes[XSI_TYPE].rpartition(":")[2]
            self._observation.setdefault(self._at_observation, kind)

    def _value(self, attributes: dict[str, str]) -> None:
        name, value = attributes.get("id", ""), attributes.get("value", "")
        above = self._path[:-1]
        if "Obs" in above and self._observation is not None:
            self._observation[name] = value
        elif "Group" in above:
            self._group[0 if "GroupKey" in above else 1][name] = value
        elif "Series" in above:
            self._series[name] = value
        elif "DataSet" in above:
            self._dataset[name] = value

    def _dimension(self, attributes: dict[str, str]) -> None:
        if self._observation is not None:
            name = attributes.get("id", self._at_observation)
            self._observation[name] = attributes.get("value", "")

    def _amount(self, attributes: dict[str, str]) -> None:
        if self._observation is not None:
            self._observation[VALUE] = attributes.get("value", "")

    def _sort_groups_in(self, found: dict[str, str]) -> None:
        """A structure-specific group does not say what its key is: what stands in the observations too."""
        for told, attributes in self._waiting:
            key = told or {name: value for name, value in attributes.items() if name in found}
            names = tuple(sorted(key))
            if names:
                self._groups.setdefault(names, {})[tuple(key[name] for name in names)] = attributes
            if len(self._groups) > NAMES_MOST:
                raise _Beyond
        self._waiting = []

    def _keep(self) -> None:
        found = {**self._dataset, **self._series, **(self._observation or {})}
        if self._waiting:
            self._sort_groups_in(found)
        for names, attributes in self._groups.items():
            ours = tuple(found.get(name, "") for name in names)
            found = {**attributes.get(ours, {}), **found}
        for name in found:
            if name not in self.columns:
                self.columns[name] = [None] * len(self.lines)
        if len(self.columns) > NAMES_MOST or len(self.lines) >= ROWS_MOST:
            raise _Beyond
        for name, cells in self.columns.items():
            cells.append(found.get(name))
        self.lines.append(self._parser.CurrentLineNumber)
        self._observation = None


def _plain(attributes: dict[str, str]) -> dict[str, str]:
    """Without what belongs to XML itself: such names have a namespace, those of components have none."""
    return {name: value for name, value in attributes.items() if " " not in name}


def observations(file: SourceFile) -> pl.DataFrame:
    """`line` and each component's text with RAW before its name. Raises Refusal."""
    message = Message()
    fed = 0
    try:
        for block in _blocks_of(file):
            message.parse(block, last=not block)
            fed += len(block)
            if fed - message.place > LONGEST_TOKEN:
                raise _Beyond
    except expat.ExpatError as error:
        codes = (expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
                 expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN])  # fmt: skip
        code = "xml_cut_off" if error.code in codes else "xml_broken"
        raise Refusal(code, file=file.name, line=error.lineno, column=error.offset + 1) from error
    except (LookupError, ValueError) as error:
        # It declares an encoding that nobody knows, or one of several bytes a character.
        raise Refusal("xml_broken", file=file.name, line=message.line, column=1) from error
    except _Unsafe as error:
        raise Refusal("xml_unsafe", file=file.name, line=message.line) from error
    except _Beyond as error:
        if len(message.lines) >= ROWS_MOST:
            raise Refusal("sdmx_long", file=file.name, limit=ROWS_MOST) from error
        raise Refusal("xml_beyond", file=file.name, line=message.line) from error
    except _Other as error:
        raise Refusal("sdmx_other", file=file.name, element=str(error)) from error
    cells = {RAW + name: pl.Series(values, dtype=pl.String) for name, values in message.columns.items()}
    return pl.DataFrame({**cells, "line": pl.Series(message.lines, dtype=pl.Int64)})


def _blocks_of(file: SourceFile) -> Iterator[bytes]:
    """The file's bytes, and an empty block at the end."""
    with file.path.open("rb") as stream:
        while block := stream.read(BLOCK):
            yield block
    yield b""
