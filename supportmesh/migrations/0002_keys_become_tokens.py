"""Keys of djangorestframework-api-key, made before tokens had a scope, become tokens for the chat: what they were."""

from django.db import migrations

FIELDS = ("id", "prefix", "hashed_key", "name", "revoked", "expiry_date", "created")


def move(source, target, **more):
    for row in source.objects.values(*FIELDS):
        created = row.pop("created")
        target.objects.get_or_create(prefix=row["prefix"], defaults={**row, **more})
        target.objects.filter(prefix=row["prefix"]).update(created=created)  # auto_now_add wrote today
        source.objects.filter(prefix=row["prefix"]).delete()


def forwards(apps, schema_editor):
    move(apps.get_model("rest_framework_api_key", "APIKey"), apps.get_model("supportmesh", "ApiToken"), scope="chat")


def backwards(apps, schema_editor):
    move(apps.get_model("supportmesh", "ApiToken"), apps.get_model("rest_framework_api_key", "APIKey"))


class Migration(migrations.Migration):
    dependencies = [
        ("supportmesh", "0001_initial"),
        ("rest_framework_api_key", "0005_auto_20220110_1102"),
    ]
    operations = [migrations.RunPython(forwards, backwards)]
