"""Staff read the whole conversation in the admin."""

import pytest
from django.test import Client

from actors.ledger import request_human
from actors.models import Escalation
from tests.test_ledger import say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("page", ["conversation", "escalation"])
def test_transcript_shows_every_turn_and_no_markup_of_the_customers(page: str, admin_client: Client) -> None:
    turn = say("Where is <b>my</b> order {0}?")
    request_human(session_id=turn.conversation_id)
    pk = turn.conversation_id if page == "conversation" else Escalation.objects.get().pk
    body = admin_client.get(f"/admin/actors/{page}/{pk}/change/").content.decode()
    assert "Where is &lt;b&gt;my&lt;/b&gt; order {0}?" in body
    assert "I&#x27;ve asked a colleague" in body
    assert (
        f"{turn.created_at:%Y-%m-%d %H:%M} UTC" if page == "conversation" else f"{turn.created_at:%-d %b %H:%M}"
    ) in body
