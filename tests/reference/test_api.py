"""The lists of `/api/v1/` and the operators' pages, through their addresses."""

import json
from typing import Any

import pytest
import yaml
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import User
from portal.base import search

pytestmark = pytest.mark.usefixtures("vocabulary")
V1 = "/api/v1"


def get(client: Client, path: str, status: int = 200) -> Any:
    answer = client.get(f"{V1}/{path}", headers={"accept-language": "en"})
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def test_regions_have_names_and_seats_in_three_languages(client: Client) -> None:
    answer = get(client, "regions/")
    assert answer["count"] == 12
    oriental = answer["results"][1]
    assert oriental["code"] == "MA-02"
    assert oriental["names"] == {"fr": "L'Oriental", "ar": "الشرق", "en": "Oriental"}
    assert oriental["seat"]["ar"] == "وجدة"
    assert get(client, "regions/ma-02/") == oriental


def test_products_by_level_and_by_parent(client: Client) -> None:
    assert get(client, "products/?level=1")["count"] == 21
    children = get(client, "products/?parent=0702")["results"]
    assert [child["code"] for child in children] == ["070200"]
    assert children[0]["parent"] == "0702"
    assert children[0]["text_en"].startswith("Vegetables; tomatoes")
    assert get(client, "products/?edition=HS2012")["results"] == []


def test_pages_follow_each_other_without_a_gap(client: Client) -> None:
    first = get(client, "products/?level=4&limit=3")
    second = client.get(first["next"]).json()
    codes = [row["code"] for row in first["results"] + second["results"]]
    assert codes == ["0101", "0102", "0103", "0104", "0105", "0106"]


def test_a_list_asks_the_database_as_often_for_3_rows_as_for_30(client: Client) -> None:
    for limit in (3, 30):
        with CaptureQueriesContext(connection) as asked:
            get(client, f"products/?level=6&limit={limit}")
        assert sum("reference_product" in query["sql"] for query in asked.captured_queries) == 2, (
            "a count and a page"
        )


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("q=tomates&lang=fr", "0702"),
        ("q=طماطم&lang=ar", "0702"),
        ("q=0702.00", "070200"),
        ("q=tomatoes&level=6", "070200"),
    ],
)
def test_products_by_words(client: Client, query: str, first: str) -> None:
    assert get(client, f"products/?{query}")["results"][0]["code"] == first


def test_countries_by_words_and_by_code(client: Client) -> None:
    assert get(client, "countries/?q=espagne&lang=fr")["results"][0]["code"] == "ES"
    assert get(client, "countries/EH/")["code"] == "MA"
    assert get(client, "countries/_X490/")["parent"] == "_X"
    assert get(client, "countries/ES/")["names"]["ar"] == "إسبانيا"


def test_a_product_by_ten_digits(client: Client) -> None:
    assert get(client, "products/8210.00.00.90/")["code"] == "821000"
    assert (
        get(client, "products/S02/")["names"]["en"] == "Fruit, vegetables, cereals and other plant products"
    )


@pytest.mark.parametrize(
    "path",
    [
        "regions/MA-13/",
        "countries/%00/",
        "products/%00/",
        "regions/%00/",
        "countries/ZZ/",
        "products/0000/",
        "products/0702/?edition=HS1992",
    ],
)
def test_what_is_not_there_says_so(client: Client, path: str) -> None:
    assert get(client, path, 404)["errors"][0]["code"] == "not_found"


@pytest.mark.parametrize(
    "query",
    [
        "level=3", "level=many", "edition=1992", "lang=es",
        "limit=0", "limit=1001", "limit=ten", "limit=٣", "offset=-1", "offset=10000001", "offset=99999999999999999999",
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(client: Client, query: str) -> None:
    answer = get(client, f"products/?{query}", 400)
    assert answer["errors"][0]["attr"] == query.split("=", maxsplit=1)[0]


def test_the_schema_tells_of_parameters_and_of_missing_rows(client: Client) -> None:
    schema = yaml.safe_load(client.get(f"{V1}/schema/").content)
    listing = schema["paths"][f"{V1}/products/"]["get"]
    assert {"q", "lang", "level", "parent", "edition", "limit", "offset"} <= {
        p["name"] for p in listing["parameters"]
    }
    for noun in ("regions", "countries", "products"):
        assert "404" in schema["paths"][f"{V1}/{noun}/{{code}}/"]["get"]["responses"]


@pytest.fixture
def operator(client: Client) -> Client:
    """Fatima, who keeps the lists, with her second factor."""
    fatima = User.objects.create_superuser("fatima@example.ma", "an operator's password")
    TOTP.activate(fatima, generate_totp_secret())
    client.force_login(fatima)
    return client


@pytest.mark.parametrize("noun", ["region", "province", "commune", "country", "edition", "product", "sector"])
def test_operators_find_every_list_in_the_admin(operator: Client, noun: str) -> None:
    answer = operator.get(f"/admin/reference/{noun}/", {"q": "a"})
    assert answer.status_code == 200
    assert f"/admin/reference/{noun}/add/" not in answer.content.decode(), "codes come from lists"


def test_a_name_changed_in_the_admin_is_found_at_once(operator: Client) -> None:
    page = operator.get("/admin/reference/country/TR/change/")
    form = {
        key: "" if value is None else value for key, value in page.context["adminform"].form.initial.items()
    }
    form |= {"name_fr": "Türkiye", "un_codes": "792", "aliases": ""}
    assert operator.post("/admin/reference/country/TR/change/", form).status_code == 302
    assert search.find("turkiye", "fr", kinds=("country",))[0].title == "Türkiye"
