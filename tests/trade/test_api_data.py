"""`/api/v1/data/` and its lists: what a program sees, errors and caches included."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tests.trade import factories as make
from trade.cube import grammar
from trade.models import Dataset, Release

pytestmark = pytest.mark.django_db
DATA = "/api/v1/data/"


@pytest.fixture(autouse=True)
def words(memory_cache: None) -> None:
    make.vocabulary()


@pytest.fixture
def release() -> Release:
    facts = [
        make.customs_fact(company=make.ice(firm), region=region, product=f"{code}0000", value=1_000_500)
        for firm in range(1, 8)
        for region in ("MA-01", "MA-02")
        for code in make.HS6
    ]
    facts += [make.customs_fact(company=make.ice(1), region="MA-08")]
    return make.release(make.customs(), facts, whole_years=True)


def get(client: Client, **params: str) -> dict[str, Any]:
    response = client.get(DATA, params)
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def refusal(client: Client, **params: str) -> tuple[int, str, str]:
    response = client.get(DATA, params, headers={"accept-language": "en"})
    body = response.json()
    return response.status_code, body["errors"][0]["code"], body["errors"][0]["detail"]


def test_a_question_is_answered_with_what_must_stand_beside_it(client: Client, release: Release) -> None:
    body = get(client, by="region", flow="X", period="2024", order="-value", lang="en")
    assert body["meta"]["release"] == release.number
    assert body["meta"]["demonstration"] is True
    assert body["meta"]["periods"] == [{"period": "2024", "months": 12, "of": 12}]
    assert body["meta"]["status"] == "final"
    assert [row["region"] for row in body["rows"]][-1] == "MA-08"
    assert {row["region"]: (row["value"], row["status"]) for row in body["rows"]}["MA-08"] == (None, "c")
    assert body["rows"][0]["region_label"].startswith("Region ")


def test_an_address_that_is_none_is_answered_in_the_shape_of_every_error(client: Client, db: None) -> None:
    answer = client.get("/api/v1/nothing/", headers={"accept-language": "en"})
    assert answer.status_code == 404
    assert answer.json()["errors"] == [
        {"code": "not_found", "detail": "There is nothing at this address.", "attr": None}
    ]


def test_errors_teach(client: Client, release: Release) -> None:
    assert refusal(client, flow="E") == (400, "invalid", "flow: E is not allowed. Allowed: X M RX RM.")
    status, code, detail = refusal(client, by="partner", level="4")
    assert (status, code) == (403, "not_cleared")
    assert "is published to level" in detail
    status, code, detail = refusal(client, dataset="nothing")
    assert (status, code) == (404, "not_found")
    assert "/api/v1/datasets/" in detail
    assert refusal(client, release="999999")[:2] == (404, "not_found")
    assert refusal(client, colour="red")[0] == 400
    # The question's language is that of its refusal, whatever the browser asks for.
    assert refusal(client, flow="E", lang="fr")[2].startswith("flow\u00a0: E n’est pas admis.")
    assert (
        refusal(client, format="sdmx-csv", by="product", level="6", flow="X", partner="FR")[1]
        == "not_cleared"
    )


@pytest.mark.parametrize(
    ("format_name", "media_type", "ends"),
    [
        ("csv", "text/csv", ".csv"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
        ("parquet", "application/vnd.apache.parquet", ".parquet"),
        ("sdmx-csv", "application/vnd.sdmx.data+csv", ".sdmx.csv"),
    ],
)
def test_files_carry_their_name_and_their_citation(
    client: Client, release: Release, format_name: str, media_type: str, ends: str
) -> None:
    params = {"by": "product", "flow": "X", "period": "2024", "format": format_name}
    response = client.get(DATA, params, headers={"accept": media_type})
    assert response.status_code == 200
    assert response["Content-Type"].startswith(media_type)
    assert (
        response["Content-Disposition"] == f'attachment; filename="qafila-ma-customs-{release.number}{ends}"'
    )
    assert f"release={release.number}" in response["X-Citation"]
    assert len(response.getvalue()) > 100


def test_what_a_reader_has_already_is_not_sent_again(
    client: Client, release: Release, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    params = {"by": "region", "flow": "X"}
    first = client.get(DATA, params)
    assert "public" in first["Cache-Control"]
    with django_assert_num_queries(1):
        again = client.get(DATA, params, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert client.get(DATA, params, headers={"if-modified-since": first["Last-Modified"]}).status_code == 304
    changes = [{"flow": "M"}, {"lang": "fr"}, {"lang": "ar"}, {"format": "csv"}, {"limit": "1"}]
    changes.append({"release": str(release.number)})
    others = [client.get(DATA, {**params, **more})["ETag"] for more in changes]
    assert len({first["ETag"], *others}) == 7


def test_a_new_release_changes_the_answer_and_the_old_one_stays_addressable(
    client: Client, release: Release
) -> None:
    asked = {"flow": "X", "by": "period"}
    before = client.get(DATA, asked)
    facts = [make.customs_fact(company=make.ice(firm), value=5000, period="2023-01") for firm in range(1, 9)]
    newer = make.release(make.customs(), facts)
    now = client.get(DATA, asked, headers={"if-none-match": before["ETag"]})
    assert now.status_code == 200
    assert now.json()["rows"] == [{"period": "2023", "value": 40, "status": ""}]
    old = get(client, release=str(release.number), **asked)
    assert old["rows"] == before.json()["rows"]
    assert old["rows"][0]["period"] == "2024"
    Release.objects.filter(pk=newer.pk).update(state="withdrawn")
    assert refusal(client, flow="X", release=str(newer.number))[:2] == (404, "not_found")


def test_the_next_page_is_an_address_that_works(client: Client, release: Release) -> None:
    address: str | None = f"{DATA}?by=product&flow=X&level=6&limit=4"
    seen = []
    while address:
        body = client.get(address).json()
        seen += [row["product"] for row in body["rows"]]
        address = body["next"]
    assert seen == sorted(make.HS6)


def test_datasets_and_releases_list_what_the_public_may_address(
    client: Client, release: Release, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make.comtrade()
    make.release(make.customs(), [make.customs_fact()], publish=False)
    newer = make.release(make.customs(), [make.customs_fact(period="2023-01"), make.customs_fact()])
    (dataset,) = client.get("/api/v1/datasets/").json()["results"]
    assert (dataset["code"], dataset["published"], dataset["demonstration"]) == (
        "ma-customs",
        newer.number,
        True,
    )
    assert dataset["names"]["ar"] == "بيانات ma-customs"
    assert dataset["provider"] == dict.fromkeys(("fr", "ar", "en"), "Provider of tests")
    with django_assert_max_num_queries(3):
        releases = client.get("/api/v1/releases/").json()["results"]
    assert [(found["number"], found["state"], found["periods"]) for found in releases] == [
        (newer.number, "published", ["2023-01", "2024-01"]),
        (release.number, "replaced", [f"2024-{month:02d}" for month in range(1, 13)]),
    ]
    assert client.get("/api/v1/releases/?dataset=comtrade").json()["results"] == []
    assert client.get("/api/v1/releases/?dataset=%00").status_code == 400
    assert Dataset.objects.count() == 2


def test_the_schema_describes_every_parameter_and_refusal(client: Client) -> None:
    accept = {"accept": "application/vnd.oai.openapi+json"}
    response = client.get(reverse("api:schema"), {"format": "json"}, headers=accept)
    described = json.loads(response.content)["paths"][DATA]["get"]
    names = {parameter["name"] for parameter in described["parameters"]}
    assert names == set(grammar.PARAMETERS)
    assert {"200", "400", "403", "404"} <= set(described["responses"])
    assert "text/csv" in described["responses"]["200"]["content"]
