"""The queue: cases that wait for a person, what is due first; of those due together, who has waited longest."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from actors.admin import bulk, case_commands, case_page
from actors.admin.case_forms import colleagues
from actors.admin.readonly import ReadOnly, StaffRequest
from actors.desk.access import visible_cases
from actors.desk.search import turns_with
from actors.desk.words import due_words, span
from actors.models import Agent, Escalation, Turn, public_name

Status = Escalation.Status
SNIPPET = 90  # characters of the customer's last words in the list
FRESH = 50  # newest cases of nobody that are told to an open page


class ShownFilter(admin.SimpleListFilter):
    """What the queue shows: without a choice, what is not resolved; a search looks in all cases then."""

    title = "queue"
    parameter_name = "show"
    CHOICES = {
        "mine": "My cases",
        "free": "Nobody's cases",
        "late": "Late",
        "soon": "Due within the hour",
        "resolved": "Resolved",
        "all": "All",
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.CHOICES.items())

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            if choice["query_string"] == changelist.get_query_string(remove=[self.parameter_name]):
                choice["display"] = "All that were found" if changelist.query else "Open cases"
            yield choice

    def queryset(self, request: HttpRequest, queryset: QuerySet[Escalation]) -> QuerySet[Escalation]:
        now, unresolved = timezone.now(), ~Q(status=Status.RESOLVED)
        match self.value():
            case "mine":
                return queryset.filter(unresolved, assigned_to=request.user.pk)
            case "free":
                return queryset.filter(status=Status.OPEN)
            case "late":
                return queryset.filter(unresolved).filter(Q(breached=True) | Q(sla_due_at__lt=now))
            case "soon":
                return queryset.filter(unresolved, sla_due_at__lt=now + timedelta(hours=1))
            case "resolved":
                return queryset.filter(status=Status.RESOLVED)
            case "all":
                return queryset
            case _:
                in_all = request.GET.get(SEARCH_VAR) or "status__exact" in request.GET
                return queryset if in_all else queryset.filter(unresolved)


class AssigneeFilter(admin.RelatedFieldListFilter):
    """Members of the desk only, not every user."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        agents = Agent.objects.select_related("user")
        return [(str(key), name) for key, name in colleagues(agent.user for agent in agents)]


