"""What a test sees on a page."""

import re
from html.parser import HTMLParser

from django.http import HttpResponseBase
from django.test import Client


class Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def text(response: HttpResponseBase) -> str:
    """The words of a page, single spaces, without the marks that isolate or join."""
    parser = Text()
    parser.feed(response.content.decode())  # type: ignore[attr-defined]
    return plain(" ".join(parser.words))


def plain(words: str) -> str:
    return " ".join(
        re.sub("[\u200e\u200f\u2066-\u2069]", "", words).replace("\u202f", " ").replace("\xa0", " ").split()
    )


def links(response: HttpResponseBase, piece: str) -> list[str]:
    found = re.findall(r'(?:href|src)="([^"]*)"', response.content.decode())  # type: ignore[attr-defined]
    return [link.replace("&amp;", "&") for link in found if piece in link]


def block(response: HttpResponseBase, anchor: str) -> str:
    """The HTML of one block of a page."""
    body = response.content.decode()  # type: ignore[attr-defined]
    found = re.search(rf'<section class="block" id="{anchor}".*?</section>', body, flags=re.DOTALL)
    assert found, f"no block {anchor}"
    return found[0]


def get(reader: Client, path: str) -> HttpResponseBase:
    response = reader.get(path)
    assert response.status_code == 200, f"{path}: {response.status_code}"
    return response
