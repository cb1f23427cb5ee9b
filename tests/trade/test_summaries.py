"""Summaries: what clearance decides from, against sums made the slow way; made anew only where parts changed."""

from pathlib import Path

import polars as pl
import pytest

from reference import selectors as reference
from tests.trade.importing import imported
from tests.trade.summing import periods_of, summed
from trade.clearance import ladder
from trade.cube import summaries
from trade.demo.generator import customs_files
from trade.imports import parts
from trade.models import Release, Summary

pytestmark = pytest.mark.django_db
ORDER = ["level", "flow", "region", "partner", "product"]
# Counted only where the p % rule asks for it.
LEFT_OUT = "second"


@pytest.fixture
def release(tmp_path: Path, vocabulary: None, monkeypatch: pytest.MonkeyPatch) -> Release:
    """Its parts, not summed and not cleared yet."""
    with monkeypatch.context() as staged:
        staged.setattr("trade.cube.rollups.build", lambda *_args, **_options: None)
        run = imported("customs", *customs_files(17, 6_000, 3, tmp_path), publish=False)
    return Release.objects.get(run=run)


def naive(release: Release, months: list[str], *, rolling: bool) -> pl.DataFrame:
    held = {part.period: part for part in release.parts.all()}
    facts = pl.concat([parts.read(held[month]) for month in months])
    return summed(facts, reference.section_of(), rolling=rolling)


def same(ours: pl.DataFrame, theirs: pl.DataFrame, *, without: tuple[str, ...]) -> bool:
    kinds = {name: kind for name, kind in ours.schema.items() if name not in without}
    mine, other = (
        side.select(pl.col(name).cast(kind) for name, kind in kinds.items()) for side in (ours, theirs)
    )
    return mine.sort(ORDER).equals(other.sort(ORDER))


def test_every_period_agrees_with_the_slow_sums(release: Release) -> None:
    found = summaries.of(release)
    wanted = periods_of([part.period for part in release.parts.all()])
    assert list(found) == sorted(wanted)
    for period, months in wanted.items():
        rolling = period.endswith("-R12")
        ours = pl.read_parquet(summaries.path(found[period]))
        theirs = naive(release, months, rolling=rolling)
        # Quantities are the whole country's with all partners together: elsewhere units are mixed nearly always.
        if len(months) < 12:  # finer cells are told of whole years only
            theirs = theirs.filter(ladder.told_monthly())
        country = (pl.col("region") == "") & (pl.col("partner") == "W")
        theirs = theirs.with_columns(pl.when(country).then(pl.col("quantity", "unit")))
        # Of twelve months that end with any month nobody's share is looked at: they are shown only where each is.
        without = (LEFT_OUT, "largest") if rolling else (LEFT_OUT,)
        assert ours.height > (100 if len(months) == 12 else 50)
        assert same(ours, theirs, without=without), period
        assert found[period].months == len(months)


def test_what_is_there_is_not_made_again(release: Release) -> None:
    summaries.of(release)
    before = set(Summary.objects.values_list("pk", flat=True))
    assert {summary.pk for summary in summaries.of(release).values()} <= before
    assert set(Summary.objects.values_list("pk", flat=True)) == before


def test_a_month_that_goes_makes_its_own_periods_anew(release: Release) -> None:
    summaries.of(release)
    before = set(Summary.objects.values_list("pk", flat=True))
    held = release.parts.get(period="2024-12")
    release.parts.through.objects.filter(release=release, part=held).delete()
    fewer = summaries.of(release)
    made = Summary.objects.exclude(pk__in=before)
    assert {summary.period for summary in made} == {"2024", "2024-Q4"}
    assert "2024-12" not in fewer
    assert "2024-12-R12" not in fewer
