"""The words, the table, the chart and the download of a block come from one answer and cannot differ."""

import csv
import io
import re

import pytest
from django.core.cache import cache
from django.test import Client

from tests.pages.reading import block, get, links, plain, text
from tests.pages.world import comtrade_world, customs_world
from trade.charts import warm

pytestmark = pytest.mark.django_db


def rows_of(reader: Client, address: str) -> list[dict[str, str]]:
    response = reader.get(address)
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_a_regions_sections(reader: Client) -> None:
    customs_world()
    page = get(reader, "/en/data/regions/MA-08/")
    section = block(page, "sections-x")
    download = next(link for link in re.findall(r'href="([^"]*format=csv[^"]*)"', section)).replace(
        "&amp;", "&"
    )
    values = {row["product"]: row["value"] for row in rows_of(reader, download)}
    assert float(values["S02"]) == 420_000
    chart = next(link for link in re.findall(r'src="([^"]*)"', section)).replace("&amp;", "&")
    drawing = reader.get(chart)
    assert drawing["Content-Type"] == "image/svg+xml"
    svg = plain(drawing.content.decode())
    assert "420,000" in section
    assert "420,000 dirhams" in text(page)
    assert "82.4%" in svg
    assert "82.4%" in section
    assert "<title" in svg
    assert "420,000 dirhams" in svg


def test_chart_and_download_name_their_release(reader: Client) -> None:
    release = customs_world()
    page = get(reader, "/fr/data/regions/MA-08/")
    addresses = links(page, "chart.svg") + links(page, "download/")
    assert addresses
    assert all(f"release={release.number}" in address for address in addresses)
    assert "max-age=3600" in reader.get(links(page, "chart.svg")[0])["Cache-Control"]


def test_a_chart_in_arabic_runs_from_the_other_side_and_names_its_language(reader: Client) -> None:
    customs_world()
    chart = links(get(reader, "/ar/data/regions/MA-08/"), "chart.svg")[1]
    svg = reader.get(chart).content.decode()
    assert 'lang="ar"' in svg
    assert "\u2067" in svg


@pytest.mark.parametrize(
    "query", ["kind=pie", "dataset=nothing", "measures=guess", "by=product&level=6&region=MA-08"]
)
def test_a_chart_that_cannot_be_drawn_says_why(reader: Client, query: str) -> None:
    customs_world()
    response = reader.get(f"/en/data/chart.svg?{query}")
    assert response.status_code in {400, 403, 404}
    assert response.content.decode().strip()


def test_charts_are_drawn_before_they_are_asked_for(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    customs_world()
    assert warm.warm("ma-customs") > 0
    monkeypatch.setattr("trade.charts.draw.make", lambda *_: pytest.fail("drawn again"))
    for language in ("fr", "ar", "en"):
        for address in links(get(reader, f"/{language}/data/regions/MA-08/"), "chart.svg")[:2]:
            assert reader.get(address).status_code == 200
    cache.clear()


def test_a_market_download_is_the_table(reader: Client) -> None:
    comtrade_world()
    page = get(reader, "/en/data/markets/FR/")
    section = block(page, "home-x")
    download = next(link for link in re.findall(r'href="([^"]*format=csv[^"]*)"', section)).replace(
        "&amp;", "&"
    )
    assert [float(row["value"]) for row in rows_of(reader, download)] == [4_000, 1_000]
    assert section.index("4,000") < section.index("1,000")
