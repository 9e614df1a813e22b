from django.apps import AppConfig
from django.contrib.admin import apps as admin


class SupportMeshConfig(AppConfig):
    name = "supportmesh"
    verbose_name = "SupportMesh"

    def ready(self) -> None:
        # Registers the system checks and the schema's authentication: both need the apps to be loaded.
        from supportmesh import checks  # noqa: F401
        from supportmesh.gateway import openapi  # noqa: F401


class AdminConfig(admin.AdminConfig):
    default = False
    default_site = "supportmesh.admin_site.AdminSite"
