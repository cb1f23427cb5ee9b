"""Text in every encoding, delimiter, decimal mark and script of digits; packed files, whole, broken and hostile."""

import gzip
import io
import itertools
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trade.importing import written
from trade.sources import SourceFile
from trade.sources.base import RAW, WRITTEN
from trade.sources.encodings import Evidence, code_page, first_fault
from trade.sources.lines import blocks
from trade.sources.reasons import Refusal
from trade.sources.text import Layout, Table, read_table, read_tables
from trade.sources.zeros import zero_lost

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "cp1256")
DELIMITERS = (",", ";", "\t", "|")
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
FRENCH, ARABIC = "Données à céder, forêt « brûlée » Émilie", "المكتب المغربي للصرف والتجارة الخارجية"
HEADER = ("name", "code", "amount")


def file_of(folder: Path, content: bytes, name: str = "file.csv") -> SourceFile:
    return SourceFile(0, name, written(folder, content, name))


def read(folder: Path, content: bytes, name: str = "file.csv", **layout: object) -> list[Table]:
    given_layout = Layout("customs", numbers=["amount"], long_columns=["name"], **layout)  # type: ignore[arg-type]
    return list(read_tables(file_of(folder, content, name), HEADER, given_layout))


def refused(folder: Path, content: bytes, **layout: object) -> str:
    with pytest.raises(Refusal) as caught:
        read(folder, content, **layout)
    return caught.value.code


def column(table: Table, name: str) -> list[str]:
    return table.frame[RAW + name].to_list()


COMBINATIONS = [
    (encoding, delimiter, decimal, digits)
    for encoding, delimiter, decimal, digits in itertools.product(
        ENCODINGS, DELIMITERS, (".", ","), ("latin", "arabic", "persian")
    )
    # The code pages have no digits but the Latin ones.
    if digits == "latin" or encoding.startswith("utf")
]


@pytest.mark.parametrize(("encoding", "delimiter", "decimal", "digits"), COMBINATIONS)
def test_every_combination_is_read_alike(
    encoding: str, delimiter: str, decimal: str, digits: str, tmp_path: Path
) -> None:
    name = ARABIC if encoding == "cp1256" else FRENCH if encoding == "cp1252" else FRENCH + ARABIC
    amounts = ["12.25", "0.5", "1234.500", "7", "-3.75"]
    rows = [[f'"{name}{delimiter} x"', f"08027{at}", amount] for at, amount in enumerate(amounts)]
    for row in rows:
        amount = row[2].replace(".", decimal)
        row[2] = f'"{amount}"' if decimal == delimiter else amount
        if digits != "latin":
            table = EASTERN if digits == "arabic" else PERSIAN
            mark = "٫" if decimal == "," else "."
            row[1] = row[1].translate(table)
            row[2] = row[2].replace(decimal, mark).translate(table)
    text = "\n".join(delimiter.join(row) for row in [list(HEADER), *rows]) + "\n"
    (found,) = read(tmp_path, text.encode(encoding))

    assert column(found, "amount") == amounts
    assert column(found, "code") == [f"08027{at}" for at in range(5)]
    assert column(found, "name") == [f"{name}{delimiter} x"] * 5
    assert found.frame["line"].to_list() == [2, 3, 4, 5, 6]
    assert found.frame["repaired"].to_list() == [digits != "latin"] * 5
    if digits != "latin":
        assert found.frame[WRITTEN + "code"].to_list() == [row[1] for row in rows]
    told = [params["encoding"] for code, params in found.log if code == "encoding_read"]
    expected = {"cp1252": ["Windows-1252"], "cp1256": ["Windows-1256"], "utf-16": ["UTF-16"]}
    assert told == expected.get(encoding, [])


def test_a_comma_that_may_stand_between_thousands_proves_nothing(tmp_path: Path) -> None:
    (found,) = read(tmp_path, b"name;code;amount\na;1;1,500\nb;2;12,000,000\n")
    assert column(found, "amount") == ["1,500", "12,000,000"]
    (found,) = read(tmp_path, b"name;code;amount\na;1;1,500\nb;2;12,000,000\n", thousands=",", decimal=".")
    assert column(found, "amount") == ["1500", "12000000"]


def test_a_point_among_decimal_commas_is_no_decimal_point(tmp_path: Path) -> None:
    (found,) = read(tmp_path, b"name;code;amount\na;1;0,5\nb;2;12,25\nc;3;1.500\n")
    assert column(found, "amount") == ["0.5", "12.25", "1,500"]
    assert found.frame[WRITTEN + "amount"].to_list()[2] == "1.500"


def test_a_wrong_hint_is_told(tmp_path: Path) -> None:
    assert refused(tmp_path, b"name,code,amount\na,1,2\n", delimiter=";") == "delimiter_other"


@given(
    st.lists(
        st.sampled_from(["CRÉÉE", "FORÊT", "ÉTÉ", "À", "créée", "Émilie", "naïveté", "l’œuvre"]), max_size=9
    )
)
def test_french_is_never_taken_for_arabic(words: list[str]) -> None:
    evidence = Evidence()
    evidence.add(f"Société générale {' '.join(words)} à Fès".encode("cp1252"))
    assert evidence.encoding() != "cp1256"


