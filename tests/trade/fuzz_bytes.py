"""Files that were whole once: flipped, cut, doubled, spliced, filled with zeros; inside their archive and outside."""

import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter
from hypothesis import strategies as st

from tests.trade import messages
from tests.trade.importing import (
    ICE,
    comtrade_record,
    csv_text,
    customs_row,
    legacy_row,
)
from trade.sources import comtrade_csv

PRODUCTS = ("0802700000", "0702000000", "6109100000", "0805100000", "3103100000")
PARTNERS = ("FR", "ES", "MA")
# Pieces that mean something to some reader: what pure chance would hardly ever write.
PIECES = (
    b'"', b",", b";", b"\t", b"\r", b"\n", b"\r\n", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\x1f", b"\x1a",
    b"0", b"-", b".", b"1e9", b"9" * 20, b"NaN", b"null", b"{", b"}", b"[", b"]", b"\\u0000", b"\\ud800", b"<", b">",
    b"<!DOCTYPE x>", b"&#0;", b"<![CDATA[", "٣".encode(), "é".encode(), "ا".encode("cp1256"), b"PK\x03\x04",
    b"PK\x05\x06", b"\x1f\x8b\x08", b" " * 70, b"A" * 70, b"EH", b"W",
)  # fmt: skip


@dataclass(frozen=True)
class Seed:
    """A whole file. `text` is what is damaged inside; `pack` makes the file of it; `plain`: nothing packs it."""

    source: str
    name: str
    text: bytes
    pack: Callable[[bytes], bytes] = field(default=bytes, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        return self.pack is bytes


@dataclass(frozen=True)
class Case:
    """One damaged file, and which it was."""

    seed: Seed
    content: bytes
    inside: bytes

    def written(self, folder: Path) -> Path:
        path = folder / self.seed.name
        path.write_bytes(self.content)
        return path


def customs_rows() -> list[dict[str, str]]:
    return [
        customs_row(ice=ICE[at % 4], product=PRODUCTS[at % 5], partner=PARTNERS[at % 2], office=300 + at,
                    value_mad=f"{1000 + at}.{at:02d}", net_kg=f"{at}.5", quantity=at + 1)
        for at in range(12)
    ]  # fmt: skip


def _zipped(text: bytes, *, name: str = "in.csv", times: int = 1) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(times):
            archive.writestr(f"{number}{name}", text)
    return into.getvalue()


def _workbook() -> tuple[bytes, bytes]:
    """A workbook and the XML of its sheet."""
    into = io.BytesIO()
    with xlsxwriter.Workbook(into, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Exports")
        settings = (
            ("Flux", "Exportations"),
            ("Monnaie", "MAD"),
            ("Unité", "Milliers de dirhams"),
            ("Édition", "SH 2022"),
        )
        rows = (
            ("Code SH", "Libellé", "2022", "2023"),
            ("080270", "Noix", 12.5, 13),
            ("0702", "Tomates", "1 200,5", 7),
        )
        for number, row in enumerate((*settings, (), *rows)):
            sheet.write_row(number, 0, row)
    book = into.getvalue()
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return book, archive.read("xl/worksheets/sheet1.xml")


def _with_sheet(book: bytes) -> Callable[[bytes], bytes]:
    def pack(sheet: bytes) -> bytes:
        into = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(into, "w") as new:
            for member in old.infolist():
                whole = sheet if member.filename == "xl/worksheets/sheet1.xml" else old.read(member.filename)
                new.writestr(member, whole)
        return into.getvalue()

    return pack


def _sdmx() -> Iterator[Seed]:
    rows = [
        messages.observation(COMMODITY=code[:6], COUNTERPART_AREA=partner, OBS_VALUE=f"{at}{code[2]}.25")
        for at, code in enumerate(PRODUCTS[:3], 1)
        for partner in PARTNERS[:2]
    ]
    with tempfile.TemporaryDirectory() as folder:
        for kind in messages.FORMATS:
            path = messages.message(Path(folder), rows, kind, name=kind)
            yield Seed("sdmx", f"{kind}.{'csv' if 'csv' in kind else 'xml'}", path.read_bytes())


def seeds() -> list[Seed]:
    customs = csv_text(customs_rows())
    french = customs.replace(",status", ",status,libellé")
    french = "\n".join(f"{line},déjà" if at else line for at, line in enumerate(french.splitlines())) + "\n"
    arabic = french.replace("libellé", "ملاحظة").replace("déjà", "البرتقال المغربي")
    records = [comtrade_record(partnerCode=100 + at, primaryValue=at + 0.25) for at in range(8)]
    answer = json.dumps({"count": 8, "data": records, "error": ""}, indent=1).encode()
    legacy = csv_text(
        [legacy_row(**{"Partner Code": 100 + at}) for at in range(8)], [*comtrade_csv.HEADER, ""]
    )
    baci = '"t","i","j","k","v","q"\n' + "".join(
        f'2023,504,{251 + at},80270,{at}.125,"   {at}.000"\n' for at in range(8)
    )
    book, sheet = _workbook()
    return [
        Seed("customs", "plain.csv", customs.encode()),
        Seed("customs", "semicolons.csv", customs.replace(",", ";").replace(".", ",").encode()),
        Seed("customs", "bom.csv", b"\xef\xbb\xbf" + french.replace("\n", "\r\n").encode()),
        Seed("customs", "packed.csv.gz", customs.encode(), gzip.compress),
        Seed("customs", "packed.zip", customs.encode(), _zipped),
        Seed("customs", "two.zip", customs.encode(), lambda text: _zipped(text, times=2)),
        Seed("customs", "utf16.csv", customs.encode("utf-16")),
        Seed("customs", "cp1252.csv", french.encode("cp1252")),
        Seed("customs", "cp1256.csv", arabic.encode("cp1256")),
        Seed("comtrade-json", "answer.json", answer),
        Seed("comtrade-json", "answer.json.gz", answer, gzip.compress),
        Seed("comtrade-csv", "legacy.csv", legacy.encode()),
        Seed("baci", "BACI_HS22_Y2023_V202501.csv", baci.encode()),
        Seed("workbook", "book.xlsx", book),
        Seed("workbook", "sheet.xlsx", sheet, _with_sheet(book)),
        *_sdmx(),
    ]


SEEDS = seeds()
# Most of them behind the header, so that there is something to read.
PLACE = st.one_of(st.integers(2_000, 10_000), st.integers(2_000, 10_000), st.integers(0, 10_000))
LENGTH = st.integers(1, 300)
DAMAGE: st.SearchStrategy[tuple[Any, ...]] = st.one_of(
    st.tuples(st.just("flip"), PLACE, st.integers(1, 15)),
    st.tuples(st.just("flip"), PLACE, st.integers(1, 255)),
    st.tuples(st.just("cut"), PLACE),
    st.tuples(st.just("drop"), PLACE, LENGTH),
    st.tuples(st.just("double"), PLACE, LENGTH, PLACE),
    st.tuples(st.just("insert"), PLACE, st.sampled_from(PIECES)),
    st.tuples(st.just("insert"), PLACE, st.sampled_from(PIECES)),
    st.tuples(st.just("noise"), PLACE, st.binary(min_size=1, max_size=40)),
    st.tuples(st.just("zeros"), PLACE, LENGTH),
    st.tuples(st.just("splice"), PLACE, st.sampled_from(SEEDS), PLACE),
)


def damaged(content: bytes, damage: tuple[Any, ...]) -> bytes:
    """The content with one damage. Places are ten-thousandths of its length."""
    what, place, *more = damage
    at = place * len(content) // 10_000
    if what == "flip":
        return content[:at] + bytes(byte ^ more[0] for byte in content[at : at + 1]) + content[at + 1 :]
    if what == "cut":
        return content[:at]
    if what == "drop":
        return content[:at] + content[at + more[0] :]
    if what == "double":
        into = more[1] * len(content) // 10_000
        return content[:into] + content[at : at + more[0]] + content[into:]
    if what in ("insert", "noise"):
        return content[:at] + more[0] + content[at:]
    if what == "zeros":
        return content[:at] + bytes(more[0]) + content[at + more[0] :]
    other: Seed = more[0]
    return content[:at] + other.text[more[1] * len(other.text) // 10_000 :]


@st.composite
def damaged_files(draw: st.DrawFn) -> Case:
    seed = draw(st.sampled_from(SEEDS))
    inside = seed.text
    for damage in draw(st.lists(DAMAGE, min_size=seed.plain, max_size=2)):
        inside = damaged(inside, damage)
    content = seed.pack(inside)
    if not seed.plain and draw(st.integers(0, 2)) == 0:
        content = damaged(content, draw(DAMAGE))
    return Case(seed, content, inside)


@st.composite
def noises(draw: st.DrawFn) -> Case:
    """Bytes without any sense, behind a beginning that may promise some."""
    seed = draw(st.sampled_from(SEEDS))
    head = draw(st.sampled_from((b"", *PIECES, seed.text[:200], seed.pack(seed.text)[:60])))
    content = head + draw(st.binary(max_size=400))
    return Case(seed, content, content)


FILES = st.one_of(*[damaged_files()] * 9, noises())
