"""Roles: who gives them, which regions they carry, and that the audit trail names who acted."""

import pghistory.models
import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.db import IntegrityError, transaction
from django.test import Client

from portal.accounts import selectors, services
from portal.accounts.models import Role, User
from portal.base.errors import Conflict, DomainError, Invalid
from tests.accounts.conftest import SECRET

pytestmark = pytest.mark.django_db


def test_an_officer_answers_for_the_regions_of_the_roles(youssef: User) -> None:
    services.role_grant(acting_user=None, user=youssef, kind="officer", region="MA-03")
    assert selectors.roles_of(youssef) == {"officer"}
    assert selectors.regions_of(youssef) == {"MA-03", "MA-08"}


@pytest.mark.parametrize(
    ("kind", "region"), [("officer", ""), ("officer", "MA-13"), ("statistician", "MA-08"), ("minister", "")]
)
def test_a_role_and_its_region_must_fit(fatima: User, kind: str, region: str) -> None:
    with pytest.raises(Invalid):
        services.role_grant(acting_user=None, user=fatima, kind=kind, region=region)
    assert not selectors.roles_of(fatima)


def test_the_database_refuses_an_officer_without_a_region(fatima: User) -> None:
    with pytest.raises(IntegrityError, match="accounts_role_region_of_officer"), transaction.atomic():
        Role.objects.create(user=fatima, kind="officer")


def test_only_an_operator_gives_and_takes_roles(khadija: User, youssef: User, fatima: User) -> None:
    for service in (services.role_grant, services.role_revoke):
        with pytest.raises(DomainError, match="operator") as refusal:
            service(acting_user=youssef, user=fatima, kind="analyst")
        assert refusal.value.code == "forbidden"
    services.role_grant(acting_user=khadija, user=fatima, kind="analyst")
    services.role_grant(acting_user=khadija, user=fatima, kind="analyst")
    assert list(fatima.roles.values_list("kind", flat=True)) == ["analyst"]


def test_the_audit_trail_names_who_acted(khadija: User, fatima: User) -> None:
    services.role_grant(acting_user=khadija, user=fatima, kind="analyst")
    services.role_revoke(acting_user=khadija, user=fatima, kind="analyst")
    events = list(
        pghistory.models.Events.objects.filter(
            pgh_model="accounts.RoleEvent", pgh_data__user_id=str(fatima.pk)
        )
        .order_by("pgh_created_at", "pgh_slug")
        .values_list("pgh_context__user", flat=True)
    )
    assert events == [str(khadija.pk)]
    assert not selectors.roles_of(fatima)


def test_the_operator_role_opens_and_closes_the_admin(khadija: User, fatima: User) -> None:
    services.role_grant(acting_user=khadija, user=fatima, kind="operator")
    assert User.objects.get(pk=fatima.pk).is_staff
    services.role_revoke(acting_user=khadija, user=fatima, kind="operator")
    assert not User.objects.get(pk=fatima.pk).is_staff


def test_who_may_enter_the_admin_without_being_operator_finds_nothing_there(
    client: Client, omar: User
) -> None:
    User.objects.filter(pk=omar.pk).update(is_staff=True)
    TOTP.activate(omar, SECRET)
    client.force_login(omar)
    assert client.get("/admin/accounts/user/").status_code == 403


def test_the_last_operator_stays(khadija: User, fatima: User) -> None:
    with pytest.raises(Conflict, match="last operator"):
        services.role_revoke(acting_user=khadija, user=khadija, kind="operator")
    with pytest.raises(Conflict, match="last operator"):
        services.user_update(
            acting_user=khadija, user=khadija, full_name="Khadija", language="fr", is_active=False
        )
    services.role_grant(acting_user=khadija, user=fatima, kind="operator")
    services.role_revoke(acting_user=khadija, user=khadija, kind="operator")
    assert selectors.roles_of(khadija) == set()


def test_an_inactive_person_has_no_role(youssef: User) -> None:
    youssef.is_active = False
    assert selectors.roles_of(youssef) == selectors.regions_of(youssef) == set()


def test_roles_are_read_once_a_request(youssef: User, django_assert_num_queries: object) -> None:
    fresh = User.objects.get(pk=youssef.pk)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert selectors.has_role(fresh, "officer")
        assert selectors.regions_of(fresh) == {"MA-08"}


def test_mail_to_staff_goes_in_the_language_of_each(khadija: User, youssef: User, omar: User) -> None:
    User.objects.filter(pk=youssef.pk).update(language="ar")
    assert selectors.staff_emails("officer", "MA-08") == {youssef.email: "ar"}
    assert selectors.staff_emails("officer", "MA-01") == {}
    assert selectors.staff_emails("operator") == {khadija.email: "fr"}


@pytest.mark.parametrize("email", ["", "nobody", "FATIMA@coop.example"])
def test_an_address_is_one_and_is_free(fatima: User, email: str) -> None:
    with pytest.raises(Invalid):
        services.user_create(acting_user=None, email=email)


def test_an_operator_works_in_the_admin_through_the_services(
    client: Client, khadija: User, fatima: User, youssef: User
) -> None:
    client.force_login(khadija)
    page = f"/admin/accounts/user/{fatima.pk}/change/"
    shown = client.get(page).content.decode()
    assert fatima.email in shown
    assert khadija.password not in shown
    assert fatima.password not in shown
    form = {
        "full_name": "Fatima A. L.",
        "language": "fr",
        "is_active": "on",
        "roles-TOTAL_FORMS": "1",
        "roles-INITIAL_FORMS": "0",
        "roles-0-kind": "officer",
        "roles-0-region": "MA-08",
        "roles-0-user": str(fatima.pk),
    }
    assert client.post(page, form).status_code == 302
    changed = User.objects.get(pk=fatima.pk)
    assert (changed.full_name, changed.language, selectors.regions_of(changed)) == (
        "Fatima A. L.",
        "fr",
        {"MA-08"},
    )
    client.post(
        "/admin/accounts/user/", {"action": "second_factor_remove", "_selected_action": [str(youssef.pk)]}
    )
    assert not selectors.has_second_factor(youssef)
    for hidden in ("mfa/authenticator", "account/emailaddress", "usersessions/usersession", "auth/group"):
        assert client.get(f"/admin/{hidden}/").status_code == 404


def test_the_admin_says_why_the_last_operator_cannot_be_deleted(client: Client, khadija: User) -> None:
    client.force_login(khadija)
    answer = client.post(f"/admin/accounts/user/{khadija.pk}/delete/", {"post": "yes"}, follow=True)
    assert answer.status_code == 200
    assert [str(message) for message in answer.context["messages"]] != []
    assert User.objects.filter(pk=khadija.pk).exists()
