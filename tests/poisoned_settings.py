"""The settings, with an actor that dies of some messages."""

from supportmesh.settings import *  # noqa: F403
from supportmesh.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.poisoned.PoisonedConfig"]
