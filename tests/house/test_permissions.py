"""The permission table: every address, and who may open it. An address that is not in the table fails."""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portal.accounts.middleware import AccessMiddleware, rule_of
from tests.people import Person, people

# Address by its name -> who may open it. Library views guard themselves and are listed by the room they come from.
TABLE = {
    "": "public",  # "/": the browser's language decides
    "home": "public",
    "search": "public",
    "about": "public",
    "patterns": "public",
    "data": "public",
    "regions": "public",
    "region": "public",
    "products": "public",
    "product": "public",
    "markets": "public",
    "market": "public",
    "releases": "public",
    "calendar": "public",
    "subscribe": "public",
    "subscription_confirm": "public",
    "subscription_cancel": "public",
    "data_download": "public",
    "chart": "public",
    "chart_png": "public",
    "chart_spec": "public",
    "healthz": "public",
    "feed_releases": "public",
    "feed_dataset": "public",
    "api:root": "public",
    "api:data": "public",
    "api:datasets": "public",
    "api:releases": "public",
    "api:regions": "public",
    "api:region": "public",
    "api:products": "public",
    "api:product": "public",
    "api:countries": "public",
    "api:country": "public",
    "desk": "signed_in",
    "account": "signed_in",
    "account_data": "signed_in",
    "account_delete": "signed_in",
    "webhooks": "signed_in",
    "webhook": "signed_in",
    "staff": "analyst,officer,operator,statistician",
    "staff_trade": "operator,statistician",
    "staff_uploads": "operator,statistician",
    "staff_upload": "operator,statistician",
    "staff_run": "operator,statistician",
    "staff_run_progress": "operator,statistician",
    "staff_run_cancel": "operator,statistician",
    "staff_run_rejects": "operator,statistician",
    "staff_run_rejects_csv": "operator,statistician",
    "staff_run_rejects_rows": "operator,statistician",
    "staff_release_schedule": "operator,statistician",
    "staff_release_keep": "operator,statistician",
    "staff_run_correct": "operator,statistician",
    "staff_releases": "operator,statistician",
    "staff_release": "operator,statistician",
    "staff_release_publish": "operator,statistician",
    "staff_release_withdraw": "operator,statistician",
    "staff_datasets": "operator,statistician",
    "staff_dataset": "operator,statistician",
    "staff_totals": "operator,statistician",
    "staff_total": "operator,statistician",
    "staff_total_remove": "operator,statistician",
}
LIBRARIES = ("admin:", "account_", "mfa_", "usersessions_", "api:schema", "api:docs")
NOT_LIBRARY = {"account_data", "account_delete"}
PATHS = {"region": {"code": "MA-08"}, "product": {"code": "080270"}, "market": {"code": "FR"}}
NUMBERED = {"number": 999_999}
# Rows that are not there: past the gate they are missing for everybody.
ABSENT = re.compile(r"<(?:int|uuid|slug):")

pytestmark = pytest.mark.django_db


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            space = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from addresses(entry.url_patterns, space)
        else:
            yield f"{prefix}{entry.name or ''}", entry


ALL = dict(addresses(get_resolver().url_patterns))
OURS = {
    name: pattern for name, pattern in ALL.items() if not name.startswith(LIBRARIES) or name in NOT_LIBRARY
}


def test_every_address_is_in_the_table_with_the_rule_of_its_view() -> None:
    found = {name: str(rule_of(pattern.callback)) for name, pattern in OURS.items()}
    assert found == TABLE


def address(name: str) -> str:
    bare = name.removeprefix("api:")
    if name == "":
        return "/"
    if bare in PATHS and ("<str:code>" in str(OURS[name].pattern)):
        return reverse(name, kwargs=PATHS[bare])
    if bare == "country":
        return reverse(name, kwargs={"code": "FR"})
    pattern = str(OURS[name].pattern)
    if "<uuid:" in pattern:
        return reverse(name, kwargs={"number": uuid.UUID(int=0)})
    if "<str:token>" in pattern:
        return reverse(name, kwargs={"token": "old"})
    if "<slug:" in pattern:
        return reverse(name, kwargs={"code": "nothing"})
    more = {"position": 0} if "position" in pattern else {}
    return reverse(name, kwargs={**NUMBERED, **more} if "number" in pattern else {})


