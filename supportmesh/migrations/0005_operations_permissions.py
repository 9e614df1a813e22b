"""Supervisors pause and resume, and decide about parked messages; auditors see both."""

from importlib import import_module

from django.db import migrations

make = import_module("supportmesh.migrations.0003_roles").make


class Migration(migrations.Migration):
    dependencies = [("supportmesh", "0004_article_permissions"), ("actors", "0010_operations")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
