from django.apps import AppConfig


class SupportMeshConfig(AppConfig):
    name = "supportmesh"
    verbose_name = "SupportMesh"

    def ready(self) -> None:
        # Registers the system checks and the schema's authentication: both need the apps to be loaded.
        from supportmesh import checks  # noqa: F401
        from supportmesh.gateway import openapi  # noqa: F401
