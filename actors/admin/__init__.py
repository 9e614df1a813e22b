"""What staff see of the mesh and where they work: the queue and the case page, decisions, the policy, the trail."""

from actors.admin import (  # noqa: F401  (they register themselves)
    actions,
    audit,
    cases,
    conversations,
    desk,
    incidents,
    knowledge,
    mesh,
    parked,
    policy,
)
