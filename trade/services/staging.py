"""What a run's good rows make of the last release: its parts, each period's laid over the published one."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from trade.imports import corrects, marks, parts
from trade.imports.reading import Progress
from trade.models import Dataset, Part, Release

# Files that are copied into the storage at once; their checksums are computed outside Python's lock.
COPIES = 2


@dataclass(slots=True)
class Staged:
    """`parts` of the release to be, by period; `revised`: the months whose published figures change.

    `twins`: by a part's checksum where its facts lie with their codes as numbers, see `parts.twin`.
    """

    parts: dict[str, Part]
    revised: list[str] = field(default_factory=list)
    twins: dict[str, Path] = field(default_factory=dict)


def staged(
    dataset: Dataset,
    base: Mapping[str, Part],
    spools: Mapping[str, list[Path]],
    *,
    coverage: Sequence[str],
    target: corrects.Target | None,
    work: Path,
    demonstration: bool,
    progress: Progress,
) -> Staged:
    """`base`: the parts of the release that the run is laid over. `spools`: the run's own files, which stay."""
    found = Staged(dict(base))
    with ThreadPoolExecutor(COPIES, thread_name_prefix="staging") as pool:
        copied = {}
        for period in sorted(spools):
            own, there, path = spools[period], base.get(period), work / f"laid-{period}.parquet"
            if target is not None:
                shown = target.release.state == Release.State.PUBLISHED
                rows, revised = corrects.added(own, there, path, published=shown), False
            else:
                rows, revised = marks.marked(own, there, coverage, path)
            found.revised += [period] if revised else []
            whole = parts.whole(there, rows, coverage, work / f"part-{period}.parquet")
            copied[period] = whole, pool.submit(parts.put, whole)
        for done, (period, (whole, stored)) in enumerate(copied.items()):
            progress("staging", done, len(copied))
            found.parts[period] = parts.keep(dataset, period, stored.result(), demonstration=demonstration)
            if parts.twin(whole).exists():
                found.twins[stored.result().sha256] = parts.twin(whole)
    return found
