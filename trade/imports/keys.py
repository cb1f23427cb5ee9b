"""A run never takes a key twice, in whichever of its files it stands: keys are kept until the run ends, and
compared by their hashes where two batches have the same period.

128 bits a key: two of 20 million different keys share them with a chance of one in 10^24.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from trade.sources.coded import hashes

SEEDS = (1, 2)
# 2^64 divided by the golden ratio: a multiplication by it spreads every bit over the higher ones.
ODD = np.uint64(0x9E3779B97F4A7C15)
HASHES = tuple(f"hash{seed}" for seed in SEEDS)


def hashed(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """`rows` with the two hashes of their keys beside them."""
    return rows.with_columns(
        pl.Series(name, _mixed([hashes(rows[column], seed) for column in key]))
        for seed, name in zip(SEEDS, HASHES, strict=True)
    )


def _mixed(columns: Sequence[npt.NDArray[np.uint64]]) -> npt.NDArray[np.uint64]:
    """One hash of several, in their order."""
    found = np.zeros_like(columns[0])
    for column in columns:
        found = (found ^ column) * ODD
        found ^= found >> np.uint64(32)
    return found


def kept(keys: pl.DataFrame, path: Path) -> Path:
    """Lay a batch's keys by, with `file` and `line`: most are never looked at again."""
    keys.write_ipc(path, compression="uncompressed")
    return path


class Keys:
    """The keys of the good rows that a run has laid by, in files of its work folder, by period."""

    def __init__(self) -> None:
        self._paths: dict[str, list[Path]] = {}

    def add(self, paths: dict[str, Path]) -> None:
        for period, path in paths.items():
            self._paths.setdefault(period, []).append(path)

    def seen(self, paths: dict[str, Path], key: Sequence[str]) -> pl.DataFrame | None:
        """Those kept keys that the given files have too: HASHES, `file`, `line`; None where there are none."""
        found = []
        for period, path in paths.items():
            if period in self._paths:
                new = _read(path, key)
                found += [
                    _read(earlier, key).join(new, on=HASHES, how="semi") for earlier in self._paths[period]
                ]
        both = pl.concat(found) if found else pl.DataFrame()
        return None if both.is_empty() else both


def _read(path: Path, key: Sequence[str]) -> pl.DataFrame:
    return hashed(pl.read_ipc(path), key).select(*HASHES, "file", "line")
