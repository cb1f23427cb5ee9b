"""What `make run` says in the terminal."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


def say(text: str) -> None:
    """A line of progress."""
    print(text, flush=True)


def warn(text: str) -> None:
    """A line about something wrong."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def timed(text: str) -> Iterator[None]:
    """Says `text` at once, and how long it took when the block ends well."""
    begun = time.monotonic()
    print(f"{text} … ", end="", flush=True)
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f"{time.monotonic() - begun:.1f} s", flush=True)


def block(lines: Sequence[tuple[str, str]]) -> str:
    """Labelled lines between two rules, so that the address is found again above later messages."""
    width = max(len(label) for label, _ in lines)
    rows = [f"  {label:<{width}}  {value}".rstrip() for label, value in lines]
    rule = "─" * max(len(row) + 2 for row in rows)
    return "\n".join([rule, *rows, rule])
