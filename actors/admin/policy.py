"""The policy: looked at in every version, and edited by publishing the next one."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from actors.actions import ACTIONS
from actors.models import AuditEvent, Policy, PolicyRule

LIMITS = ("limit_standard", "limit_premium", "limit_vip")
CHANGED_MEANWHILE = "Version {now} was published while you were editing. Open this page again and start from that one."


class PolicyForm(forms.ModelForm):
    # What was on the page: two people who edit at once must not undo each other's work unseen.
    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def clean_based_on(self) -> int:
        now = Policy.current().pk or 0
        if self.cleaned_data["based_on"] != now:
            raise ValidationError(CHANGED_MEANWHILE.format(now=now))
        return now


class RuleForm(forms.ModelForm):
    class Meta:
        model = PolicyRule
        fields = ["action", "level", *LIMITS]
        widgets = {
            "action": UnfoldAdminTextInputWidget(attrs={"readonly": True}),
            "level": UnfoldAdminSelectWidget(),
            **dict.fromkeys(LIMITS, UnfoldAdminDecimalFieldWidget(attrs={"placeholder": "no limit"})),
        }
        help_texts = dict.fromkeys(LIMITS, "Empty: no limit.")

    def has_changed(self) -> bool:
        """A version holds every rule, those too that stay as they are."""
        return True

    def clean_action(self) -> str:
        name: str = self.cleaned_data["action"]
        if name not in ACTIONS:
            raise ValidationError(f"There is no action called “{name}”.")
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = ACTIONS.get(data.get("action", ""))
        if kind and data.get("level") == PolicyRule.Level.CONFIRM and not kind.describe:
            self.add_error("level", "This action has no question to ask the customer: choose off, draft or auto.")
        for name in LIMITS:
            limit = data.get(name)
            if limit is not None and limit < 0:
                self.add_error(name, "A limit is 0 or more; leave it empty for no limit.")
        return data


class RuleFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        if absent := sorted(ACTIONS.keys() - {form.cleaned_data["action"] for form in self.forms}):
            raise ValidationError(f"There is no rule for {', '.join(absent)}.")


class RuleInline(TabularInline):
    model = PolicyRule
    form = RuleForm
    formset = RuleFormSet
    can_delete = False
    hide_title = True
    extra = 0
    verbose_name_plural = (
        "What each action may do. Limits are in the shop's currency; beyond one, staff decides. Empty: no limit."
    )

    # A rule is a part of its version: who may publish one writes its rules, and nobody changes them.
    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return obj is None and request.user.has_perm("actors.add_policy")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("actors.view_policy")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_min_num(self, request: HttpRequest, obj: Policy | None = None, **kwargs: Any) -> int:
        return 0 if obj else len(ACTIONS)

    def get_max_num(self, request: HttpRequest, obj: Policy | None = None, **kwargs: Any) -> int:
        return 0 if obj else len(ACTIONS)


@admin.register(Policy)
class PolicyAdmin(ModelAdmin):
    form = PolicyForm
    inlines = [RuleInline]
    list_display = ["__str__", "in_force", "published_by", "created_at", "return_window_days", "max_actions"]
    list_filter = ["published_by"]
    ordering = ["-pk"]
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        """A version is never changed: publish the next one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        """Actions name the version they were decided by."""
        return False

    @admin.display(description="In force", boolean=True)
    def in_force(self, policy: Policy) -> bool:
        return policy.pk == Policy.current().pk

    def get_fields(self, request: HttpRequest, obj: Policy | None = None) -> list[Any]:
        if obj is None:
            return ["max_actions", "based_on"]
        return ["return_window_days", "max_actions", "published_by", "created_at"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        current = Policy.current()
        return {
            "max_actions": current.max_actions,
            "based_on": current.pk or 0,
        }

    def get_formset_kwargs(self, request: HttpRequest, obj: Policy, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        return kwargs if obj.pk else {**kwargs, "initial": _current_rules()}

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        page = {
            "title": "Publish the next version",
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return super().add_view(request, form_url, {**(extra_context or {}), **page})

    def save_model(self, request: HttpRequest, obj: Policy, form: forms.ModelForm, change: bool) -> None:
        obj.published_by = request.user.get_username()
        obj.return_window_days = settings.RETURN_WINDOW_DAYS  # what replies and articles tell customers, too
        super().save_model(request, obj, form, change)
        AuditEvent.objects.create(who=f"staff {obj.published_by}"[:150], what="policy published", policy_version=obj.pk)


def _current_rules() -> list[dict[str, Any]]:
    """One row for each action that can be done, as the version in force has it."""
    rules = {rule.action: rule for rule in Policy.current().known_rules()}
    rows = []
    for name, kind in sorted(ACTIONS.items()):
        rule = rules.get(name) or PolicyRule(action=name, level=kind.level)
        rows.append({field: getattr(rule, field) for field in ("action", "level", *LIMITS)})
    return rows
