"""The words of a page, each with the language that its element names."""

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from django.http import HttpResponseBase

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SPOKEN = ("alt", "title", "placeholder", "aria-label", "aria-description", "aria-roledescription", "content")
UNSPOKEN = {"script", "style"}
# Codes, names of files and formats: the same in every language.
CODES = {"bdi", "code", "kbd", "samp", "pre"}


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    language: str
    code: bool
    where: str


class Listener(HTMLParser):
    """Collects text nodes and the attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, str, bool]] = [("", "", False)]
        self.found: list[Said] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        _, language, code = self.stack[-1]
        here = (
            tag,
            given.get("lang") or given.get("xml:lang") or language,
            code or tag in CODES or "code" in (given.get("class") or "").split(),
        )
        for name in SPOKEN:
            # Of `meta` only what a reader meets.
            if given.get(name) and (tag != "meta" or given.get("name") == "description"):
                self.found.append(Said(given[name] or "", here[1], here[2], f"{tag} {name}"))
        if tag not in VOID:
            self.stack.append(here)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        while len(self.stack) > 1 and any(entry[0] == tag for entry in self.stack):
            if self.stack.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        tag, language, code = self.stack[-1]
        if data.strip() and not UNSPOKEN & {entry[0] for entry in self.stack}:
            self.found.append(Said(" ".join(data.split()), language, code, tag))


def said(response: HttpResponseBase) -> Iterator[Said]:
    """What a page says, text by text."""
    listener = Listener()
    listener.feed(response.content.decode())  # type: ignore[attr-defined]
    yield from listener.found
