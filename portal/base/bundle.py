"""Static files that are made, not kept in the repository; the first is the style sheet of the whole site.

One sheet made of the small ones: a page asks once, and every later page has it already. The order is the cascade: what
a value is called, elements, layout, components by name, paper last. Comments go; the sources stay as they are for
people to read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import rcssmin
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage


def sheets() -> list[Path]:
    """The sources in the order of the cascade."""
    folder = settings.BASE_DIR / "static" / "css"
    parts = sorted((folder / "components").glob("*.css"))
    return [folder / "tokens.css", folder / "base.css", folder / "layout.css", *parts, folder / "print.css"]


def text() -> str:
    # The addresses of pictures are relative to a sheet's own folder; the bundle lies in `css/`.
    return "\n".join(
        rcssmin.cssmin(sheet.read_text(encoding="utf-8").replace("../../img/", "../img/"))
        for sheet in sheets()
    )


class MadeFinder(BaseFinder):
    """Yields one file, written beside the portal's other products by the first who asks and whenever it is stale.

    A finder, so that a server sends the file compressed, under its hash, to be kept for ever.
    """

    name: str

    @property
    def storage(self) -> FileSystemStorage:
        return FileSystemStorage(location=settings.QAFILA_HOME / "bundle")

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path != self.name:
            return []
        found = str(self._written())
        return [found] if find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        self._written()
        yield self.name, self.storage

    def _written(self) -> Path:
        path = Path(self.storage.path(self.name))
        if not path.exists() or self.stale(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            # Under a name of its own first: two may write at once, and a reader never meets half a file.
            part = path.with_name(f"{path.name}.{uuid4().hex}")
            part.write_text(self.made(), encoding="utf-8")
            part.replace(path)
        return path

    def stale(self, path: Path) -> bool:
        return path.read_text(encoding="utf-8") != self.made()

    def made(self) -> str:
        raise NotImplementedError


class BundleFinder(MadeFinder):
    name = "css/qafila.css"

    def made(self) -> str:
        return text()
