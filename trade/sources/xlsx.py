"""A workbook (XLSX) looked through before anything unpacks it whole: what would cost without end is refused.

Counted are bytes, cells, and the rectangle that they span; document types, entities, links to other workbooks and
macros are refused. Told are the cells whose value is an error, or a formula without a stored result.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from trade.sources.base import SourceFile
from trade.sources.reasons import Refusal

MEMBERS_MOST = 2_000
BYTES_MOST = 256 << 20
# The rectangle of a sheet, since it is unpacked as one; and the characters that its cells hold together.
CELLS_MOST = 3_000_000
CHARACTERS_MOST = 64 << 20
BLOCK = 1 << 16
DEEPEST = 32
LONGEST_TOKEN = 1 << 20
SHEET = re.compile(r"^xl/worksheets/[^/]+\.xml$")
PLACE = re.compile(r"^([A-Z]{1,3})([0-9]{1,7})$")
# What a declaration of an encoding that nobody knows, or of several bytes a character, makes the parser raise.
UNKNOWN_ENCODING = (LookupError, ValueError)
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    KeyError,
)


@dataclass(slots=True)
class Looked:
    """By the sheet's file within the workbook: cells (row, column from 0) that show an error, or hold no result."""

    errors: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    unsolved: dict[str, set[tuple[int, int]]] = field(default_factory=dict)


def address(row: int, column: int) -> str:
    """`(16, 5)` → `F17`."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"


def look(file: SourceFile) -> Looked:
    """Look through the whole file in bounded work. Raises Refusal."""
    looked = Looked()
    try:
        with zipfile.ZipFile(file.path) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            _check_members(file, members, names)
            shared: list[int] = []
            if "xl/sharedStrings.xml" in names:
                with archive.open("xl/sharedStrings.xml") as stream:
                    shared = _Strings(file).lengths(stream)
            for member in members:
                name = member.filename
                if name.endswith((".xml", ".rels", ".vml")) and name != "xl/sharedStrings.xml":
                    with archive.open(member) as stream:
                        cells = _Cells(file, name, shared)
                        cells.feed(stream)
                    if SHEET.match(name):
                        looked.errors[name], looked.unsolved[name] = cells.errors, cells.unsolved
    except BROKEN as error:
        raise Refusal("xlsx_broken", file=file.name) from error
    return looked


def _check_members(file: SourceFile, members: list[zipfile.ZipInfo], names: set[str]) -> None:
    if len(members) > MEMBERS_MOST or sum(member.file_size for member in members) > BYTES_MOST:
        raise Refusal("xlsx_large", file=file.name)
    if len(names) < len(members) or "xl/workbook.xml" not in names:
        raise Refusal("xlsx_broken", file=file.name)
    if any(member.flag_bits & 1 for member in members):
        raise Refusal("xlsx_password", file=file.name)
    if any(name.startswith("xl/externalLinks/") for name in names):
        raise Refusal("xlsx_links", file=file.name)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refusal("xlsx_macros", file=file.name)


class _Xml:
    """A stream of XML without document type, depth or tokens beyond measure."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.depth = 0
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = self._unsafe
        parser.CharacterDataHandler = self.text

    def feed(self, stream: IO[bytes]) -> None:
        fed = 0
        try:
            while block := stream.read(BLOCK):
                self.parser.Parse(block, False)
                fed += len(block)
                if fed - self.parser.CurrentByteIndex > LONGEST_TOKEN:
                    raise Refusal("xlsx_large", file=self.file.name)
            self.parser.Parse(b"", True)
        except (expat.ExpatError, *UNKNOWN_ENCODING) as error:
            raise Refusal("xlsx_broken", file=self.file.name) from error

    def _unsafe(self, *_declared: object) -> None:
        raise Refusal("xml_unsafe", file=self.file.name, line=self.parser.CurrentLineNumber)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Refusal("xlsx_large", file=self.file.name)
        self.start(name.rpartition(" ")[2], attributes)

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.end(name.rpartition(" ")[2])

    def start(self, name: str, attributes: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, text: str) -> None: ...


