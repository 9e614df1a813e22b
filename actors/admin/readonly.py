"""What every page of the mesh's admin shares: the mesh writes, people look."""

from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin


class StaffRequest(HttpRequest):
    """A request that `admin_view` let through: somebody is logged in."""

    user: User


class ReadOnly(ModelAdmin):
    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
