"""One's own account: correct it, download what is held, delete it."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.test import Client

from portal.accounts import services
from portal.accounts.models import User
from portal.base.mail import mail_send
from portal.base.models import Mail
from tests.accounts.conftest import PASSWORD, SECRET
from trade.models import Dataset, Run

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def confirmed(client: Client, page: str) -> None:
    """Pass the question "is it you?" that stands before `page`."""
    client.post(client.get(page)["Location"], {"password": PASSWORD})


def test_fatima_changes_her_name_and_her_language(sign_in: SignIn, fatima: User) -> None:
    client = sign_in(fatima)
    answer = client.post("/ar/account/profile/", {"full_name": " Fatima B. ", "language": "fr"})
    assert answer["Location"] == "/fr/account/profile/"
    changed = User.objects.get(pk=fatima.pk)
    assert (changed.full_name, changed.language) == ("Fatima B.", "fr")


def test_a_language_that_is_none_changes_nothing(sign_in: SignIn, fatima: User) -> None:
    page = sign_in(fatima).post("/fr/account/profile/", {"full_name": "F", "language": "xx"})
    assert 'href="#id_language"' in page.content.decode()
    assert User.objects.get(pk=fatima.pk).language == "ar"


def test_a_profile_cannot_give_itself_rights(sign_in: SignIn, fatima: User) -> None:
    sign_in(fatima).post(
        "/fr/account/profile/",
        {"full_name": "F", "language": "fr", "is_superuser": "on", "is_staff": "on", "is_active": ""},
    )
    changed = User.objects.get(pk=fatima.pk)
    assert (changed.full_name, changed.is_superuser, changed.is_staff, changed.is_active) == (
        "F",
        False,
        False,
        True,
    )


def test_the_change_is_in_the_audit_trail_with_its_author(sign_in: SignIn, fatima: User) -> None:
    sign_in(fatima).post("/fr/account/profile/", {"full_name": "Fatima B.", "language": "ar"})
    last = apps.get_model("accounts", "UserEvent").objects.filter(pgh_obj_id=fatima.pk).latest("pgh_id")
    assert last.full_name == "Fatima B."
    assert last.pgh_context.metadata["user"] == str(fatima.pk)
    assert last.pgh_context.metadata["service"] == "user_update"


def test_everything_that_is_held_can_be_downloaded_and_no_secret(sign_in: SignIn, youssef: User) -> None:
    mail_send("account_password_changed", to=youssef.email, language="fr", context={})
    answer = sign_in(youssef).get("/fr/account/my-data/")
    assert "attachment" in answer["Content-Disposition"]
    data = answer.json()
    assert data["account"]["email"] == youssef.email
    assert [(role["kind"], role["region"]) for role in data["roles"]] == [("officer", "MA-08")]
    assert len(data["mail"]) == 1
    assert [event["what"] for event in data["history"]["roles"]] == ["insert"]
    text = answer.content.decode()
    assert SECRET not in text
    assert youssef.password not in text


def test_deleting_asks_who_it_is_and_whether_one_is_sure(sign_in: SignIn, fatima: User) -> None:
    client = sign_in(fatima)
    page = "/fr/account/delete/"
    assert client.post(page, {"sure": "on"})["Location"].startswith("/fr/account/reauthenticate/")
    assert User.objects.filter(pk=fatima.pk).exists()
    client.session.flush()
    client = sign_in(fatima)
    confirmed(client, page)
    assert 'href="#id_sure"' in client.post(page, {}).content.decode()
    assert User.objects.filter(pk=fatima.pk).exists()


def test_fatima_deletes_her_account_and_the_audit_trail_forgets_her_name(
    sign_in: SignIn, fatima: User
) -> None:
    mail_send("account_password_changed", to=fatima.email, language="ar", context={})
    client = sign_in(fatima)
    confirmed(client, "/fr/account/delete/")
    assert client.post("/fr/account/delete/", {"sure": "on"})["Location"] == "/fr/"
    assert not User.objects.filter(pk=fatima.pk).exists()
    assert not Mail.objects.exists()
    assert "_auth_user_id" not in client.session
    events = apps.get_model("accounts", "UserEvent").objects.filter(pgh_obj_id=fatima.pk)
    assert {event.pgh_label for event in events} >= {"insert"}
    assert {(event.email, event.full_name) for event in events} == {("", "")}


def test_who_served_keeps_a_name_in_the_audit_trail(youssef: User, khadija: User) -> None:
    services.role_revoke(acting_user=khadija, user=youssef, kind="officer", region="MA-08")
    services.user_delete(acting_user=youssef, user=youssef)
    events = apps.get_model("accounts", "UserEvent").objects.filter(pgh_obj_id=youssef.pk)
    assert "Youssef Amrani" in {event.full_name for event in events}


def test_the_last_operator_is_told_why_not(sign_in: SignIn, khadija: User) -> None:
    client = sign_in(khadija)
    confirmed(client, "/en/account/delete/")
    page = client.post("/en/account/delete/", {"sure": "on"}).content.decode()
    assert "last operator" in page
    assert User.objects.filter(pk=khadija.pk).exists()


def test_an_author_whom_the_ledger_needs_stays_without_name_or_way_in(omar: User) -> None:
    dataset = Dataset.objects.create(
        code="ledger-test", source_code="customs", exports_hold_reexports=False, has_companies=False
    )
    Run.objects.create(number=9001, dataset=dataset, source_code="customs", acting_user=omar)
    services.user_delete(acting_user=omar, user=omar)
    kept = User.objects.get(pk=omar.pk)
    assert (kept.full_name, kept.is_active, kept.has_usable_password()) == ("", False, False)
    assert "omar" not in kept.email
    assert not kept.roles.exists()
    assert Run.objects.get().acting_user == kept
