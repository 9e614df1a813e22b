"""What the mesh can do in the shop: the registry, what a message asks for, and how it is carried out."""

from actors.actions import desk, shop  # noqa: F401  (they fill the registry)
from actors.actions.registry import ACTIONS, ActionType

__all__ = ["ACTIONS", "ActionType"]