@pytest.mark.parametrize(
    "content",
    [
        ("name,code,amount\n" + f"{ARABIC},1,2\n" * 9).encode() + b"\xff,1,2\n",
        "name,code,amount\nПривет мир большой,1,2\n".encode("cp1251"),
        "name,code,amount\ncréée à l'été,1,2\n".encode("cp850"),
        b"name,code,amount\n" + bytes(range(1, 256)) * 9,
    ],
    ids=["broken UTF-8", "Cyrillic", "MS-DOS", "no text"],
)
def test_what_no_evidence_decides_is_refused_with_its_line(content: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path, content) == "encoding"


@given(st.binary(max_size=300))
@settings(max_examples=150)
def test_the_quick_scan_finds_what_python_finds(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = written(tmp_path_factory.getbasetemp(), content, "scan.bin")
    try:
        content.decode()
        expected = None
    except UnicodeDecodeError as error:
        expected = error.start
    assert first_fault(path) == expected
    code_page(path)


GOOD = b"name,code,amount\na,080270,1.5\nb,080271,2\n"


def zipped(*members: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def test_packed_files_are_read(tmp_path: Path) -> None:
    for content in (
        gzip.compress(GOOD),
        gzip.compress(GOOD[:20]) + gzip.compress(GOOD[20:]),
        zipped(("a.csv", GOOD)),
    ):
        (found,) = read(tmp_path, content)
        assert column(found, "amount") == ["1.5", "2"]
    tables = read(tmp_path, zipped(("x/a.csv", GOOD), ("__MACOSX/a.csv", b"x"), ("b.csv", GOOD)))
    assert [table.file.member for table in tables] == ["a.csv", "b.csv"]
    assert [table.frame["line"].to_list() for table in tables] == [[2, 3], [2, 3]]


HOSTILE = {
    "gzip cut off": (lambda: gzip.compress(GOOD * 999)[:-9], "archive_cut_off"),
    "gzip damaged": (lambda: gzip.compress(GOOD)[:-8] + b"\0" * 8, "archive_broken"),
    "gzip bomb": (lambda: gzip.compress(b"a" * (64 << 20)), "archive_bomb"),
    "gzip in gzip": (lambda: gzip.compress(gzip.compress(GOOD)), "archive_nested"),
    "zip in gzip": (lambda: gzip.compress(zipped(("a.csv", GOOD))), "archive_nested"),
    "zip cut off": (lambda: zipped(("a.csv", GOOD * 99))[:-30], "archive_cut_off"),
    "zip bomb": (lambda: zipped(("a.csv", b"a" * (64 << 20))), "archive_bomb"),
    "zip in zip": (lambda: zipped(("a.csv", zipped(("a.csv", GOOD)))), "archive_nested"),
    "too many": (lambda: zipped(*((f"{number}.csv", GOOD) for number in range(501))), "archive_members"),
    "a long list": (lambda: zipped(*((f"{number}{'x' * 900}.csv", b"") for number in range(1200))), "archive_members"),
    "several kinds": (lambda: zipped(("a.csv", GOOD), ("b.pdf", GOOD)), "archive_mixed"),
    "nothing in it": (zipped, "archive_empty"),
    "a workbook": (lambda: zipped(("[Content_Types].xml", b"<x/>"), ("xl/a.xml", b"")), "workbook_here"),
    "an endless line": (lambda: b"name,code,amount\na,1," + b"9" * (60 << 20), "line_endless"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused(case: str, tmp_path: Path) -> None:
    make, code = HOSTILE[case]
    assert refused(tmp_path, make()) == code


def test_a_zip_of_several_is_no_single_table(tmp_path: Path) -> None:
    content = zipped(("a.csv", GOOD), ("b.csv", GOOD))
    with pytest.raises(Refusal, match="several files"):
        read_table(file_of(tmp_path, content), HEADER, source="customs")


def test_stretches_count_lines_through(tmp_path: Path) -> None:
    lines = ["name,code,amount", *(f"n{at},1,{at}" if at % 7 else "" for at in range(1000))]
    tables = read(tmp_path, "\r\n".join(lines).encode(), rows=90)

    assert len(tables) > 10
    assert all(table.frame.height <= 90 for table in tables)
    whole = pl.concat(table.frame.select("line", RAW + "amount") for table in tables)
    assert whole.rows() == [(at + 2, str(at)) for at in range(1000) if at % 7]


def test_blocks_that_end_within_a_line_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trade.sources.lines.BLOCK", 64)
    for end in (b"\n", b"\r\n", b"\r"):
        path = written(tmp_path, end.join(b"x" * (at % 50) for at in range(300)), "lines.txt")
        found = pl.concat(stretch.frame for stretch in blocks(path))
        assert found["line"].to_list() == list(range(1, 301))
        assert found["text"].str.len_bytes().to_list() == [at % 50 for at in range(300)]


def test_a_zero_is_given_back_only_where_it_is_certain() -> None:
    codes = pl.Series(["80270", "802", "8", "80299", "802700000", "310310", "80270", "080270"])
    editions = pl.Series(["E", "E", "E", "E", "E", "E", "X", "E"])
    known = {"E": frozenset({"08", "0802", "080270", "310310"}), "X": frozenset[str]()}

    def lost(*levels: int) -> list[bool]:
        return zero_lost(codes, editions, levels, known=known.__getitem__).to_list()

    assert lost(2, 4, 6, 10) == [True, True, True, False, True, False, False, False]
    assert lost(6) == [True, False, False, False, False, False, False, False]
