"""Temporary index while the actors are being written; replaced before the first release commit."""

from importlib import import_module
from importlib.util import find_spec

from actors.routes import ENRICHMENTS

if all(find_spec(f"actors.{name}") for name in ENRICHMENTS):
    for name in ENRICHMENTS:
        import_module(f"actors.{name}")
