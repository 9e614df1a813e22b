"""The web process: HTTP and WebSocket. `uvicorn supportmesh.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportmesh.settings")
http = get_asgi_application()  # loads the apps, which everything below needs

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import WebsocketDenier  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path, re_path  # noqa: E402
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware  # noqa: E402

from supportmesh.celery import app as celery_app  # noqa: E402
from supportmesh.checks import mistakes  # noqa: E402
from supportmesh.gateway.bodies import BoundedBodies  # noqa: E402
from supportmesh.gateway.consumers import ChatConsumer  # noqa: E402

if told := mistakes():
    raise SystemExit(told)

# A customer waits for this publish, and it is only the doorbell: with a frozen Redis the answer "accepted" comes
# after a second instead of ten, and the sweeper rings again.
celery_app.conf.broker_transport_options = {
    **celery_app.conf.broker_transport_options,
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
}

application = ProtocolTypeRouter(
    {
        "http": BoundedBodies(http),
        "websocket": URLRouter([path("ws", ChatConsumer.as_asgi()), re_path(r"", WebsocketDenier.as_asgi())]),
    }
)
# Django's SECURE_PROXY_SSL_HEADER would believe the header of whoever reaches the port, and knows no client's address.
application = ProxyHeadersMiddleware(application, trusted_hosts=settings.TRUSTED_PROXIES)
