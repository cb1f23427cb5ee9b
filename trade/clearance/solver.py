"""HiGHS, ready for use: one thread each, silent from its first word, and given only so much time."""

import math
import os
import time
from dataclasses import dataclass
from functools import cache

import highspy

# The longest, in seconds, that one programme may take.
ONE = 20.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Until when (of `time.monotonic`) to try, and whether the first cell that cannot be opened ends it: for callers
    that have something simpler to fall back on.
    """

    until: float = math.inf
    whole: bool = False

    def seconds(self) -> float:
        """What the next programme may take."""
        return min(ONE, self.until - time.monotonic())

    def over(self) -> bool:
        return time.monotonic() > self.until


ENDLESS = Patience()


def solver() -> highspy.Highs:
    _greeted()
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.silent()
    model.setOptionValue("threads", 1)
    return model


@cache
def _greeted() -> None:
    """HiGHS greets on standard output before it can be told not to; commands write their answers there."""
    kept, nothing = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 1)
        highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(kept, 1)
        os.close(nothing)
        os.close(kept)