def opened(client: Client, name: str) -> str:
    """`sign-in`, `missing`, `second factor` or `open`: what the person meets at the door."""
    posted = ("staff_release_publish", "staff_release_withdraw", "staff_upload", "webhook")
    method = client.post if name in posted else client.get
    answer = method(address(name))
    if answer.status_code == 302 and "/account/login/" in answer["Location"]:
        return "sign-in"
    if answer.status_code == 302 and "2fa" in answer["Location"]:
        return "second factor"
    return "missing" if answer.status_code == 404 else "open"


GATED = [name for name, rule in TABLE.items() if rule != "public"]


@pytest.mark.parametrize("name", GATED)
def test_a_stranger_is_asked_to_sign_in(name: str, client: Client) -> None:
    assert opened(client, name) == "sign-in"


@pytest.mark.parametrize(
    "name", [name for name, rule in TABLE.items() if rule not in ("public", "signed_in")]
)
def test_a_page_of_another_role_looks_missing(name: str) -> None:
    allowed = TABLE[name].split(",")
    for person in people():
        expected = "missing" if person.role not in allowed else "second factor"
        assert opened(person.signed_in(second_factor=False), name) == expected, person.role
        # Past the gate a row that is not there is missing too, so only pages without a number can be opened.
        if not ABSENT.search(str(OURS[name].pattern)):
            expected = "open" if person.role in allowed else "missing"
            assert opened(person.signed_in(second_factor=True), name) == expected, person.role


@pytest.mark.parametrize("name", [name for name, rule in TABLE.items() if rule == "signed_in"])
def test_an_account_opens_its_own_pages(name: str) -> None:
    member = next(person for person in people() if person.role == "")
    client = member.signed_in(second_factor=False)
    answer = client.post(address(name)) if name == "webhook" else client.get(address(name))
    assert answer.status_code == 200 or re.search("reauthenticate|webhooks", answer["Location"])


def test_the_admin_is_for_staff_with_two_factors(client: Client) -> None:
    index = reverse("admin:index")
    assert "/account/login/" in client.get(index)["Location"]
    answers = {
        person.role: (
            person.signed_in(second_factor=False).get(index).status_code,
            person.signed_in(second_factor=True).get(index).status_code,
        )
        for person in people()
    }
    assert answers.pop("operator") == (302, 200)
    assert set(answers.values()) == {(404, 404)}


def test_every_view_that_changes_something_refuses_a_post_without_token() -> None:
    member: Person = next(person for person in people() if person.role == "statistician")
    client = member.signed_in(second_factor=True, csrf=True)
    assert client.post(reverse("staff_trade")).status_code == 403


def test_no_view_is_exempt_from_the_token() -> None:
    exempt = [name for name, pattern in OURS.items() if getattr(pattern.callback, "csrf_exempt", False)]
    # A mail program's one click carries the signed link in place of a token (RFC 8058).
    exempt.remove("subscription_cancel")
    # The API's views take no token because they change nothing.
    assert all(name.startswith("api:") for name in exempt)
    for name in exempt:
        view = OURS[name].callback.cls
        changing = {"post", "put", "patch", "delete"}
        assert not {method for method in view.http_method_names if hasattr(view, method)} & changing


def test_an_unmarked_view_is_refused() -> None:
    def forgotten(request: HttpRequest) -> HttpResponse:
        return HttpResponse("open to everybody")

    gate = AccessMiddleware(lambda request: HttpResponse())
    with pytest.raises(ImproperlyConfigured, match="has no mark"):
        gate.process_view(HttpRequest(), forgotten, (), {})
