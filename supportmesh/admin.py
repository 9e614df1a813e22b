"""Tokens of servers. The key is shown once, when it is made; what is revoked stays revoked."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from rest_framework_api_key.admin import APIKeyModelAdmin
from rest_framework_api_key.models import APIKey

from supportmesh.models import ApiToken

admin.site.site_header = admin.site.site_title = "SupportMesh"
admin.site.unregister(APIKey)  # ours has a scope; one without it would open nothing


@admin.register(ApiToken)
class ApiTokenAdmin(APIKeyModelAdmin):
    list_display = ["name", "scope", "prefix", "created", "expiry_date", "_has_expired", "revoked"]
    list_filter = ["scope", "revoked"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> tuple[str, ...]:
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else (*fields, "scope")  # what was handed out for one thing never opens another

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Revoked, not deleted: who held what remains to be seen."""
        return False
