"""The desk's figures for staff who may see cases: on the first page of the admin, as JSON and as CSV."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_safe

from actors.admin.csv_cells import Line, cell
from actors.desk.charts import board
from actors.desk.figures import Figures, figures
from actors.pauses import running

PERIODS = (7, 30, 90)  # days; the page's own choices
DEFAULT_DAYS, MAX_DAYS = 30, 366
MAY_SEE = "actors.view_escalation"

Answer = Callable[[Figures], HttpResponse]


class WrongDays(ValueError):
    """`?days=` is not a number that has figures."""


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The theme's hook: what the admin's first page gets. Who may not see cases gets the list of apps, as ever."""
    context |= {"paused": list(running())}
    if not request.user.has_perm(MAY_SEE):
        return context
    try:
        days, fault = _days(request), ""
    except WrongDays as error:
        days, fault = DEFAULT_DAYS, f"{error} These are the figures of {DEFAULT_DAYS} days."
    return context | {
        "title": "Dashboard",
        "board": board(figures(days=days)),
        "days": days,
        "periods": sorted({*PERIODS, days}),
        "fault": fault,
    }


def _days(request: HttpRequest) -> int:
    given = request.GET.get("days", str(DEFAULT_DAYS))
    if not re.fullmatch("[0-9]{1,3}", given) or not 1 <= int(given) <= MAX_DAYS:
        raise WrongDays(f"days must be a whole number from 1 to {MAX_DAYS}.")
    return int(given)


def _for_staff(answer: Answer) -> Callable[[HttpRequest], HttpResponse]:
    """The view that answers with the figures of `?days=`; the admin's site looks after the login."""

    @require_safe
    @wraps(answer)
    def view(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(MAY_SEE):
            raise PermissionDenied
        try:
            days = _days(request)
        except WrongDays as error:
            return HttpResponseBadRequest(f"{error}\n", content_type="text/plain")
        return answer(figures(days=days))

    return view


@_for_staff
def figures_json(told: Figures) -> HttpResponse:
    """The whole structure; shares are 0 to 1, null where there is nothing to count."""
    return HttpResponse(_as_json(told), content_type="application/json")


@_for_staff
def figures_csv(told: Figures) -> HttpResponse:
    """The same, one number a line."""
    writer = csv.writer(Line())
    lines = [("figure", "key", "value"), *_rows(json.loads(_as_json(told)))]
    text = "".join(writer.writerow(map(cell, line)) for line in lines)
    name = f"figures-{told.until:%Y-%m-%d}-{told.days}-days.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def _as_json(told: Figures) -> str:
    return json.dumps(asdict(told), cls=DjangoJSONEncoder, indent=1)


def _rows(plain: dict[str, Any], within: str = "") -> Iterator[tuple[str, str, Any]]:
    """(figure, key, value) of each number: `figure` is the way to it in the JSON, `key` its last name. In a list the
    key is what the entry is about, its first value: ("daily.resolved", "2026-11-24", 12)."""
    for name, value in plain.items():
        way = f"{within}.{name}".strip(".")
        if isinstance(value, dict):
            yield from _rows(value, way)
        elif isinstance(value, list):
            for entry in value:
                (_, about), *numbers = entry.items()
                yield from ((f"{way}.{what}", about, number) for what, number in numbers)
        else:
            yield (within, name, value) if within else (name, "", value)
