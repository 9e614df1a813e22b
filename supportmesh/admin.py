"""Tokens of servers: the key is shown once, when it is made; what is revoked stays revoked. And who may log in."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from rest_framework_api_key.admin import APIKeyModelAdmin
from rest_framework_api_key.models import APIKey
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from supportmesh.models import ApiToken

admin.site.unregister(APIKey)  # ours has a scope; one without it would open nothing
admin.site.unregister([User, Group])


@admin.register(User)
class ThemedUserAdmin(UserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class ThemedGroupAdmin(GroupAdmin, ModelAdmin):
    pass


@admin.register(ApiToken)
class ApiTokenAdmin(APIKeyModelAdmin, ModelAdmin):
    list_display = ["name", "scope", "prefix", "created", "expiry_date", "_has_expired", "revoked"]
    list_filter = ["scope", "revoked"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> tuple[str, ...]:
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else (*fields, "scope")  # what was handed out for one thing never opens another

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Revoked, not deleted: who held what remains to be seen."""
        return False
