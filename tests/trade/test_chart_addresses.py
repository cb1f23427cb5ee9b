"""Charts at their addresses: three forms, kept and asked for again, refused in words; drawn by many at once."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests.pages.world import comtrade_world, customs_world
from tests.trade.drawing import PARTNERS, reading
from trade.charts import draw, engine, figures, warm
from trade.charts.bundle import ExploreFinder
from trade.charts.kinds import KINDS, plan_make

pytestmark = pytest.mark.django_db
REGIONS = "by=region&level=0&flow=X&period=2024"


@pytest.fixture(autouse=True)
def plain_cache(memory_cache: None) -> None:
    """Each test draws its own charts."""


@pytest.mark.parametrize(
    ("form", "kind", "begins"),
    [
        ("svg", "image/svg+xml", b"<svg"),
        ("png", "image/png", b"\x89PNG"),
        ("vl.json", "application/json", b"{"),
    ],
)
def test_the_three_forms(client: Client, form: str, kind: str, begins: bytes) -> None:
    release = customs_world()
    answer = client.get(f"/en/data/chart.{form}?{REGIONS}&kind=map")
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert answer.content.startswith(begins)
    assert answer["Cache-Control"] == "public, max-age=60"
    pinned = client.get(f"/en/data/chart.{form}?{REGIONS}&kind=map&release={release.number}")
    assert pinned["Cache-Control"] == "public, max-age=3600"
    assert pinned["ETag"] == answer["ETag"]
    again = client.get(f"/en/data/chart.{form}?{REGIONS}&kind=map", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    assert not again.content


def test_the_tag_is_of_one_drawing(client: Client) -> None:
    customs_world()
    addresses = [
        f"/{language}/data/chart.{form}?{REGIONS}&kind={kind}"
        for language in ("fr", "ar", "en")
        for form in ("svg", "vl.json")
        for kind in ("map", "ranked")
    ]
    assert len({client.get(address)["ETag"] for address in addresses}) == len(addresses)


def test_a_kept_drawing_asks_the_cube_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    customs_world()
    first = client.get(f"/fr/data/chart.svg?{REGIONS}&kind=ranked").content
    monkeypatch.setattr("trade.cube.answer", lambda *_: pytest.fail("asked again"))
    assert client.get(f"/fr/data/chart.svg?{REGIONS}&kind=ranked").content == first


def test_who_has_a_drawing_costs_none(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    customs_world()
    address = f"/fr/data/chart.svg?{REGIONS}&kind=ranked"
    tag = client.get(address)["ETag"]
    monkeypatch.setattr("trade.charts.draw.chart_file", lambda *_: pytest.fail("drawn again"))
    assert client.get(address, headers={"if-none-match": tag}).status_code == 304


def test_changed_texts_of_the_dataset_make_another_drawing(client: Client) -> None:
    dataset = customs_world().dataset
    address = f"/fr/data/chart.svg?{REGIONS}&kind=ranked"
    before = client.get(address)
    dataset.provider_fr = "Une administration de nom nouveau"
    dataset.save()
    after = client.get(address)
    assert after["ETag"] != before["ETag"]
    assert "Une administration de nom nouveau" in after.content.decode()


def test_repeated_codes_are_a_list(client: Client) -> None:
    customs_world()
    address = "/fr/data/chart.vl.json?by=region&level=0&flow=X&period=2024&kind=ranked"
    listed = client.get(f"{address}&region=MA-06,MA-08")
    assert len(listed.json()["usermeta"]["marks"]) == 2
    assert client.get(f"{address}&region=MA-06&region=MA-08").content == listed.content


def test_more_rows_than_can_be_drawn_are_not_asked_for(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    customs_world()
    monkeypatch.setattr("trade.cube.answer", lambda *_: pytest.fail("asked"))
    answer = client.get(f"/en/data/chart.svg?{REGIONS}&kind=ranked&limit=2001")
    assert answer.status_code == 400


@pytest.mark.django_db(transaction=True)
def test_who_draws_holds_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    held: list[object] = []
    monkeypatch.setattr("vl_convert.svg_to_png", lambda *_, **__: held.append(connection.connection) or b"")
    engine.to_png("<svg/>", 1)
    assert held == [None]


def test_a_withdrawn_release_has_no_charts(client: Client) -> None:
    release = customs_world()
    address = f"/fr/data/chart.svg?{REGIONS}&kind=ranked&release={release.number}"
    assert client.get(address).status_code == 200
    release.state = "withdrawn"
    release.save()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        (f"{REGIONS}&kind=pie", 400, "pie"),
        (f"{REGIONS}&kind=line", 400, "Lines need periods"),
        ("by=region,period&level=0&flow=X&kind=map", 400, "A map needs regions"),
        ("by=flow,period&level=0&kind=treemap&period=2024", 400, "parts add up"),
        (f"{REGIONS}&kind=map&limit=1", 400, "whole answer"),
        (f"{REGIONS}&kind=map&dataset=nothing", 404, "nothing"),
        (f"{REGIONS}&kind=map&region=MA-99", 400, "region"),
    ],
)
def test_a_bad_question_is_refused_in_words(client: Client, query: str, status: int, says: str) -> None:
    customs_world()
    for form in ("svg", "png", "vl.json"):
        answer = client.get(f"/en/data/chart.{form}?{query}")
        assert answer.status_code == status
        assert answer["Content-Type"].startswith("text/plain")
        assert says in answer.content.decode()


def test_an_answer_without_rows_is_a_drawing_that_says_so(client: Client) -> None:
    customs_world()
    answer = client.get("/en/data/chart.svg?by=product&level=1&region=MA-11&flow=X&period=2024&kind=treemap")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    assert "Nothing can be drawn" in answer.content.decode()


def test_warming_draws_what_the_main_pages_ask_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    customs_world()
    first = warm.warm("ma-customs")
    expected = len(list(warm.main_figures("ma-customs")))
    assert expected == 3 + 12 * 3
    assert 3 * 3 < first <= expected * 3
    monkeypatch.setattr("trade.charts.draw.make", lambda *_: pytest.fail("drawn again"))
    assert warm.warm("ma-customs") == first
    cache.clear()


def test_a_dataset_without_regions_has_nothing_to_warm() -> None:
    comtrade_world()
    assert warm.warm("comtrade") == 0
    assert list(warm.main_figures(figures.COMTRADE)) == []


def test_many_readers_at_once() -> None:
    spec = plan_make(reading([(code, 1000) for code in PARTNERS], "partner"), KINDS["ranked"]).spec
    drawn = engine.to_svg(spec)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: engine.to_svg(spec), range(24)))
        pictures = list(pool.map(lambda _: engine.to_png(drawn, 1), range(8)))
    assert set(found) == {drawn}
    assert len(set(pictures)) == 1


def test_a_specification_fetches_nothing() -> None:
    found = reading([(code, 1000) for code in PARTNERS], "partner")
    for kind in ("ranked", "bar", "treemap"):
        text = draw.make(found, KINDS[kind], "vl.json").decode()
        assert '"url"' not in text
        assert json.loads(text)["$schema"].startswith("https://vega.github.io/schema/vega-lite/v6")


def test_the_script_to_explore_is_written_once(settings: object, tmp_path: object) -> None:
    settings.QAFILA_HOME = tmp_path  # type: ignore[attr-defined]
    finder = ExploreFinder()
    assert finder.find("js/other.js") == []
    path = finder._written()
    text = path.read_text(encoding="utf-8")
    assert text.startswith("/*! vega ")
    assert "vegaEmbed" in text
    before = path.stat().st_mtime_ns
    assert finder.find("js/vega.js") == str(path)
    assert [name for name, _ in finder.list([])] == ["js/vega.js"]
    assert path.stat().st_mtime_ns == before
