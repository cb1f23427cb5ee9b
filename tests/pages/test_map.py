"""The map of the regions: every region a link that says its name and figure; a hidden one is hatched, not coloured."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils.translation import override

from portal.home.patterns import data
from reference import selectors as reference
from tests.pages.reading import get
from tests.pages.world import customs_world


def sample(language: str) -> str:
    with override(language):
        atlas = data.samples(RequestFactory().get("/"))["data_atlas"]
        return render_to_string("components/map.html", {"atlas": atlas})


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_a_region_is_a_link_with_its_name_and_figure(language: str) -> None:
    links = re.findall(r'<a href="([^"]+)" class="[^"]*"[^>]*aria-label="([^"]+)"', sample(language))
    assert len(links) == 12
    labels = [label for _, label in links]
    for name in reference.region_names(language).values():
        assert sum(label.startswith(name.replace("'", "&#x27;")) for label in labels) == 1
    assert sum("%" in label for label in labels) == 10


def test_a_hidden_region_is_hatched_and_says_so() -> None:
    drawn = sample("en")
    assert re.search(r'class="step-hidden" fill="url\(#map-hatch\)" aria-label="[^"]*confidential"', drawn)
    assert '<pattern id="map-hatch"' in drawn
    assert 'class="swatch step-hidden"' in drawn


def test_every_region_is_drawn_alike_and_the_country_in_one_line() -> None:
    """No region has a border of its own: one line around all twelve, one between any two."""
    drawn = sample("en")
    assert "stroke" not in drawn
    assert drawn.count("<use ") == 24
    assert drawn.count('<path id="map-MA-') == 12


@pytest.mark.django_db
def test_map_and_ranking_say_the_same(reader: Client) -> None:
    customs_world()
    page = get(reader, "/en/data/regions/").content.decode()  # type: ignore[attr-defined]
    label = re.search(r'aria-label="Region 8: ([\d.]+%)', page)
    assert label
    ranking = page.split('id="ranking"', 1)[1]
    assert f"<bdi>{label[1]}</bdi>" in ranking
