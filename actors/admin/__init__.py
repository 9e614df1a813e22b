"""What staff see of the mesh, and what they decide: the policy, and the actions that wait for a person."""

from actors.admin import actions, audit, conversations, policy  # noqa: F401  (they register themselves)
