"""Every actor, by name: Celery's convention, our index."""
