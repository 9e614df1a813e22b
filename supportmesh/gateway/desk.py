"""What the desk asks of the gateway: a sign-in code for a customer who is not verified yet."""

from celery import current_app
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from actors.desk.access import visible_cases
from actors.errors import Permanent, Temporary
from actors.models import Conversation, Escalation, Turn, public_name
from supportmesh.gateway import limits
from supportmesh.gateway.problems import Problem
from supportmesh.gateway.signin import CODES_PER_ADDRESS, HOUR, SEND_CODE
from supportmesh.gateway.signin import send_code as mail_code
from supportmesh.models import SignInCode

ASKED = gettext_noop(
    "{name} has sent a code to the address you gave, if we know it. Please enter it here, so that we know it is you."
)


@require_POST
def send_code(request: HttpRequest, case_id: int) -> HttpResponse:
    """Mail a code to the address that the visitor gave, good in their browser alone, and ask for it in the chat.

    Only who has the case may, and only while the conversation is a guest's.
    """
    case = visible_cases(request.user).select_related("conversation").filter(pk=case_id).first()
    if case is None:
        raise Http404
    conversation = case.conversation
    has_it = case.status == Escalation.Status.CLAIMED and case.assigned_to_id == request.user.pk
    if not request.user.has_perm("actors.work_case") or not has_it:
        raise PermissionDenied
    back = HttpResponseRedirect(reverse("admin:actors_escalation_change", args=[case.pk]))
    email = request.POST.get("email", "").strip().lower()
    try:
        validate_email(email)
        if not email.isprintable():  # letters that nobody sees, in an international domain
            raise ValidationError("")
    except ValidationError:
        messages.error(request, "That is no e-mail address. It looks like name@example.com.")
        return back
    if conversation.customer_email is not None or not conversation.guest_key:
        messages.error(request, "There is nobody in this conversation who could enter a code.")
        return back
    try:
        limits.count("codes-of-address", email, limit=CODES_PER_ADDRESS, seconds=HOUR)
        row = SignInCode.asked(browser=conversation.guest_key, email=email)
        if settings.DEMO:  # it sends no mail
            code = mail_code(row.pk, language=conversation.language)
            messages.info(request, f"The demo sends no mail. The code is {code or 'none: no such customer'}.")
        else:
            args = [str(row.pk), conversation.language]
            current_app.send_task(SEND_CODE, args=args, retry=True, retry_policy={"max_retries": 0})
    except Problem as problem:
        messages.error(request, str(problem.detail))
        return back
    except (OperationalError, Temporary, Permanent):
        messages.error(request, "No code can be sent now. Please try again.")
        return back
    with transaction.atomic():
        name = public_name(request.user)
        with override(conversation.language):
            text = _(ASKED).format(name=name)
        Conversation.locked(conversation.pk).add_turn(
            role=Turn.Role.SYSTEM,
            text=text,
            agent=name,
            metadata={"outcome": "verify", "email": email},
        )
    case.audit("sign-in code sent", who=f"staff {request.user.get_username()}")
    messages.success(request, "Asked for in the chat. The banner goes away as soon as they have signed in.")
    return back
