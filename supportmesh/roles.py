"""Who of the team may do what: the three groups and their permissions."""

from typing import Any

from django.db.models import Q

SHOP_APPS = ("customers", "orders", "tracking")
_DESK = (
    "view_conversation",
    "view_turn",
    "view_escalation",
    "view_note",
    "view_action",
    "view_policy",
    "view_policyrule",
    "view_cannedreply",
    "view_incident",
    "view_knowledgearticle",
    "view_agent",
)
_WORK = ("work_case", "change_action", "add_note")
_OVERSIGHT = ("see_all_cases", "view_auditevent", "view_parkedmessage", "view_pause")
_LEAD = (
    "manage_cases",
    "add_policy",
    "add_cannedreply",
    "change_cannedreply",
    "delete_cannedreply",
    "add_incident",
    "add_knowledgearticle",
    "change_knowledgearticle",
    "delete_knowledgearticle",
    "change_incident",
    "decide_parkedmessage",
    "change_pause",
)
ROLES = {
    "agent": (*_DESK, *_WORK),
    "supervisor": (*_DESK, *_WORK, *_OVERSIGHT, *_LEAD),
    "auditor": (*_DESK, *_OVERSIGHT),
}


def create_groups(groups: Any, permissions: Any) -> None:
    """Make the groups that are missing, each with its permissions; what was added to one by hand stays.

    `groups` and `permissions` are the managers of django.contrib.auth, or a migration's.
    """
    for name, codenames in ROLES.items():
        group, _ = groups.get_or_create(name=name)
        shop = Q(content_type__app_label__in=SHOP_APPS, codename__startswith="view_")
        mesh = Q(content_type__app_label="actors", codename__in=codenames)
        group.permissions.add(*permissions.filter(shop | mesh))
