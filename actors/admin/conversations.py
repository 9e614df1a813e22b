"""Conversations and their turns, read-only. Turns are written by the mesh and the desk alone."""

import contextlib
import uuid
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from actors.admin.readonly import ReadOnly
from actors.desk.access import visible
from actors.desk.search import turns_with
from actors.llm import calls_in
from actors.models import Conversation, Turn


def transcript(conversation: Conversation) -> SafeString:
    """The conversation as people read it, oldest first."""
    turns = conversation.turns.order_by("seq").values_list("seq", "role", "created_at", "text")
    # The moment as text: format_html escapes what it is given before it formats it.
    rows = [(seq, role, f"{at:%Y-%m-%d %H:%M} UTC", text) for seq, role, at, text in turns]
    line = '<li class="{1}"><div><span>{0}</span> <b>{1}</b> <time>{2}</time></div><p class="as-written">{3}</p></li>'
    return format_html('<ol class="transcript">{}</ol>', format_html_join("", line, rows))


@admin.register(Conversation)
class ConversationAdmin(ReadOnly):
    list_display = ["id", "customer_email", "channel", "status", "owner", "rating", "created_at", "updated_at"]
    list_filter = ["status", "channel", "rating"]
    list_select_related = ["owner"]
    search_fields = ["id", "customer_email"]  # and the transcript's words
    search_help_text = "The customer's address, or words of the transcript."
    show_full_result_count = False
    readonly_fields = ["transcript"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("customer_email", "status"),
                    ("channel", "owner"),
                    ("rating", "rating_comment"),
                    "transcript",
                ]
            },
        ),
        (
            "Inner workings",
            {"fields": ["customer_sub", "epoch", "last_seq", "seen_seq", "clarify_count"], "classes": ["collapse"]},
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        return visible(super().get_queryset(request), request.user, of="pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Conversation], search_term: str
    ) -> tuple[QuerySet[Conversation], bool]:
        words = search_term.strip().replace("\0", "")
        if not words:
            return queryset, False
        found = Q(customer_email__icontains=words) | Q(pk__in=turns_with(words).values("conversation"))
        with contextlib.suppress(ValueError):  # no id: then words alone
            found |= Q(pk=uuid.UUID(words))
        return queryset.filter(found), False

    @admin.display(description="Transcript")
    def transcript(self, conversation: Conversation) -> SafeString:
        return transcript(conversation)


@admin.register(Turn)
class TurnAdmin(ReadOnly):
    list_display = ["id", "conversation_id", "seq", "role", "status", "attempt", "created_at"]
    list_filter = ["role", "status"]
    search_fields = ["id", "conversation__id", "customer_email"]
    show_full_result_count = False
    readonly_fields = ["hops", "rules", "llm_calls"]
    exclude = ["guest_key", "body_hash"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Turn]:
        return visible(super().get_queryset(request), request.user, of="conversation")

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

    @admin.display(description="LLM calls")
    def llm_calls(self, turn: Turn) -> SafeString | str:
        payload = (turn.message or {}).get("payload") or {}
        lines = [_told(call) for call in calls_in(payload)]
        response, check = payload.get("response") or {}, payload.get("guardrail_check") or {}
        because = response.get("offline_because")
        if response.get("template_text") and check.get("corrected"):
            because = ", ".join(issue["kind"] for issue in check["issues"])
        lines += [f"The template answered: {because}"] if because else []
        return format_html_join("", "<div>{}</div>", [(line,) for line in lines]) or "-"


def _told(call: dict[str, Any]) -> str:
    """`reply · gpt-4o · reply.v1 · ok · 812 → 96 tokens · $0.0030 · 1.42 s`"""
    given, made, cost = call["input_tokens"], call["output_tokens"], call["cost"]
    tokens = "tokens unknown" if given is None else f"{given} → {made} tokens"
    price = "cost unknown" if cost is None else f"${Decimal(cost):.6f}"
    parts = (call["purpose"], call["model"], call["prompt"], call["outcome"], tokens, price, f"{call['seconds']} s")
    return " · ".join(parts)