@admin.register(Escalation)
class EscalationAdmin(ReadOnly):
    list_display = ["case", "level", "why", "due", "holder", "age"]
    list_display_links = ["case"]
    list_filter = [ShownFilter, "priority", "reason", "status", ("assigned_to", AssigneeFilter), "breached"]
    list_filter_submit = False
    list_per_page = 50
    list_fullwidth = True
    show_full_result_count = False
    search_fields = ["pk"]  # see get_search_results
    search_help_text = "Number of a case, the customer's address, or words of the transcript."
    ordering: ClassVar[Any] = [F("sla_due_at").asc(nulls_last=True), "created_at", "pk"]  # as queue.ahead_of counts
    actions = [*bulk.ACTIONS]
    list_before_template = "admin/actors/escalation/desk_bar.html"

    class Media:
        css = {"all": ["desk/desk.css"]}

    # --- the list ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[Escalation]:
        """Only what this member of staff may see: list, search, bulk actions and every page go through here."""
        said = Turn.objects.filter(conversation=OuterRef("conversation"), role=Turn.Role.CUSTOMER)
        unread = said.filter(seq__gt=OuterRef("seen_seq")).order_by().values("conversation").annotate(n=Count("pk"))
        return (
            visible_cases(request.user)
            .select_related("conversation", "assigned_to")
            .annotate(
                unread=Coalesce(Subquery(unread.values("n")), 0),
                last_words=Subquery(said.order_by("-seq").values("text")[:1]),
            )
            .order_by(*self.ordering)
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Escalation], search_term: str
    ) -> tuple[QuerySet[Escalation], bool]:
        words = search_term.strip().replace("\0", "")
        if not words:
            return queryset, False
        if words.startswith("#") and words[1:].isdecimal():
            return queryset.filter(pk=int(words[1:19])), False
        found = Q(conversation__in=turns_with(words).values("conversation"))
        found |= Q(conversation__customer_email__icontains=words)
        if words.isdecimal():
            found |= Q(pk=int(words[:18]))
        return queryset.filter(found), False

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        agent = Agent.of(request.user) if request.user.has_perm("actors.work_case") else None
        newest = visible_cases(request.user).order_by("-pk").values_list("pk", flat=True).first()
        page = {
            "title": "Cases",
            "agent": agent,
            "newest": newest or 0,
            "agents_there": Agent.objects.filter(available=True).count(),
            "queues": {"": "Open", **ShownFilter.CHOICES},
            "shown": request.GET.get("show", "all" if request.GET.get(SEARCH_VAR) else ""),
        }
        return super().changelist_view(request, {**(extra_context or {}), **page})

    @display(description="Case", ordering="pk")
    def case(self, case: Any) -> SafeString:
        unread = (
            format_html(' <span class="unread" title="not read yet">{} new</span>', case.unread) if case.unread else ""
        )
        who = case.conversation.customer_email or "guest"
        words = (case.last_words or "")[:SNIPPET]
        return format_html(
            '<span class="case-cell"><span>#{} {}</span>{}<small>{}</small></span>', case.pk, who, unread, words
        )

    @display(
        description="Priority",
        ordering="priority",
        label={"urgent": "danger", "high": "warning", "normal": "info", "low": ""},
    )
    def level(self, case: Escalation) -> str:
        return case.priority

    @display(description="Why", ordering="reason")
    def why(self, case: Escalation) -> SafeString:
        return format_html('<span title="{}">{}</span>', "; ".join(case.signals), case.get_reason_display())

    @display(description="Due", ordering="sla_due_at")
    def due(self, case: Escalation) -> SafeString:
        now = timezone.now()
        state, words = due_words(case.clock(now), answered=case.first_response_at is not None, now=now)
        was_late = case.breached and state != "late"
        late = format_html(' <span class="due due--late">· was late</span>', ()) if was_late else ""
        return format_html('<span class="due due--{}">{}</span>{}', state, words, late)

    @display(description="With", ordering="assigned_to")
    def holder(self, case: Escalation) -> str:
        return public_name(case.assigned_to) or "nobody"

    @display(description="Age", ordering="-created_at")
    def age(self, case: Escalation) -> SafeString:
        return format_html('<span class="due">{}</span>', span(timezone.now() - case.created_at))

    # --- who may do what with many of them ---

    def has_work_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("actors.work_case")

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("actors.manage_cases")

    # --- one case ---

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("news/", view(self.news), name="actors_escalation_news"),
            path("availability/", view(self.availability), name="actors_escalation_availability"),
            path("reply-to/", view(self.reply_to), name="actors_escalation_reply_to"),
            path("assign-to/", view(self.assign_to), name="actors_escalation_assign_to"),
            path("<int:case_id>/do/<slug:name>/", view(self.do), name="actors_escalation_do"),
            path("<int:case_id>/live/", view(self.live), name="actors_escalation_live"),
            path("<int:case_id>/customer/", view(self.customer), name="actors_escalation_customer"),
            path("<int:case_id>/canned/<int:pk>/", view(self.canned), name="actors_escalation_canned"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The case page instead of a form."""
        if request.method != "GET":
            raise PermissionDenied
        if not object_id.isdecimal():
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        case = self._case(request, int(object_id))
        if case is None:  # said of any number, so that it does not tell whether there is such a case
            why = f"Case #{object_id} is not yours to see: a colleague may have claimed it."
            return case_page.lost(self, request, int(object_id), why=why, kept={}, status=404)  # type: ignore[arg-type]
        return case_page.show(self, request, case)  # type: ignore[arg-type]

    def do(self, request: StaffRequest, case_id: int, name: str) -> HttpResponse:
        case = self._case(request, case_id)
        if case is None:
            return case_commands.lost(self, request, case_id, name)
        return case_commands.do(self, request, case, name)

    def live(self, request: StaffRequest, case_id: int) -> HttpResponse:
        case = self._case(request, case_id)
        return case_page.live(self, request, case) if case else case_page.gone(request, case_id)

    def customer(self, request: StaffRequest, case_id: int) -> HttpResponse:
        return case_page.customer(request, self._case_or_404(request, case_id))

    def canned(self, request: StaffRequest, case_id: int, pk: int) -> HttpResponse:
        return case_page.canned(request, self._case_or_404(request, case_id), pk)

    def reply_to(self, request: StaffRequest) -> HttpResponse:
        return bulk.reply(self, request)

    def assign_to(self, request: StaffRequest) -> HttpResponse:
        return bulk.assign(self, request)

    def _case(self, request: HttpRequest, case_id: int) -> Escalation | None:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.get_queryset(request).filter(pk=case_id).first()

    def _case_or_404(self, request: HttpRequest, case_id: int) -> Escalation:
        case = self._case(request, case_id)
        if case is None:
            raise Http404
        return case

    # --- the desk as a whole ---

    def news(self, request: StaffRequest) -> JsonResponse:
        """What a page of the desk asks every few seconds: what of mine is new, for the tab's title and notices."""
        if not request.user.has_perm("actors.work_case"):
            raise PermissionDenied
        mine: Any = self.get_queryset(request).filter(assigned_to=request.user, status=Status.CLAIMED)
        rows = [
            {
                "case": case.pk,
                "customer": case.conversation.customer_email or "guest",
                "unread": case.unread,
                "url": reverse("admin:actors_escalation_change", args=[case.pk]),
            }
            for case in mine
        ]
        free = visible_cases(request.user).filter(status=Status.OPEN)
        if not request.user.has_perm("actors.manage_cases"):
            free = free.filter(for_supervisor=False)
        told = {
            "mine": rows,
            "unread": sum(row["unread"] for row in rows),
            "free": list(free.order_by("-pk").values_list("pk", flat=True)[:FRESH]),
            "available": Agent.of(request.user).available,
        }
        return JsonResponse(told)

    def availability(self, request: StaffRequest) -> HttpResponse:
        """There, or away: estimates count who is there, and an away agent's solved cases reopen into the queue."""
        if request.method != "POST" or not request.user.has_perm("actors.work_case"):
            raise PermissionDenied
        agent = Agent.of(request.user)
        agent.available = request.POST.get("available") == "1"
        agent.save(update_fields=["available"])
        messages.success(request, "You are available." if agent.available else "You are away.")
        return HttpResponseRedirect(reverse("admin:actors_escalation_changelist"))
