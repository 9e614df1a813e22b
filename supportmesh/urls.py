"""Every address of the web process."""

from django.contrib import admin
from django.urls import include, path, re_path

from actors.desk import dashboard
from supportmesh.gateway import api, desk, health, pages, problems, schema, signin

urlpatterns = [
    path("", pages.chat, name="chat-page"),
    path("widget", pages.widget, name="widget"),
    re_path(r"^admin/[^\x00]*\x00", problems.no_such_page),  # PostgreSQL takes no NUL, not even to look for it
    path("admin/figures.csv", admin.site.admin_view(dashboard.figures_csv), name="figures-csv"),
    path("admin/figures.json", admin.site.admin_view(dashboard.figures_json), name="figures-json"),
    path(
        "admin/actors/escalation/<int:case_id>/send-code/", admin.site.admin_view(desk.send_code), name="desk-send-code"
    ),
    path("admin/", admin.site.urls),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("api/health", health.HealthView.as_view(), name="health"),
    path("api/chat", api.post_chat, name="chat"),
    path("api/messages/<uuid:message_id>", api.MessageView.as_view(), name="message"),
    path("api/conversations/<uuid:session_id>", api.ConversationView.as_view(), name="conversation"),
    path("api/conversations/<uuid:session_id>/rating", api.RatingView.as_view(), name="rating"),
    path("api/conversations/<uuid:session_id>/human", api.HumanView.as_view(), name="human"),
    path("api/route/explain", api.ExplainView.as_view(), name="explain"),
    path("api/auth/code", signin.CodeView.as_view(), name="sign-in-code"),
    path("api/auth/verify", signin.VerifyView.as_view(), name="sign-in"),
    path("api/auth/logout", signin.LogoutView.as_view(), name="sign-out"),
    path("api/schema/", schema.SchemaView.as_view(), name="schema"),
    path("api/docs/", schema.DocsView.as_view(), name="docs"),
    path("api/customers/", include("customers.urls")),
    path("api/orders/", include("orders.urls")),
    path("api/tracking/", include("tracking.urls")),
    re_path(r"^api/", problems.api_not_found),
]

handler404 = problems.page_not_found
handler500 = problems.server_error
