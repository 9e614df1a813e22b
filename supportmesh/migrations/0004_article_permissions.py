"""Supervisors write the articles, everybody at the desk reads them."""

from importlib import import_module

from django.db import migrations

make = import_module("supportmesh.migrations.0003_roles").make


class Migration(migrations.Migration):
    dependencies = [("supportmesh", "0003_roles"), ("actors", "0009_knowledge")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
