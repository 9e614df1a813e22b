"""What the buttons of the case page ask for."""

import uuid
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q

from actors.actions import ACTIONS
from actors.actions.decide import needed
from actors.desk.canned import refuse_unfilled
from actors.models import Action, public_name

TIERS = [("standard", "standard"), ("premium", "premium"), ("vip", "vip")]


def desk_members() -> Any:
    """Whoever may work cases: by their groups, their own permissions, or as superuser."""
    permission = Q(user_permissions__codename="work_case") | Q(groups__permissions__codename="work_case")
    return User.objects.filter(permission | Q(is_superuser=True), is_active=True, is_staff=True).distinct()


def colleagues(users: Iterable[User]) -> list[tuple[int, str]]:
    """By key, what customers call them, to choose from; with the login where two have one name."""
    names = {user: public_name(user) for user in users}
    count = Counter(names.values())
    told = {user.pk: name if count[name] == 1 else f"{name} ({user.get_username()})" for user, name in names.items()}
    return sorted(told.items(), key=lambda one: one[1].casefold())


class NoForm(forms.Form):
    """A button without a question."""


class ReplyForm(forms.Form):
    text = forms.CharField(
        widget=forms.Textarea, error_messages={"required": "Write what the customer is to read first."}
    )
    key = forms.UUIDField(error_messages={"required": "Load the page again, and send it from there."})

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if len(text) > settings.MESSAGE_MAX_LENGTH:
            raise ValidationError(f"A reply may have {settings.MESSAGE_MAX_LENGTH} characters; this has {len(text)}.")
        refuse_unfilled(text)
        return text


class NoteForm(forms.Form):
    text = forms.CharField(widget=forms.Textarea, max_length=4000, error_messages={"required": "Write the note first."})


class DraftForm(forms.Form):
    draft = forms.CharField(error_messages={"required": "Load the page again, and do it from there."})


class ReassignForm(forms.Form):
    to = forms.ModelChoiceField(
        User.objects.none(), error_messages={"required": "Choose a colleague.", "invalid_choice": "Choose a colleague."}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = desk_members()
        to.choices = [("", "Choose …"), *colleagues(to.queryset)]


class ActionForm(forms.Form):
    """About one action of this conversation."""

    action = forms.ModelChoiceField(
        Action.objects.none(), error_messages={"invalid_choice": "That is no action of this conversation."}
    )

    def __init__(self, *args: Any, conversation_id: uuid.UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Action.objects.select_related("turn").filter(conversation=conversation_id)
        self.fields["action"].queryset = rows  # type: ignore[attr-defined]


class RejectForm(ActionForm):
    reason = forms.CharField(
        max_length=300,
        validators=[refuse_unfilled],
        error_messages={"required": "Say why: the customer reads it."},
    )


class DoneForm(ActionForm):
    reference = forms.CharField(
        max_length=60,
        validators=[refuse_unfilled],
        error_messages={"required": "Give the reference of what you did in the shop."},
    )


class ArgumentsForm(forms.Form):
    """What an action can be given. Which of it an action needs, the registry says."""

    amount = forms.DecimalField(
        required=False, max_digits=12, decimal_places=2, error_messages={"invalid": "An amount such as 20.00."}
    )
    address = forms.CharField(required=False, max_length=200)
    phone = forms.CharField(required=False, max_length=40)
    text = forms.CharField(required=False, max_length=500, validators=[refuse_unfilled])
    tier = forms.ChoiceField(required=False, choices=[("", "-"), *TIERS])

    def arguments(self) -> dict[str, str]:
        """What was filled in, without the amount."""
        names = ("address", "phone", "text", "tier")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}


class EditForm(ActionForm, ArgumentsForm):
    pass


class StartForm(ArgumentsForm):
    kind = forms.ChoiceField(
        choices=[],
        error_messages={"required": "Choose what is to be done.", "invalid_choice": "There is no such action."},
    )
    order = forms.CharField(required=False, max_length=40)
    key = forms.UUIDField(error_messages={"required": "Load the page again, and start it from there."})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = startable()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = ACTIONS.get(data.get("kind", ""))
        if kind is None:
            return data
        for name in needed(kind):
            if not data.get(name):
                self.add_error(name, f"The {kind.title} needs: {name}.")
        if "order" in kind.needs and not data.get("order"):
            self.add_error("order", f"The {kind.title} needs an order.")
        return data


def startable() -> list[tuple[str, str]]:
    """The actions staff may start: all but those that only look up what this page shows anyway."""
    kinds = [kind for kind in ACTIONS.values() if kind.writes or kind.done]
    return [(kind.name, f"{kind.name.replace('_', ' ')}") for kind in sorted(kinds, key=lambda kind: kind.name)]
