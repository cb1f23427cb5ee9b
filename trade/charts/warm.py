"""Draw the main pages' charts before anybody asks: after a release is published or withdrawn.

Bounded: those of the home page, the regions' page and the twelve regions' pages, in every language. Twice does no
harm: what is kept already is not drawn again.
"""

from collections.abc import Iterator

import structlog
from django.conf import settings

from portal.base.errors import DomainError
from reference import selectors as reference
from trade import cube
from trade.charts import figures
from trade.charts.draw import chart_svg

log = structlog.get_logger(__name__)


def warm(dataset_code: str) -> int:
    """The number of charts that are ready for a dataset's published release, in every language."""
    ready = 0
    for params, kind in main_figures(dataset_code):
        try:
            result = cube.answer(cube.Query.parse(params))
            for language, _ in settings.LANGUAGES:
                chart_svg(result, kind, language)
                ready += 1
        except DomainError as error:
            log.info("chart_not_warmed", dataset=dataset_code, kind=kind, reason=error.code)
    return ready


def main_figures(dataset_code: str) -> Iterator[tuple[figures.Params, str]]:
    """The charts of the main pages; a dataset without regions has none that every reader meets."""
    if dataset_code != figures.CUSTOMS:
        return
    try:
        years = cube.answer(cube.Query.parse(figures.country(dataset_code)))
    except DomainError:
        return
    latest = max(map(str, years.column("period")), default="")
    yield figures.regions(dataset_code, period=latest), "map"
    yield figures.regions_years(dataset_code, "X"), "multiples"
    yield figures.regions_sections(dataset_code, "X", latest), "heat"
    for region in reference.regions():
        yield figures.region_trend(dataset_code, region.code), "line"
        yield figures.region_sections(dataset_code, region.code, "X", latest), "treemap"
        yield figures.region_sections_years(dataset_code, region.code, "X"), "area"
