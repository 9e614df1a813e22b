"""Is it alive, is it ready, and who is at work."""

import logging
from dataclasses import asdict
from typing import Any

import redis
from django.db import DatabaseError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from actors import heartbeat
from actors.standing import standing
from supportmesh.gateway.problems import DATABASE_AWAY
from supportmesh.gateway.serializers import HealthAnswer

logger = logging.getLogger(__name__)


def look() -> dict[str, Any]:
    """What answers right now, and what waits. Without the database nothing is accepted: down. Without Redis, workers or
    the sweeper messages are still accepted and answered later: degraded."""
    mesh = _mesh()
    database = {"status": "ok" if mesh is not None else "down"}
    try:
        workers, sweepers = heartbeat.alive("worker"), heartbeat.alive("sweeper")
        broker = {"status": "ok"}
    except redis.RedisError as error:
        logger.warning("redis away: %s", type(error).__name__)
        workers, sweepers = [], []
        broker = {"status": "down"}
    services = {
        "database": database,
        "redis": broker,
        "workers": {"status": "ok" if workers else "down", "count": len(workers)},
        "sweeper": {"status": "ok" if sweepers else "down", "count": len(sweepers)},
    }
    if database["status"] == "down":
        status = "down"
    else:
        status = "ok" if all(service["status"] == "ok" for service in services.values()) else "degraded"
    paused = mesh.pop("paused") if mesh else []
    return {"status": status, "services": services, "mesh": mesh, "paused": paused}


def _mesh() -> dict[str, Any] | None:
    """How the mesh stands; None when the database does not answer."""
    try:
        return asdict(standing())
    except (*DATABASE_AWAY, ProgrammingError) as error:  # the latter when it is not migrated
        logger.error("database away: %s", error)
        return None


class HealthView(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(
        summary="Health of every part", tags=["health"], auth=[], responses={200: HealthAnswer, 503: HealthAnswer}
    )
    def get(self, request: Request) -> Response:
        """`degraded` is 200: messages are still accepted. `down` is 503."""
        health = look()
        return Response(health, status=503 if health["status"] == "down" else 200)


@require_safe
async def livez(request: HttpRequest) -> JsonResponse:
    """The process answers. Asks nobody else: a restart would not heal a database."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready for traffic: the database answers and every migration is applied. Redis away is only `degraded`."""
    try:
        executor = MigrationExecutor(connection)
        behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        logger.error("not ready: %s", type(error).__name__)
        return JsonResponse({"status": "down", "detail": "The database does not answer."}, status=503)
    if behind:
        return JsonResponse({"status": "down", "detail": "Migrations are not applied."}, status=503)
    try:
        heartbeat.alive("worker")
    except redis.RedisError:
        return JsonResponse({"status": "degraded"})
    return JsonResponse({"status": "ok"})
