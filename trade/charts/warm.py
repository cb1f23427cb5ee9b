"""Draw the main pages' charts before anybody asks: after a release is published or withdrawn."""

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
    """The number of charts drawn for a dataset's published release, in every language."""
    drawn = 0
    for params, kind in main_figures(dataset_code):
        try:
            result = cube.answer(cube.Query.parse(params))
        except DomainError as error:
            log.info("chart_not_warmed", dataset=dataset_code, reason=error.code)
            continue
        for language, _ in settings.LANGUAGES:
            chart_svg(result, kind, language)
            drawn += 1
    return drawn


def main_figures(dataset_code: str) -> Iterator[tuple[figures.Params, str]]:
    """The charts of the region pages; a dataset without regions has none that every reader meets."""
    if dataset_code != figures.CUSTOMS:
        return
    try:
        years = cube.answer(cube.Query.parse(figures.country(dataset_code)))
    except DomainError:
        return
    position = [column.name for column in years.columns].index("period")
    latest = max((str(row[position]) for row in years.rows), default="")
    for region in reference.regions():
        yield figures.region_trend(dataset_code, region.code), "line"
        for flow in ("X", "M"):
            yield figures.region_sections(dataset_code, region.code, flow, latest), "ranked"
