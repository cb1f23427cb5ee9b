"""`manage.py load_reference`: what it loads, that it may run at every start, and that it respects people's hands."""

from io import StringIO
from typing import Any

import pghistory
import pytest
from django.core.management import CommandError, call_command

from portal.base.models import SearchEntry
from reference.models import Commune, Country, Edition, Product, Province, Region, Sector, SectorRule
from reference.services import reference_load

pytestmark = pytest.mark.usefixtures("vocabulary")


def written(**options: Any) -> dict[str, int]:
    return {count.kind: count.written for count in reference_load(**options) if count.written}


def history() -> dict[str, int]:
    """Rows of the audit trail, by list."""
    tracked: tuple[Any, ...] = (Region, Province, Commune, Country, Edition, Product, Sector, SectorRule)
    return {model.__name__: model.pgh_event_model.objects.count() for model in tracked}


def test_the_whole_country_is_there() -> None:
    assert (Region.objects.count(), Province.objects.count(), Commune.objects.count()) == (12, 83, 1503)
    agadir = Commune.objects.get(name_fr="Agadir")
    assert agadir.name_ar == "أكادير"
    assert agadir.name_en == "Agadir"
    assert agadir.province.region_id == "MA-09"
    assert agadir.population is not None
    assert 450_000 < agadir.population < 550_000


def test_census_figures_of_regions_add_up_to_the_kingdom() -> None:
    assert 36_800_000 < sum(Region.objects.values_list("population", flat=True)) < 36_900_000
    assert sum(Region.objects.values_list("establishments", flat=True)) == 1_304_564


@pytest.mark.parametrize(("name", "region"), [("Nouaceur", "MA-06"), ("Chtouka-Aït Baha", "MA-09")])
def test_provinces_that_other_lists_misplace(name: str, region: str) -> None:
    assert Province.objects.get(name_fr=name).region_id == region


def test_the_tree_of_the_edition() -> None:
    levels = [Product.objects.filter(edition_id="HS2022", level=level).count() for level in (1, 2, 4, 6)]
    assert levels == [21, 97, 1229, 5613]
    assert Edition.objects.get(pk="HS2022").loaded
    assert not Edition.objects.get(pk="HS2017").loaded
    fresh = Product.objects.select_related("parent__parent__parent").get(edition_id="HS2022", code="070200")
    assert fresh.text_en.startswith("Vegetables; tomatoes")
    parents = (fresh.parent, fresh.parent and fresh.parent.parent)
    assert [node.code for node in parents if node] == ["0702", "07"]
    assert fresh.section == "S02"
    orphans = Product.objects.filter(edition_id="HS2022", level__gt=1, parent=None)
    assert not orphans.exists()


def test_no_node_above_a_subheading_lacks_a_name() -> None:
    nodes = Product.objects.filter(edition_id="HS2022", level__lt=6)
    assert [node.code for node in nodes if not (node.name_fr and node.name_ar and node.name_en)] == []


def test_the_southern_provinces_are_morocco() -> None:
    assert not Country.objects.filter(code="EH").exists()
    assert Country.objects.get(code="MA").un_codes == [504, 732]


def test_country_names_are_fit_for_a_moroccan_site() -> None:
    names = {row.code: (row.name_fr, row.name_ar, row.name_en) for row in Country.objects.all()}
    assert names["FR"] == ("France", "فرنسا", "France")
    assert names["PS"] == ("Palestine", "فلسطين", "Palestine")
    assert names["CI"][1] == "كوت ديفوار"
    assert [code for code, three in names.items() if not all(three)] == []


def test_a_second_load_writes_nothing() -> None:
    marks = list(SearchEntry.objects.order_by("pk").values_list("pk", flat=True)[:5])
    events = history()
    assert written() == {}
    assert list(SearchEntry.objects.order_by("pk").values_list("pk", flat=True)[:5]) == marks
    assert history() == events


def test_a_row_that_no_person_touched_is_set_right() -> None:
    Region.objects.filter(code="MA-08").update(name_fr="Meknès-Tafilalet")
    assert written() == {"regions": 1, "search: region": 36, "search: province": 249}
    assert Region.objects.get(code="MA-08").name_fr == "Drâa-Tafilalet"


def test_what_an_operator_changed_stays() -> None:
    with pghistory.context(user="11111111-1111-4111-8111-111111111111"):
        Country.objects.filter(code="US").update(name_fr="États-Unis d'Amérique")
    kept = [count for count in reference_load() if count.kept]
    assert [(count.kind, count.kept, count.written) for count in kept] == [("countries", 1, 0)]
    assert Country.objects.get(code="US").name_fr == "États-Unis d'Amérique"


def test_a_sector_map_that_an_operator_cut_stays_cut() -> None:
    with pghistory.context(user="11111111-1111-4111-8111-111111111111"):
        SectorRule.objects.filter(prefix="854430").delete()
    reference_load()
    assert not SectorRule.objects.filter(prefix="854430").exists()


def test_the_command_tells_what_it_did() -> None:
    out = StringIO()
    call_command("load_reference", stdout=out)
    assert "communes: 1503 (0 new, 0 changed)" in out.getvalue()


def test_an_edition_without_a_list_is_refused() -> None:
    with pytest.raises(CommandError, match="HS1992"):
        call_command("load_reference", "--edition", "HS1992")
