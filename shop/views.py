"""Reading and writing as all three services do it."""

import hashlib
import json
import uuid
from http import HTTPStatus
from typing import Any, ClassVar

from django.db import models, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework import exceptions, generics
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shop.models import Asked, IdempotentRequest, Refused
from shop.schema import ServiceSchema
from shop.serializers import DoneSerializer, HistorySerializer, RequestResultSerializer

HEADER = "Idempotency-Key"


class Pages(LimitOffsetPagination):
    max_limit = 100


class WriteView(generics.GenericAPIView):
    """One write on one locked row, at most once per Idempotency-Key.

    The key, the effect and its history row are one transaction. What was done and what was refused are kept and said
    again to the same key; what was not valid or not found never happened, and leaves the key free.
    """

    schema = ServiceSchema()
    service: ClassVar[str]
    rows: ClassVar[type[models.Model]]
    body_class: ClassVar[type]
    answer_class: ClassVar[type] = DoneSerializer

    def get_serializer_class(self) -> type:
        return self.body_class if self.request.method == "POST" else super().get_serializer_class()

    def change(self, row: Any, data: dict[str, Any], asked: Asked) -> tuple[str, dict[str, Any]]:
        """Do it to the locked row: the history's reference and what else to answer. Raises Refused."""
        raise NotImplementedError

    def post(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key(request)
        try:
            body = self.body_class(data=request.data, context=self.get_serializer_context())
            body.is_valid(raise_exception=True)
            fingerprint = _fingerprint(request)
        except RecursionError:
            raise exceptions.ParseError("The JSON is nested too deeply.") from None
        asked = Asked(by=body.validated_data["requested_by"], via=request.user.username)
        with transaction.atomic():
            # A second request with the key waits here until the first has committed, then finds its answer.
            stored, new = IdempotentRequest.objects.get_or_create(
                service=self.service, key=key, defaults={"fingerprint": fingerprint}
            )
            if new:
                stored.status_code, stored.body = self._answer(body.validated_data, asked)
                stored.save(update_fields=["status_code", "body"])
        if stored.fingerprint != fingerprint:
            code, text = _refusal("key_reused", f"This {HEADER} was used for another request.")
            return _response(code, text)
        return _response(stored.status_code, stored.body)

    def _answer(self, data: dict[str, Any], asked: Asked) -> tuple[int, str]:
        row = self.locked()
        try:
            with transaction.atomic():
                reference, more = self.change(row, data, asked)
        except Refused as refused:
            return _refusal(refused.code, refused.detail)
        answer = self.answer_class({"status": "done", "reference": reference, **more})
        return 200, JSONRenderer().render(answer.data).decode()

    def locked(self) -> models.Model:
        """The row named in the path, locked until the end of the transaction. 404 when there is none."""
        return get_object_or_404(
            self.rows.objects.select_for_update(), **{self.lookup_field: self.kwargs[self.lookup_field]}
        )


class HistoryList(generics.ListAPIView):
    """The changes of one row, newest first: who asked for what, when."""

    schema = ServiceSchema()
    serializer_class = HistorySerializer
    pagination_class = Pages


class RequestResult(APIView):
    """What became of the write with this Idempotency-Key; 404 when it never happened, and it may be sent again."""

    schema = ServiceSchema()
    serializer_class = RequestResultSerializer  # for the schema
    service: ClassVar[str]

    def get(self, request: Request, key: uuid.UUID) -> Response:
        stored = get_object_or_404(IdempotentRequest, service=self.service, key=key)
        return Response({"status_code": stored.status_code, "body": json.loads(stored.body)})


def _key(request: Request) -> uuid.UUID:
    given = request.headers.get(HEADER, "")
    try:
        return uuid.UUID(given)
    except ValueError:
        detail = "This must be a UUID." if given else "A write needs this header: a UUID, the same for every retry."
        raise exceptions.ValidationError({HEADER: [detail]}) from None


def _fingerprint(request: Request) -> str:
    canonical = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{request.path}\n{canonical}".encode()).hexdigest()


def _refusal(code: str, detail: str) -> tuple[int, str]:
    status = HTTPStatus.CONFLICT
    problem = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail, "code": code}
    return status.value, json.dumps(problem | {"errors": []})


def _response(status: int, body: str) -> HttpResponse:
    kind = "application/json" if status == 200 else "application/problem+json"
    return HttpResponse(body, status=status, content_type=kind)
