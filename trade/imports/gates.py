"""Whole-run rules: a run that breaks one is refused, and nothing of it reaches a release."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from trade.imports.validate import Checked
from trade.models import Dataset, Release
from trade.sources.base import SourceFile
from trade.sources.reasons import Refusal

DEMO_PREFIX = "DEMO"
# In a small file a handful of bad rows is a large share: up to so many pass while most rows are good.
SLIPS = 10


@dataclass(frozen=True, slots=True)
class FileKind:
    """What the good rows of one file are."""

    file: SourceFile
    demonstration: bool


def file_kind(file: SourceFile, good: pl.DataFrame) -> FileKind:
    """Demonstration data or real, by its customs offices. Raises Refusal where a file holds both."""
    demo = pl.col("customs_office").str.starts_with(DEMO_PREFIX)
    offices = good.filter(pl.col("customs_office").is_not_null()).select("line", demo=demo)
    if offices.is_empty():
        return FileKind(file, demonstration=False)
    kinds = offices["demo"].unique()
    if len(kinds) > 1:
        few = not offices["demo"].mean() > 0.5  # type: ignore[operator]
        raise Refusal("demo_mixed", file=file.name, line=offices.filter(pl.col("demo") == few)["line"][0])
    return FileKind(file, demonstration=bool(kinds[0]))


def same_kind(kinds: Sequence[FileKind]) -> bool:
    """Whether the run's files are demonstration data. Raises Refusal where some are and some are not."""
    found = {kind.demonstration for kind in kinds}
    if len(found) > 1:
        raise Refusal("demo_files_mixed")
    return found == {True}


def demonstration_welcome(dataset: Dataset, kinds: Sequence[FileKind], published: Release | None) -> None:
    """A demonstration file is refused once the dataset holds real data."""
    if published is not None and not published.demonstration and same_kind(kinds):
        raise Refusal("demo_refused", file=kinds[0].file.name, dataset=dataset.code)


def rows_readable(file: SourceFile, checked: Checked) -> None:
    """A file of which nothing is good is not what was meant."""
    if checked.good.is_empty():
        raise Refusal("nothing_good", file=file.name, rejected=checked.rejected)


def rejects_few(dataset: Dataset, *, read: int, rejected: int) -> None:
    """Not more than the dataset's share of rows may be bad; a few slips in a small file are allowed."""
    few = rejected <= SLIPS and rejected * 2 < read
    if rejected > dataset.max_rejected * read and not few:
        limit = f"{dataset.max_rejected * 100:.2f}".rstrip("0").rstrip(".")
        raise Refusal("too_many_rejected", rejected=rejected, read=read, limit=limit)
