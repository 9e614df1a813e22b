"""Mails: plain text to one address, with the headers that we wrote."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from actors.desk.mail import mail_unseen
from actors.models import Conversation
from tests.security.payloads import HEADER, PRODUCED, TEMPLATE, UNICODE, XSS


@pytest.mark.django_db
@pytest.mark.parametrize("text", [*XSS, *HEADER, *TEMPLATE, UNICODE[0], UNICODE[4]])
def test_a_mail_is_plain_text_with_the_headers_that_we_wrote(text: str) -> None:
    """Whatever a member of staff is called and writes."""
    conversation = Conversation.objects.create(customer_email="john.doe@example.com")
    due = timezone.now() - timedelta(minutes=1)
    turn = conversation.add_turn(role="agent", text=text, agent=text)
    type(turn).objects.filter(pk=turn.pk).update(mail_due_at=due)
    assert mail_unseen() == 1
    (message,) = mail.outbox
    assert (message.to, message.cc, message.bcc) == (["john.doe@example.com"], [], [])
    told = message.message()
    assert not told.is_multipart()
    assert told.get_content_type() == "text/plain"
    assert {name.lower() for name in told} <= {
        "content-type", "mime-version", "content-transfer-encoding", "subject", "from", "to", "date", "message-id",
    }  # fmt: skip
    assert text.split("\r\n")[0].split("\n")[0] in message.body
    assert PRODUCED not in message.body, "a template was run"
    assert not re.search(r"[\r\n]", message.subject)
