"""The audit trail is append-only, whoever tries."""

import pytest
from django.db import IntegrityError, connection, transaction

from actors.models import AuditEvent
from actors.models.action import AppendOnly

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> AuditEvent:
    return AuditEvent.objects.create(who="staff maria", what="action rejected")


def change(event: AuditEvent) -> None:
    event.who = "nobody"
    event.save()


def change_loaded(event: AuditEvent) -> None:
    loaded = AuditEvent.objects.get()
    loaded.who = "nobody"
    loaded.save(update_fields=["who"])


WAYS = {
    "save": change,
    "save of a loaded row": change_loaded,
    "save with force_update": lambda event: AuditEvent(pk=event.pk, who="nobody", what="x").save(force_update=True),
    "delete": lambda event: event.delete(),
    "update": lambda event: AuditEvent.objects.update(who="nobody"),
    "filtered update": lambda event: AuditEvent.objects.filter(pk=event.pk).update(who="nobody"),
    "queryset delete": lambda event: AuditEvent.objects.all().delete(),
    "bulk update": lambda event: AuditEvent.objects.bulk_update([event], ["who"]),
    "update or create": lambda event: AuditEvent.objects.update_or_create({"who": "nobody"}, pk=event.pk),
    "upsert": lambda event: AuditEvent.objects.bulk_create(
        [AuditEvent(pk=event.pk, who="nobody", what="x")],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["who"],
    ),
}


STATEMENTS = (
    "UPDATE actors_auditevent SET who = 'nobody'",
    "DELETE FROM actors_auditevent",
    "TRUNCATE actors_auditevent",
)


@pytest.mark.parametrize("way", WAYS)
def test_an_event_is_never_changed_or_deleted(event: AuditEvent, way: str) -> None:
    with pytest.raises((AppendOnly, ValueError)):
        WAYS[way](event)
    assert AuditEvent.objects.get().who == "staff maria"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has the triggers of migration 0005")
@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_itself_refuses_who_goes_past_the_code(event: AuditEvent, statement: str) -> None:
    with connection.cursor() as cursor:
        # Asleep in this suite, see conftest.py; it sleeps on when this test's transaction is rolled back.
        cursor.execute("ALTER TABLE actors_auditevent ENABLE TRIGGER actors_auditevent_no_truncate")
        with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
            cursor.execute(statement)
    assert AuditEvent.objects.get().who == "staff maria"


def test_a_key_that_is_taken_overwrites_nothing(event: AuditEvent, transactional_db: None) -> None:
    with pytest.raises(IntegrityError):
        AuditEvent(pk=event.pk, who="nobody", what="x").save()
    assert AuditEvent.objects.get().who == "staff maria"
