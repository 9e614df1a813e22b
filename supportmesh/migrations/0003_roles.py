"""The groups of the team: agent, supervisor, auditor."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from supportmesh.roles import SHOP_APPS, create_groups


def make(apps, schema_editor):
    for label in ("actors", *SHOP_APPS):
        # Django makes permissions only after the last migration.
        create_permissions(installed.get_app_config(label), verbosity=0, apps=apps, using=schema_editor.connection.alias)
    create_groups(apps.get_model("auth", "Group").objects, apps.get_model("auth", "Permission").objects)


class Migration(migrations.Migration):
    dependencies = [
        ("supportmesh", "0002_keys_become_tokens"),
        ("actors", "0005_desk_rules"),
        ("customers", "0002_write_side"),
        ("orders", "0002_write_side"),
        ("tracking", "0002_write_side"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
