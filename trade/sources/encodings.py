"""In which encoding a text file is: UTF-8 by one cheap scan, else by the evidence of its bytes."""

import codecs
from pathlib import Path

import numpy as np
import numpy.typing as npt

BLOCK = 1 << 22
UTF8, UTF16, WESTERN, ARABIC = "utf-8", "utf-16", "cp1252", "cp1256"
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


def _set(*codes: int | range) -> Flags:
    flags = np.zeros(256, dtype=np.bool_)
    for code in codes:
        flags[list(code) if isinstance(code, range) else [code]] = True
    return flags


# Windows-1256: the Arabic letters, and the twelve that make up two thirds of any Arabic text.
ARABIC_LETTERS = _set(
    range(0xC1, 0xD7), range(0xD8, 0xDC), range(0xDD, 0xE0), 0xE1, range(0xE3, 0xE7), 0xEC, 0xED
)
ARABIC_OFTEN = _set(0xC7, 0xE1, 0xED, 0xE3, 0xE6, 0xE4, 0xD1, 0xC8, 0xCA, 0xC9, 0xCF, 0xDA)
# Where the two code pages differ: é, à, ç and their like are the same in both and prove neither.
DIFFERENT = _set(
    *(
        code
        for code in range(0x80, 0x100)
        if bytes([code]).decode("cp1256") != bytes([code]).decode("cp1252", "replace")
    )
)
# What Windows-1252 has no character for, and where MS-DOS kept the letters of French.
UNDEFINED = _set(0x81, 0x8D, 0x8F, 0x90, 0x9D)
OF_DOS = _set(0x82, 0x83, 0x87, 0x88, 0x89, 0x8A, 0x8B)
LETTERS = _set(range(0xC0, 0x100))
UTF8_LEADS, UTF8_REST = _set(range(0xC2, 0xF5)), _set(range(0x80, 0xC0))
# No text holds these, apart from a few that old programs leave.
CONTROLS = _set(range(9), range(0x0E, 0x1A), range(0x1B, 0x20), 0x7F)


def first_fault(path: Path) -> int | None:
    """Place of the first byte that is not UTF-8, from 0; None where the whole file is. Memory: one block."""
    place, rest = 0, b""
    with path.open("rb", buffering=0) as stream:
        block = bytearray(BLOCK)
        while size := stream.readinto(block):
            text = block if size == BLOCK else block[:size]
            # ASCII, eight bytes at a time and no copy: nearly every file is nothing else.
            if not rest and text.isascii():
                place += size
                continue
            joined = rest + text
            try:
                _text, used = codecs.utf_8_decode(joined, "strict", False)
            except UnicodeDecodeError as error:
                return place - len(rest) + error.start
            place, rest = place + size, bytes(joined[used:])
    return place - len(rest) if rest else None


def is_utf16(head: bytes) -> bool:
    """By its mark, or because every other byte is zero."""
    return head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or head[:200].count(0) * 3 > len(head[:200])


class Evidence:
    """What the bytes of a file that is not UTF-8 say of its code page, counted block by block."""

    def __init__(self) -> None:
        self.counts: npt.NDArray[np.int64] = np.zeros(256, dtype=np.int64)
        # Arabic letters within a word of three or more, letters of any script so, bytes in UTF-8's order.
        self.words = self.triples = self.sequences = 0

    def add(self, block: bytes) -> None:
        codes = np.frombuffer(block, np.uint8)
        self.counts += np.bincount(codes, minlength=256)
        arabic = ARABIC_LETTERS[codes]
        self.words += int((arabic[2:] & arabic[1:-1] & arabic[:-2]).sum())
        letters = LETTERS[codes]
        self.triples += int((letters[2:] & letters[1:-1] & letters[:-2]).sum())
        self.sequences += int((UTF8_LEADS[codes[:-1]] & UTF8_REST[codes[1:]]).sum())

    def encoding(self) -> str | None:
        """`cp1252`, `cp1256`, or None where the bytes are neither: broken UTF-8, another code page, no text."""
        high = self._of(_HIGH)
        letters = self._of(LETTERS)
        no_text = self._of(CONTROLS) * 100 > int(self.counts.sum())
        if no_text or (letters and self.sequences * 2 > self._of(UTF8_LEADS)):
            return None
        different, often = self._of(DIFFERENT & LETTERS), self._of(ARABIC_OFTEN)
        # Capitals of French stand alone, or two together; a word of five letters has three within it.
        if self.words and self.words * 4 >= different and often * 2 >= self._of(ARABIC_LETTERS):
            return ARABIC
        foreign = self.triples * 10 > letters or self._of(OF_DOS) > letters
        return None if not high or foreign or self._of(UNDEFINED) else WESTERN

    def _of(self, flags: Flags) -> int:
        return int(self.counts[flags].sum())


_HIGH = _set(range(0x80, 0x100))


def code_page(path: Path) -> str | None:
    """The code page of a text that is not UTF-8, by all of its bytes; None where it cannot be told."""
    evidence = Evidence()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            evidence.add(block)
    return evidence.encoding()


def transcode(path: Path, into: Path, encoding: str) -> None:
    """Write the file as UTF-8, block by block. Raises UnicodeDecodeError where the encoding is another."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as source, into.open("wb") as target:
        while block := source.read(BLOCK):
            target.write(decoder.decode(block).encode())
        target.write(decoder.decode(b"", final=True).encode())


def line_of(path: Path, place: int) -> int:
    """The line, from 1, in which a byte stands."""
    line, read = 1, 0
    with path.open("rb") as stream:
        while read < place and (block := stream.read(min(BLOCK, place - read))):
            line += block.count(b"\n")
            read += len(block)
    return line
