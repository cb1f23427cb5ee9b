"""People and roles, for operators (`User.has_perm`). Passwords, secrets and recovery codes are shown nowhere."""

from typing import Any

from allauth.account import admin as account_admin  # noqa: F401  registers first, so that we can take it out
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as sessions_admin  # noqa: F401
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin  # noqa: F401
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from portal.accounts import services
from portal.accounts.models import Role, User
from portal.base.errors import DomainError

# allauth's own pages show TOTP secrets and change addresses past the services; groups are not used.
for hidden in (Authenticator, EmailAddress, UserSession, Group):
    if admin.site.is_registered(hidden):
        admin.site.unregister(hidden)


class RoleInline(admin.TabularInline[Role, User]):
    model = Role
    extra = 0
    fields = ("kind", "region")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    list_display = ("email", "full_name", "language", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "language", "roles__kind")
    search_fields = ("email", "full_name")
    ordering = ("email",)
    fields = (
        "email",
        "full_name",
        "language",
        "is_active",
        "is_staff",
        "is_superuser",
        "date_joined",
        "last_login",
    )
    inlines = (RoleInline,)
    actions = ("second_factor_remove",)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        fixed = ("is_staff", "is_superuser", "date_joined", "last_login")
        return (*fixed, "email") if obj else (*fixed, "is_active")

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # one by one, through the service
        return actions

    def save_model(self, request: Any, obj: User, form: ModelForm[User], change: bool) -> None:
        if change:
            services.user_update(
                acting_user=request.user,
                user=obj,
                full_name=obj.full_name,
                language=obj.language,
                is_active=obj.is_active,
            )
            return
        made = services.user_create(
            acting_user=request.user, email=obj.email, full_name=obj.full_name, language=obj.language
        )
        obj.__dict__.update(made.__dict__)

    def save_formset(
        self, request: Any, form: Any, formset: BaseModelFormSet[Any, Any], change: bool
    ) -> None:
        formset.save(commit=False)
        for role in formset.deleted_objects:
            services.role_revoke(acting_user=request.user, user=role.user, kind=role.kind, region=role.region)
        for role in formset.new_objects:
            services.role_grant(acting_user=request.user, user=role.user, kind=role.kind, region=role.region)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[str], list[str]]:
        """What hangs on a person goes or stays by the service's rules, not by the admin's permissions."""
        texts, counts, _permissions, _protected = super().get_deleted_objects(objs, request)
        return texts, counts, set(), []

    def delete_model(self, request: Any, obj: User) -> None:
        services.user_delete(acting_user=request.user, user=obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What a service refuses is said on the page; the transaction of the form is rolled back."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.get_full_path())

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().delete_view(request, *args, **kwargs)
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.get_full_path())

    @admin.action(description=_("Remove two-factor sign-in (phone and recovery codes lost)"))
    def second_factor_remove(self, request: Any, queryset: QuerySet[User]) -> None:
        for user in queryset:
            services.second_factor_remove(acting_user=request.user, user=user)


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin[Role]):
    """Who holds which role. Roles are given and taken on the person's page."""

    list_display = ("user", "kind", "region", "created_at")
    list_filter = ("kind", "region")
    search_fields = ("user__email", "user__full_name")
    list_select_related = ("user",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
