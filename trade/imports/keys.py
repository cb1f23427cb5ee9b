"""A run never takes a key twice, in whichever of its files it stands: keys are kept as hashes until the run ends.

128 bits a key: two of 20 million different keys share them with a chance of one in 10^24.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

SEEDS = (1, 2)
HASHES = tuple(f"hash{seed}" for seed in SEEDS)


def hashed(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """`rows` with the two hashes of their keys beside them."""
    keys = rows.select(key)
    return rows.with_columns(
        keys.hash_rows(seed).alias(name) for seed, name in zip(SEEDS, HASHES, strict=True)
    )


class Keys:
    """The keys of the good rows that a run has laid by, in files of its work folder, by period."""

    def __init__(self) -> None:
        self._paths: dict[str, list[Path]] = {}

    def add(self, paths: dict[str, Path]) -> None:
        for period, path in paths.items():
            self._paths.setdefault(period, []).append(path)

    def seen(self, paths: dict[str, Path]) -> pl.DataFrame | None:
        """Those kept keys that the given files have too: HASHES, `file`, `line`; None where there are none."""
        earlier = [path for period in paths for path in self._paths.get(period, [])]
        if not earlier:
            return None
        new = pl.scan_parquet(list(paths.values()), glob=False).select(HASHES)
        found = pl.scan_parquet(earlier, glob=False).join(new, on=list(HASHES), how="semi").collect()
        return None if found.is_empty() else found
