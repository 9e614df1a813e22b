"""The people at the desk: who is there, how far they may go, and what customers call them."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models

from actors.message.payload import plain_name


class Agent(models.Model):
    """A member of staff at the desk: there or away, and how far they may go."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="agent")
    available = models.BooleanField(default=False, help_text="Takes cases now; estimates count who is there.")
    approval_limit = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="In the shop's currency. Empty: the limit of their group.",
    )

    class Meta:
        verbose_name = "member of the desk"
        verbose_name_plural = "members of the desk"
        ordering = ["user__username"]

    def __str__(self) -> str:
        return f"{self.user} ({'available' if self.available else 'away'})"

    @classmethod
    def of(cls, user: User) -> Self:
        """The row of a member of staff; made when there is none."""
        return cls.objects.get_or_create(user=user)[0]


def approval_limit(user: User) -> Decimal | None:
    """Up to which amount, in SHOP_CURRENCY, this member of staff may approve; None: any."""
    if user.is_superuser:
        return None
    own = Agent.of(user).approval_limit
    if own is not None:
        return own
    supervisor = user.has_perm("actors.manage_cases")
    return settings.SUPERVISOR_APPROVAL_LIMIT if supervisor else settings.AGENT_APPROVAL_LIMIT


def public_name(user: User | None) -> str:
    """What customers call this member of staff; empty for nobody."""
    return "" if user is None else (plain_name(user.first_name).strip() or user.get_username())[:80]
