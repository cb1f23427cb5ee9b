"""Tables of the data pages: put in order by every row there is, with hidden and missing figures told apart."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests.pages.reading import block, get, text
from tests.pages.test_queries import partners
from tests.pages.world import CLOTHES, FRUIT, customs_world, firms
from trade.tables.cells import MOST, Cell, Column, Frame, Table, assemble
from trade.tables.order import Asked, by_amount, by_name, in_order

ROWS: list[tuple[str, int | None, bool]] = [
    ("Épices", 30, False),
    ("الزيتون", None, True),
    ("agrumes", 0, False),
    ("Zellige", None, False),
    ("oranges", 200, False),
]


def table(sort: str = "", show: int = 0, **params: str) -> Table:
    columns: list[Column[tuple[str, int | None, bool]]] = [
        Column("name", "Name", key=lambda row: by_name(row[0]), cell=lambda row: Cell("name", row[0])),
        Column(
            "value",
            "Value",
            key=lambda row: by_amount(row[1], hidden=row[2]),
            cell=lambda row: Cell(
                "hidden" if row[2] else "missing" if row[1] is None else "number", str(row[1])
            ),
            number=True,
        ),
    ]
    asked = Asked({"sort": sort, **params})
    return assemble(ROWS, columns, Frame(caption="T", anchor="t", asked=asked, show=show))


def names(made: Table) -> list[str]:
    return [row[0].text for row in made.rows]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("t:value:desc", ["oranges", "Épices", "agrumes", "الزيتون", "Zellige"]),
        ("t:value:asc", ["agrumes", "Épices", "oranges", "الزيتون", "Zellige"]),
        ("t:name:asc", ["agrumes", "Épices", "oranges", "Zellige", "الزيتون"]),
        ("t:name:desc", ["الزيتون", "Zellige", "oranges", "Épices", "agrumes"]),
    ],
)
def test_numbers_by_value_and_names_without_accents_hidden_then_missing_last(
    sort: str, expected: list[str]
) -> None:
    assert names(table(sort)) == expected


@pytest.mark.parametrize(
    "sort", ["", "t", "t:value", "t:value:up", "t:nothing:asc", "other:value:asc", ":::", "t:value:asc:"]
)
def test_an_order_that_cannot_be_is_ignored(sort: str) -> None:
    assert names(table(sort)) == [row[0] for row in ROWS]


def test_what_is_cut_off_is_cut_off_the_ordered_whole() -> None:
    assert names(table("t:value:desc", show=2)) == ["oranges", "Épices"]
    assert len(table("t:value:desc", show=2, all="t").rows) == len(ROWS)


def test_equal_rows_stay_as_they_were() -> None:
    assert in_order([by_amount(1), by_amount(2), by_amount(1)], descending=True) == [1, 0, 2]


def test_the_arabic_article_and_hamza_do_not_count() -> None:
    assert by_name("الأسماك") == by_name("اسماك")


def test_a_head_turns_the_order_round_and_says_which_it_is() -> None:
    heads = {head.column: head for head in table("t:value:desc").headers}
    assert (heads["value"].sort, heads["value"].url) == ("descending", "?sort=t%3Avalue%3Aasc")
    assert (heads["name"].sort, heads["name"].url) == ("", "?sort=t%3Aname%3Aasc")


def test_the_component_tells_hidden_missing_and_zero_apart() -> None:
    drawn = render_to_string("components/table.html", {"table": table(), "anchor": "t"})
    cells = re.findall(r"<td.*?</td>", drawn)
    assert sum('title="confidential"' in cell or "hidden-figure" in cell for cell in cells) == 1
    assert sum('class="missing"' in cell for cell in cells) == 1
    assert sum("<bdi>0</bdi>" in cell for cell in cells) == 1


@pytest.mark.django_db
def test_all_rows_of_an_answer_are_put_in_order_not_only_those_shown(reader: Client) -> None:
    partners(30)
    path = "/en/data/products/080270/?dataset=comtrade"
    first = block(get(reader, path), "partners-x")
    assert "_X529" in first
    smallest = block(get(reader, f"{path}&sort=partners-x:value:asc"), "partners-x")
    assert "_X500" in smallest
    assert "_X500" not in first
    assert smallest.count("<tr>") == first.count("<tr>")
    assert 'aria-sort="ascending"' in smallest
    everything = block(get(reader, f"{path}&all=partners-x"), "partners-x")
    assert "_X500" in everything
    assert "_X529" in everything


def test_a_table_of_thousands_shows_as_many_rows_as_a_page_can() -> None:
    rows = [(f"{place:04d}", place, False) for place in range(MOST + 500)]
    columns: list[Column[tuple[str, int, bool]]] = [
        Column("value", "Value", key=lambda row: by_amount(row[1]), cell=lambda row: Cell("number", row[0]))
    ]
    asked = Asked({"sort": "t:value:desc", "all": "t"})
    made = assemble(rows, columns, Frame(caption="T", anchor="t", asked=asked, show=6))
    assert (len(made.rows), made.count) == (MOST, MOST + 500)
    assert made.rows[0][0].text == rows[-1][0]


@pytest.mark.django_db
def test_a_bad_order_in_an_address_changes_nothing(reader: Client) -> None:
    customs_world()
    path = "/en/data/regions/MA-08/"
    plain = text(get(reader, path))
    for sort in ("x", "sections-x:nothing:asc", "sections-x:value:sideways", "%00:%00:asc"):
        assert text(get(reader, f"{path}?sort={sort}")) == plain


@pytest.mark.django_db
def test_hidden_figures_stay_last_whichever_way_and_the_total_at_the_foot(reader: Client) -> None:
    june = {"region": "MA-08", "period": "2024-06"}
    others = [*firms(60_000_000, product=CLOTHES, **june), *firms(90_000_000, product=FRUIT, **june)]
    customs_world(more=[*firms(30_000_000, 1, product="3105300000", **june), *others])
    for way in ("asc", "desc"):
        section = block(get(reader, f"/en/data/regions/MA-08/?sort=sections-x:value:{way}"), "sections-x")
        body, foot = section.split("</tbody>", 1)
        assert 'title="confidential"' in body.rsplit("<tr>", 1)[1]
        assert "Total" in foot


@pytest.mark.django_db
def test_a_link_that_swaps_leads_to_the_same_page_and_takes_its_own_block(reader: Client) -> None:
    customs_world()
    page = get(reader, "/en/data/regions/MA-08/").content.decode()  # type: ignore[attr-defined]
    swaps = re.findall(r'<a id="([\w-]+)" href="([^"]+)#([\w-]+)" hx-get="([^"]+)"', page)
    assert swaps
    for name, href, anchor, fetched in swaps:
        assert href == fetched
        assert name.startswith(f"{anchor}-")
    for anchor in {anchor for _, _, anchor, _ in swaps}:
        opening = re.search(rf'<section class="block" id="{anchor}"[^>]*>', page)
        assert opening
        assert f'hx-select="#{anchor}"' in opening[0]
        assert 'hx-target="this"' in opening[0]
        assert 'hx-push-url="true"' in opening[0]
    assert page.count('id="said"') == 1
    assert 'id="figures"' in page
    assert 'hx-select="#figures"' in page


@pytest.mark.django_db
def test_a_new_order_is_told_to_who_cannot_see_it(reader: Client) -> None:
    customs_world()
    page = get(reader, "/en/data/regions/MA-08/?sort=sections-x:product:asc").content.decode()  # type: ignore[attr-defined]
    said = re.search(r'<p id="said"[^>]*>(.*?)</p>', page)
    assert said
    assert "Product" in said[1]
