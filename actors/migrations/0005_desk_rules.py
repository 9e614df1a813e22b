"""The audit trail refuses changes in the database itself, transcripts are searched by words (both PostgreSQL), and the
cases that are there already get the clock of their priority."""

from django.conf import settings
from django.db import migrations

TRIGGERS = """
CREATE FUNCTION actors_auditevent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An audit event is never changed or deleted.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER actors_auditevent_no_change BEFORE UPDATE OR DELETE ON actors_auditevent
    FOR EACH ROW EXECUTE FUNCTION actors_auditevent_append_only();
CREATE TRIGGER actors_auditevent_no_truncate BEFORE TRUNCATE ON actors_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION actors_auditevent_append_only();
"""
NO_TRIGGERS = """
DROP TRIGGER actors_auditevent_no_change ON actors_auditevent;
DROP TRIGGER actors_auditevent_no_truncate ON actors_auditevent;
DROP FUNCTION actors_auditevent_append_only();
"""
# The expression that SearchVector("text", config="simple") makes: whatever language a customer writes.
WORDS = """
CREATE INDEX turn_words ON actors_turn USING gin (to_tsvector('simple'::regconfig, COALESCE(text, '')));
"""


def on_postgres(*statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement, params=None)

    return run


def set_targets(apps, schema_editor):
    cases = apps.get_model("actors", "Escalation").objects.filter(resolution_target=0)
    for priority, seconds in settings.SLA_FIRST_RESPONSE.items():
        cases.filter(priority=priority).update(
            first_response_target=seconds, resolution_target=settings.SLA_RESOLUTION[priority]
        )


class Migration(migrations.Migration):
    dependencies = [("actors", "0004_desk")]

    operations = [
        migrations.RunPython(on_postgres(TRIGGERS), on_postgres(NO_TRIGGERS)),
        migrations.RunPython(on_postgres(WORDS), on_postgres("DROP INDEX turn_words;")),
        migrations.RunPython(set_targets, migrations.RunPython.noop),
    ]
