"""What every answer carries: a content security policy that the page itself keeps, and cookies kept from scripts."""

import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.house.test_permissions import TABLE, address
from tests.people import people

pytestmark = pytest.mark.django_db

PUBLIC = [name for name, rule in TABLE.items() if rule == "public"]
LIBRARY = ["api:schema", "api:docs", "account_login", "account_signup", "account_reset_password"]
ADMIN = [
    "admin:index",
    "admin:accounts_user_changelist",
    "admin:accounts_user_add",
    "admin:trade_run_changelist",
]
# What a browser would run or apply although it stands in the page itself.
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style[^>]*>|<[^>]+\s(?:style|on\w+)=[^>]*>|javascript:")


def check(answer: HttpResponse) -> None:
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    if answer["Content-Type"].startswith("text/html"):
        text = answer.content.decode()
        # A block of data is not run: `<script type="application/json">`.
        assert [found for found in INLINE.findall(text) if "application/json" not in found] == []


@pytest.mark.parametrize("name", [*PUBLIC, *LIBRARY])
def test_every_public_answer_keeps_its_own_policy(client: Client, name: str) -> None:
    check(client.get(address(name) if name in TABLE else reverse(name)))


@pytest.mark.parametrize("name", ADMIN)
def test_so_does_the_admin(name: str) -> None:
    operator = next(person for person in people() if person.role == "operator")
    answer = operator.signed_in().get(reverse(name))
    assert answer.status_code == 200
    check(answer)


def stranger_to_the_desk(client: Client) -> HttpResponse:
    return client.get("/fr/desk/")


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (stranger_to_the_desk, 302),
        (lambda client: client.get("/fr/nowhere/"), 404),
        (lambda client: client.get("/api/v1/data/?by=nothing"), 400),
        (lambda client: client.get("/fr/", headers={"host": "evil.example"}), 400),
        (lambda client: Client(enforce_csrf_checks=True).post("/fr/account/login/"), 403),
        (lambda client: client.delete("/api/v1/data/"), 405),
    ],
)
def test_and_every_refusal(client: Client, ask: Callable[[Client], HttpResponse], status: int) -> None:
    answer = ask(client)
    assert answer.status_code == status
    check(answer)


def test_a_form_without_its_token_is_refused_in_the_reader_s_language() -> None:
    answer = Client(enforce_csrf_checks=True).post("/ar/account/login/")
    assert answer.status_code == 403
    assert 'lang="ar" dir="rtl"' in answer.content.decode()


def test_no_script_reads_the_session(client: Client) -> None:
    member = people()[0]
    member.signed_in(second_factor=False)
    answer = client.post("/fr/account/login/", {"login": member.email, "password": "argan-et-safran-9"})
    session = answer.cookies["qafila_session"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")


def test_a_reader_cannot_pass_for_another_in_the_limit_of_requests(
    client: Client, memory_cache: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a proxy of ours `X-Forwarded-For` is whatever the reader writes."""
    monkeypatch.setattr("rest_framework.throttling.AnonRateThrottle.THROTTLE_RATES", {"anon": "2/min"})
    statuses = [
        client.get("/api/v1/regions/", headers={"x-forwarded-for": f"192.0.2.{number}"}).status_code
        for number in range(3)
    ]
    assert statuses == [200, 200, 429]
