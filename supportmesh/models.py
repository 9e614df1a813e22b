"""What the gateway keeps: the tokens of servers, and codes that are on their way to a customer."""

import uuid
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from rest_framework_api_key.models import AbstractAPIKey

CODE_DIGITS = 8
CODE_ATTEMPTS = 5
CODE_LIFETIME = timedelta(minutes=10)


class ApiToken(AbstractAPIKey):
    """A server's token, for one of the two things a server may do. Shown once, when made; revoked in the admin."""

    class Scope(models.TextChoices):
        CHAT = "chat", "chat: speaks for any customer"
        SERVICES = "services", "services: reads and changes customers, orders and shipments"

    scope = models.CharField(max_length=10, choices=Scope, default=Scope.CHAT)

    class Meta(AbstractAPIKey.Meta):
        abstract = False
        verbose_name = "API token"
        verbose_name_plural = "API tokens"

    @classmethod
    def believed(cls, token: str) -> Self | None:
        """The row of a token that was neither revoked nor has expired, None for any other text."""
        if "\0" in token:  # PostgreSQL takes none
            return None
        row = cls.objects.get_usable_keys().filter(prefix=token.partition(".")[0]).first()
        return row if row is not None and not row.has_expired and row.is_valid(token) else None


class SignInCode(models.Model):
    """One request for a code by e-mail. There is a row for every address alike; who is no customer gets no code.

    A code counts in the browser that asked for it alone: nobody can use up, or make invalid, the code of another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    browser = models.CharField(max_length=64, db_index=True)  # SHA-256 of its guest token
    email = models.EmailField()
    code_hash = models.CharField(max_length=64, blank=True, default="")  # empty until the mail is on its way
    attempts = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-expires_at"]

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def asked(cls, *, browser: str, email: str) -> Self:
        """A new request. Earlier codes of this browser count no more."""
        cls.objects.filter(browser=browser).delete()
        return cls.objects.create(browser=browser, email=email, expires_at=timezone.now() + CODE_LIFETIME)

    @classmethod
    def purge_expired(cls) -> None:
        """Delete the requests whose time is over."""
        cls.objects.filter(expires_at__lt=timezone.now()).delete()

    def issue(self) -> str | None:
        """Make the code of this request, once; the database keeps a keyed hash. None when it is over or replaced."""
        code = get_random_string(CODE_DIGITS, "0123456789")
        open_requests = SignInCode.objects.filter(pk=self.pk, code_hash="", expires_at__gt=timezone.now())
        return code if open_requests.update(code_hash=self._hash(code)) else None

    def withdraw(self) -> None:
        """The code did not reach anybody: another one may be made for this request."""
        SignInCode.objects.filter(pk=self.pk).update(code_hash="")

    @classmethod
    def redeem(cls, *, browser: str, email: str, code: str) -> bool:
        """Whether this is the code that was sent. Counts the attempt first; a code that fits is gone."""
        row = cls.objects.filter(browser=browser, email=email, expires_at__gt=timezone.now()).first()
        if row is None:
            return False
        mine = cls.objects.filter(pk=row.pk, attempts__lt=CODE_ATTEMPTS).update(attempts=F("attempts") + 1)
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]  # mailed before the key was changed
        if not mine or not any(constant_time_compare(row.code_hash, row._hash(code, key)) for key in keys):
            return False
        deleted, _ = cls.objects.filter(pk=row.pk).delete()
        return deleted == 1

    def _hash(self, code: str, key: str | None = None) -> str:
        return salted_hmac(f"supportmesh.SignInCode.{self.pk}", code, key, algorithm="sha256").hexdigest()
