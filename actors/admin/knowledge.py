"""The articles that answer general questions: written by supervisors, quoted by the bot."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget

from actors.admin.incidents import quotable
from actors.models import AuditEvent, KnowledgeArticle


class KnowledgeArticleForm(forms.ModelForm):
    language = forms.ChoiceField(
        choices=settings.LANGUAGES,
        widget=UnfoldAdminSelectWidget,
        help_text="It is found by questions in this language.",
    )

    class Meta:
        model = KnowledgeArticle
        fields = ["title", "text", "keywords", "language", "published"]
        help_texts = {
            "title": "What it answers, in a few words: customers read it above the text.",
            "text": "Customers read it word for word. What changes by itself (prices, days) is yours to keep right.",
            "keywords": "Further words that customers use for it, with spaces between.",
        }
        error_messages = {"text": {"required": "Write what customers read."}}

    def clean_title(self) -> str:
        title = quotable(self.cleaned_data["title"])
        if '"' in title:
            raise ValidationError("It is quoted in a reply: write it without quotation marks.")
        return title

    def clean_text(self) -> str:
        return quotable(self.cleaned_data["text"])


@admin.register(KnowledgeArticle)
class KnowledgeArticleAdmin(ModelAdmin):
    form = KnowledgeArticleForm
    list_display = ["title", "language", "published", "updated_at"]
    list_filter = ["published", "language"]
    search_fields = ["title", "keywords", "text"]

    def save_model(self, request: HttpRequest, obj: KnowledgeArticle, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.changed_data:
            _record(request, "article changed" if change else "article written", form.changed_data)

    def delete_model(self, request: HttpRequest, obj: KnowledgeArticle) -> None:
        super().delete_model(request, obj)
        _record(request, "article deleted", [])

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        count = queryset.count()
        super().delete_queryset(request, queryset)
        for _ in range(count):
            _record(request, "article deleted", [])


def _record(request: HttpRequest, what: str, changed: list[str]) -> None:
    who = f"staff {request.user.get_username()}"[:150]
    AuditEvent.objects.create(who=who, what=what, fields=", ".join(changed))