class _Strings(_Xml):
    """The lengths of the strings that cells share."""

    def __init__(self, file: SourceFile) -> None:
        super().__init__(file)
        self.found: list[int] = []

    def lengths(self, stream: IO[bytes]) -> list[int]:
        self.feed(stream)
        return self.found

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self.found.append(0)

    def text(self, text: str) -> None:
        if self.found:
            self.found[-1] += len(text)


class _Cells(_Xml):
    """A sheet's cells: where they are, how much they hold, which of them have no value."""

    def __init__(self, file: SourceFile, name: str, shared: list[int]) -> None:
        super().__init__(file)
        self.name, self.shared = name, shared
        self.errors: set[tuple[int, int]] = set()
        self.unsolved: set[tuple[int, int]] = set()
        self.rows, self.columns, self.first = 0, 0, None
        self.row, self.column = -1, -1
        self.characters = 0
        self.inside = ""
        self.kind, self.formula, self.value = "", False, ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self.row = self._number(attributes.get("r"), self.row + 2) - 1
            self.column = -1
        elif name == "c":
            self._cell(attributes)
        elif name in ("v", "f", "is", "t"):
            self.inside = name
            self.formula = self.formula or name == "f"

    def _number(self, text: str | None, usual: int) -> int:
        if text is None:
            return usual
        if not re.fullmatch("[0-9]{1,7}", text):
            raise Refusal("xlsx_broken", file=self.file.name)
        return int(text)

    def _cell(self, attributes: dict[str, str]) -> None:
        self.kind, self.formula, self.value = attributes.get("t", "n"), False, ""
        self.column += 1
        if place := attributes.get("r"):
            found = PLACE.match(place)
            if not found:
                raise Refusal("xlsx_broken", file=self.file.name)
            self.column = 0
            for letter in found[1]:
                self.column = self.column * 26 + ord(letter) - 64
            self.column -= 1
            self.row = int(found[2]) - 1
        self.rows, self.columns = max(self.rows, self.row + 1), max(self.columns, self.column + 1)
        if self.rows * self.columns > CELLS_MOST:
            raise Refusal(
                "xlsx_wide", file=self.file.name, sheet=self.name.rpartition("/")[2],
                cell=address(self.rows - 1, self.columns - 1), limit=CELLS_MOST,
            )  # fmt: skip

    def text(self, text: str) -> None:
        if self.inside in ("v", "t"):
            self.characters += len(text)
            self.value += text if len(self.value) < 32 else ""

    def end(self, name: str) -> None:
        if name in ("v", "f", "is", "t"):
            self.inside = ""
        elif name == "c":
            if self.kind == "s" and self.value.isdigit() and int(self.value) < len(self.shared):
                self.characters += self.shared[int(self.value)]
            if self.characters > CHARACTERS_MOST:
                raise Refusal("xlsx_large", file=self.file.name)
            if self.kind == "e":
                self.errors.add((self.row, self.column))
            elif self.formula and not self.value:
                self.unsolved.add((self.row, self.column))


class _Sheets(_Xml):
    """What `xl/workbook.xml` and its relations say of sheets: names, identifiers, files."""

    def __init__(self, file: SourceFile) -> None:
        super().__init__(file)
        self.names: dict[str, str] = {}
        self.files: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            told = next((value for key, value in attributes.items() if key.endswith(" id")), "")
            self.names[attributes.get("name", "")] = told
        elif name == "Relationship":
            target = attributes.get("Target", "")
            self.files[attributes.get("Id", "")] = target.removeprefix("/").removeprefix("xl/")


def files_of_sheets(file: SourceFile) -> dict[str, str]:
    """A sheet's name → its file within the workbook. Raises Refusal. For a file that `look` has passed."""
    found = _Sheets(file)
    relations = _Sheets(file)
    try:
        with zipfile.ZipFile(file.path) as archive:
            with archive.open("xl/workbook.xml") as stream:
                found.feed(stream)
            with archive.open("xl/_rels/workbook.xml.rels") as stream:
                relations.feed(stream)
    except BROKEN as error:
        raise Refusal("xlsx_broken", file=file.name) from error
    return {name: f"xl/{relations.files.get(told, '')}" for name, told in found.names.items()}
