"""HiGHS, ready for use: one thread each, and silent from its first word."""

import os
from functools import cache

import highspy


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
