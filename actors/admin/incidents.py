"""Incident notices: published, extended and ended by supervisors, and never deleted, since replies name them."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from actors.guardrail_validator.reading import visible, without_markup
from actors.message import IntentName
from actors.models import AuditEvent, Incident

# What a notice can be about: a courtesy, a yes or a no has nothing to be told.
ABOUT: tuple[IntentName, ...] = (
    "order_inquiry",
    "delivery_issue",
    "product_complaint",
    "billing_question",
    "return_request",
    "refund_request",
    "cancellation_request",
    "order_change",
    "account_issue",
    "general_inquiry",
    "escalation_request",
)
USUAL: tuple[IntentName, ...] = ("delivery_issue", "order_inquiry")
LABELS = {name: name.replace("_", " ").capitalize() for name in ABOUT}
UTC = "In UTC, as all times here."


def quotable(text: str) -> str:
    """A text in the form in which a reply can quote it: plain, with nothing in it that is not seen. Raises
    ValidationError for markup."""
    text = visible(text.replace("\r\n", "\n"))
    if without_markup(text) != text:
        raise ValidationError("Customers would see the marks: write it without HTML and Markdown.")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


class IncidentForm(forms.ModelForm):
    intents = forms.MultipleChoiceField(
        choices=tuple(LABELS.items()),
        initial=USUAL,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        label="About",
        help_text="A message has to be about one of these.",
        error_messages={"required": "Choose at least one: customers who write about it read the notice."},
    )

    class Meta:
        model = Incident
        fields = ["title", "text", "carrier", "intents", "starts_at", "ends_at"]
        help_texts = {
            "text": "Customers read it word for word, in a paragraph of its own.",
            "carrier": "As shipments name it. Told only about parcels with this carrier; empty: about any.",
            "starts_at": UTC,
            "ends_at": UTC,
        }
        error_messages = {
            "text": {"required": "Write what customers read."},
            "ends_at": {"required": "Say until when customers are told."},
        }

    def clean_text(self) -> str:
        return quotable(self.cleaned_data["text"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", "It has to end after it starts.")
        elif ends_at and self.instance.pk is None and ends_at <= timezone.now():
            self.add_error("ends_at", "This is over already: no customer would read it.")
        return data


@admin.register(Incident)
class IncidentAdmin(ModelAdmin):
    form = IncidentForm
    list_display = ["title", "counts_now", "carrier", "about", "starts_at", "ends_at", "published_by"]
    search_fields = ["title", "text", "carrier"]
    actions = ["end_now"]

    def has_delete_permission(self, request: HttpRequest, obj: Incident | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Incident | None = None) -> list[Any]:
        """Who may only look reads in words what a supervisor has as boxes."""
        subject = "about" if obj and not self.has_change_permission(request, obj) else "intents"
        own = ["title", "text", "carrier", subject, "starts_at", "ends_at"]
        return [*own, "published_by"] if obj else own

    def get_readonly_fields(self, request: HttpRequest, obj: Incident | None = None) -> list[str]:
        return ["about", "published_by"] if obj else []

    def save_model(self, request: HttpRequest, obj: Incident, form: IncidentForm, change: bool) -> None:
        if not change:
            obj.published_by = request.user.get_username()[:150]
        super().save_model(request, obj, form, change)
        if not change:
            _record(request, "incident published")
        elif form.changed_data:
            _record(request, "incident changed", form.changed_data)

    @admin.action(description="End the selected notices now", permissions=["change"])
    def end_now(self, request: HttpRequest, incidents: QuerySet[Incident]) -> None:
        now = timezone.now()
        running = [incident for incident in incidents if _counts(incident, now)]
        with transaction.atomic():
            for incident in running:
                incident.ends_at = now
                incident.save(update_fields=["ends_at"])
                self.log_change(request, incident, "Ended.")
                _record(request, "incident changed", ["ends_at"])
        if running:
            messages.success(request, f"No longer told: {', '.join(incident.title for incident in running)}.")
        else:
            messages.warning(request, "None of them counts now.")

    @admin.display(description="Counts now", boolean=True)
    def counts_now(self, incident: Incident) -> bool:
        return _counts(incident, timezone.now())

    @admin.display(description="About")
    def about(self, incident: Incident) -> str:
        return ", ".join(LABELS.get(name, name) for name in incident.intents)


def _counts(incident: Incident, now: datetime) -> bool:
    return incident.starts_at <= now < incident.ends_at


def _record(request: HttpRequest, what: str, changed: list[str] | None = None) -> None:
    who = f"staff {request.user.get_username()}"[:150]
    AuditEvent.objects.create(who=who, what=what, fields=", ".join(changed or []))
