"""What the desk itself needs: ready words, and who is there."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from actors.desk.canned import VARIABLES, unknown_variables
from actors.models import Agent, AuditEvent, CannedReply, approval_limit


class CannedReplyForm(forms.ModelForm):
    class Meta:
        model = CannedReply
        fields = ["title", "text"]
        help_texts = {
            "text": "Variables: " + "; ".join(f"{{{{ {name} }}}} {means}" for name, means in VARIABLES.items()) + "."
        }

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if unknown := unknown_variables(text):
            raise ValidationError(f"There is no variable called {', '.join(unknown)}. See the list below.")
        return text


@admin.register(CannedReply)
class CannedReplyAdmin(ModelAdmin):
    form = CannedReplyForm
    list_display = ["title", "begins"]
    search_fields = ["title", "text"]

    @display(description="Text")
    def begins(self, reply: CannedReply) -> str:
        return reply.text[:100]


@admin.register(Agent)
class AgentAdmin(ModelAdmin):
    """Members come by themselves when they first open the queue. Limits are set by whoever may change members."""

    list_display = ["user", "there", "limit"]
    list_select_related = ["user"]
    list_filter = ["available"]
    readonly_fields = ["user"]
    fields = ["user", "available", "approval_limit"]

    @display(description="At the desk", label={"available": "success", "away": ""})
    def there(self, agent: Agent) -> str:
        return "available" if agent.available else "away"

    @display(description="May approve up to")
    def limit(self, agent: Agent) -> str:
        limit = approval_limit(agent.user)
        return "any amount" if limit is None else str(limit)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: Any, obj: Agent, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.changed_data:
            AuditEvent.objects.create(
                who=f"staff {request.user.get_username()}"[:150],
                what="member of the desk changed",
                fields=", ".join(form.changed_data),
                amount=obj.approval_limit if "approval_limit" in form.changed_data else None,
            )
