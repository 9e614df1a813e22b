"""Conversations, their turns and cases, read-only. Turns are written by the mesh alone."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from actors.admin.readonly import ReadOnly
from actors.models import Conversation, Escalation, ParkedMessage, Turn


def transcript(conversation: Conversation) -> SafeString:
    """The conversation as people read it, oldest first."""
    turns = conversation.turns.order_by("seq").values_list("seq", "role", "created_at", "text")
    # The moment as text: format_html escapes what it is given before it formats it.
    rows = [(seq, role, f"{at:%Y-%m-%d %H:%M} UTC", text) for seq, role, at, text in turns]
    line = "<tr><td>{}</td><td><b>{}</b></td><td>{}</td><td style='white-space:pre-wrap'>{}</td></tr>"
    return format_html("<table>{}</table>", format_html_join("", line, rows))


@admin.register(Conversation)
class ConversationAdmin(ReadOnly):
    list_display = ["id", "customer_email", "channel", "status", "owner", "rating", "created_at", "updated_at"]
    list_filter = ["status", "channel", "rating"]
    list_select_related = ["owner"]
    search_fields = ["id", "customer_email", "turns__text"]
    readonly_fields = ["transcript"]

    @admin.display(description="Transcript")
    def transcript(self, conversation: Conversation) -> SafeString:
        return transcript(conversation)


@admin.register(Turn)
class TurnAdmin(ReadOnly):
    list_display = ["id", "conversation_id", "seq", "role", "status", "attempt", "created_at"]
    list_filter = ["role", "status"]
    search_fields = ["id", "conversation__id", "customer_email"]
    readonly_fields = ["hops", "rules"]
    exclude = ["guest_key", "body_hash"]

    @admin.display(description="Time per actor")
    def hops(self, turn: Turn) -> SafeString | str:
        hops: list[dict[str, Any]] = (turn.message or {}).get("metadata", {}).get("hops", [])
        rows = [(hop["actor"], hop["started_at"], hop["finished_at"], hop["retries"], hop["outcome"]) for hop in hops]
        return format_html_join("", "<div>{} · {} → {} · retries {} · {}</div>", rows) or "-"

    @admin.display(description="Rules")
    def rules(self, turn: Turn) -> SafeString | str:
        decision = ((turn.message or {}).get("payload") or {}).get("decision") or {}
        rows = [("✓" if rule["hit"] else "–", rule["rule"], rule["because"]) for rule in decision.get("rules", [])]
        return format_html_join("", "<div>{} <b>{}</b>: {}</div>", rows) or "-"


@admin.register(Escalation)
class EscalationAdmin(ReadOnly):
    list_display = ["id", "priority", "reason", "status", "customer", "assigned_to", "created_at"]
    list_filter = ["status", "priority", "reason"]
    list_select_related = ["conversation", "assigned_to"]
    search_fields = ["conversation__customer_email", "summary"]
    readonly_fields = ["transcript"]

    @admin.display(description="Customer")
    def customer(self, escalation: Escalation) -> str:
        return escalation.conversation.customer_email or "guest"

    @admin.display(description="Transcript")
    def transcript(self, escalation: Escalation) -> SafeString:
        return transcript(escalation.conversation)


@admin.register(ParkedMessage)
class ParkedMessageAdmin(ReadOnly):
    list_display = ["task", "reason", "created_at"]
    list_filter = ["task"]
    search_fields = ["reason"]
