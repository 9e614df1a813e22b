"""What a customer did not see in the chat is told by mail, once."""

import logging
import uuid
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from actors.models import AuditEvent, Conversation, Turn

logger = logging.getLogger(__name__)

BATCH = 200  # conversations in one pass
TRY_AGAIN_AFTER = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(days=1)  # an address that takes no mail for so long takes none
MAIL = gettext_noop("""There is something new for you in your chat with {shop}.

{words}

{way}
Please do not answer this mail: nobody reads it.
""")
BY_LINK = gettext_noop("Read everything and answer here:\n{url}/?session_id={session_id}\n")
# A conversation that the shop's own JWT opened is this customer's by that JWT alone: our page could not open it.
IN_THE_SHOP = gettext_noop("Read everything and answer in the chat where you wrote to us.\n")


def mail_unseen() -> int:
    """Mail what is due and still unseen, one mail per conversation; returns how many went. Nobody knows a guest's
    address: theirs is forgotten. Two passes at a time mail nothing twice."""
    now = timezone.now()
    due = Turn.objects.filter(mail_due_at__lte=now)
    due.filter(Q(seq__lte=F("conversation__seen_seq")) | Q(conversation__customer_email=None)).update(mail_due_at=None)
    sent = 0
    for session_id in dict.fromkeys(due.order_by("mail_due_at").values_list("conversation", flat=True)[:BATCH]):
        turns = _claim(session_id, due_at=now)
        if not turns:
            continue
        try:
            _send(turns)
        except (SMTPException, OSError) as error:  # its own text names the address
            logger.warning("session %s was not mailed: %s", session_id, type(error).__name__)
            _put_back(turns)
            break  # the others would wait for the same server, one after the other
        sent += 1
    return sent


def _claim(session_id: uuid.UUID, *, due_at: datetime) -> list[Turn]:
    """The conversation's due turns, oldest first, for the pass that comes first: mailed once at most."""
    taken_at = timezone.now()
    # By the row's own columns: they are what PostgreSQL looks at again when another pass was faster.
    due = Turn.objects.filter(conversation=session_id, mail_due_at__lte=due_at)
    if not due.update(mail_due_at=None, mailed_at=taken_at):
        return []
    mine = Turn.objects.filter(conversation=session_id, mailed_at=taken_at)
    return list(mine.select_related("conversation").order_by("seq"))


def _send(turns: list[Turn]) -> None:
    conversation = turns[0].conversation
    shop = settings.SHOP_NAME
    with override(conversation.language):
        wrote = _("{name} wrote:")
        words = "\n\n".join(f"{wrote.format(name=turn.agent or shop)}\n\n{turn.text}" for turn in turns)
        text = _(MAIL).format(shop=shop, words=words, way=_way_back(conversation))
        subject = _("An answer is waiting for you at {shop}").format(shop=shop)
    send_mail(subject, text, None, [str(conversation.current_email())])
    AuditEvent.objects.create(who="mail", what="customer mailed", conversation=conversation.pk)
    logger.info("session %s: mailed", conversation.pk)


def _way_back(conversation: Conversation) -> str:
    if conversation.customer_sub:
        return _(IN_THE_SHOP)
    return _(BY_LINK).format(url=settings.PUBLIC_URL, session_id=conversation.pk)


def _put_back(turns: list[Turn]) -> None:
    now = timezone.now()
    rows = Turn.objects.filter(pk__in=[turn.pk for turn in turns])
    rows.update(mailed_at=None)
    rows.filter(created_at__gt=now - GIVE_UP_AFTER).update(mail_due_at=now + TRY_AGAIN_AFTER)
