"""What staff and time do to a conversation, in the stack's own database."""

import subprocess
import sys

from tests.stack import ROOT, Stack

MARIA = """
import time, uuid
from django.contrib.auth.models import User
from actors.desk import cases
from actors.ledger import request_human
from actors.models import Conversation, Escalation, Turn
maria, _ = User.objects.get_or_create(username="maria", defaults={"first_name": "Maria", "is_staff": True})
"""
HINTED = "\ntime.sleep(0.5)  # the hints to open pages are sent by a thread of this process\n"


def shell(stack: Stack, code: str) -> str:
    """Run it in `manage.py shell`, with Maria at hand; what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", MARIA + code + HINTED],
        cwd=ROOT,
        env=stack._env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def maria_answers(stack: Stack, session_id: str, text: str) -> None:
    """She claims the conversation and says it."""
    shell(
        stack,
        f"request_human(session_id=uuid.UUID({session_id!r}))\n"
        f"case = cases.claim(Escalation.objects.get(conversation={session_id!r}).pk, by=maria)\n"
        f"cases.reply(case.pk, by=maria, text={text!r}, key=uuid.uuid4())",
    )


def maria_resolves(stack: Stack, session_id: str) -> None:
    """The conversation is closed."""
    shell(stack, f"cases.resolve(Escalation.objects.get(conversation={session_id!r}).pk, by=maria)")


def kept(stack: Stack, session_id: str, *fields: str) -> list[str]:
    """Fields of the conversation."""
    names = ", ".join(f"conversation.{name}" for name in fields)
    code = f"conversation = Conversation.objects.get(pk={session_id!r})\nprint({names}, sep='\\n')"
    return shell(stack, code).splitlines()
