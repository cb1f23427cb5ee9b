"""Log files that do not grow for ever."""

import re
from dataclasses import dataclass
from pathlib import Path

_MAX_BYTES = 5_000_000
_KEPT = 3
_SHOWN_CHARACTERS = 300
# In capitals as most loggers write, and in the lower-case fields of structured lines.
_TROUBLE = re.compile(rb"\b(ERROR|CRITICAL|FATAL)\b|^Traceback|\blevel\W{1,4}(error|critical)\b")


def rotate(path: Path, max_bytes: int = _MAX_BYTES) -> None:
    """web.log becomes web.log.1, that web.log.2, the oldest goes, once the file is large."""
    if not path.exists() or path.stat().st_size < max_bytes:
        return
    for number in reversed(range(_KEPT)):
        older = path.with_name(f"{path.name}.{number}") if number else path
        if older.exists():
            older.rename(path.with_name(f"{path.name}.{number + 1}"))


def is_trouble(line: bytes) -> bool:
    """Whether a line of a process belongs in the terminal as well.

    That /healthz answers 503 is no news there: it is asked until everything has started.
    """
    return _TROUBLE.search(line[:400]) is not None and b"/healthz" not in line


def shortened(line: str) -> str:
    """For the terminal; the file has the whole line."""
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]} …"


@dataclass
class Log:
    """One process's log, each line with the process's name before it."""

    path: Path
    name: str
    _rest: bytes = b""

    def write(self, data: bytes) -> list[str]:
        """Appends whole lines to the file and returns those that tell of trouble, ready for the terminal."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > 65_536:  # a line that never ends must not fill the memory
            lines, self._rest = [*lines, self._rest], b""
        if not lines:
            return []
        rotate(self.path)
        prefix = f"{self.name} | ".encode()
        with self.path.open("ab") as file:
            file.write(b"".join(prefix + line + b"\n" for line in lines))
        return [shortened((prefix + line).decode(errors="replace")) for line in lines if is_trouble(line)]

    @property
    def unfinished(self) -> bool:
        """Whether a last line without its end is waiting."""
        return bool(self._rest)

    def end(self, count: int = 8) -> str:
        """The last lines, to say why a process died."""
        try:
            lines = self.path.read_text(errors="replace").splitlines()[-count:]
            return "\n".join(shortened(line) for line in lines)
        except FileNotFoundError:
            return ""
