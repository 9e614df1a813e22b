"""The web process: HTTP and WebSocket. `uvicorn supportmesh.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportmesh.settings")
http = get_asgi_application()  # loads the apps, which everything below needs

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import WebsocketDenier  # noqa: E402
from django.core.checks import ERROR, run_checks  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from supportmesh.celery import app as celery_app  # noqa: E402
from supportmesh.gateway.consumers import ChatConsumer  # noqa: E402

errors = [error for error in run_checks() if error.is_serious(ERROR)]
if errors:
    raise SystemExit("\n".join(f"{error.msg} {error.hint or ''}".strip() for error in errors))

# A customer waits for this publish, and it is only the doorbell: with a frozen Redis the answer "accepted" comes
# after a second instead of ten, and the sweeper rings again.
celery_app.conf.broker_transport_options = {
    **celery_app.conf.broker_transport_options,
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
}

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": URLRouter([path("ws", ChatConsumer.as_asgi()), re_path(r"", WebsocketDenier.as_asgi())]),
    }
)
