from django.apps import AppConfig


class ActorsConfig(AppConfig):
    name = "actors"
    verbose_name = "Mesh"

    def ready(self) -> None:
        # Registers the Celery tasks: without this the web process could not dispatch one.
        from actors import tasks  # noqa: F401  (models must be loaded first)
