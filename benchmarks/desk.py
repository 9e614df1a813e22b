"""`make bench-desk`: how fast the desk's pages answer, and with how many queries, at the size of a busy shop.

Everything runs in this process, from the request to the whole response, as a supervisor and as an agent. A database
of DATABASE_URL without a table is filled first; one that this benchmark filled before is measured as it is.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ |= {"DJANGO_SETTINGS_MODULE": "supportmesh.settings", "DEBUG": "0"}

import django  # noqa: E402

django.setup()

from django.contrib.auth.models import Group, Permission, User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from actors.desk.access import visible_cases  # noqa: E402
from actors.models import Agent, Conversation, Escalation, Turn  # noqa: E402
from benchmarks import report  # noqa: E402
from benchmarks.report import Page  # noqa: E402
from benchmarks.turns import machine  # noqa: E402
from supportmesh.roles import create_groups  # noqa: E402

COMMAND = "python scripts/with_postgres.py python benchmarks/desk.py"
LIMIT = 500  # milliseconds that a page may take
TIMES = 5
STAFF = {"supervisor": 1, "agent": 8}  # how many of each group
CASES, TALKS, TURNS = "/admin/actors/escalation/", "/admin/actors/conversation/", "/admin/actors/turn/"


def main() -> None:
    """Measure and print the report; with --write also into a file. Fails when a page takes longer than LIMIT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE", help="replace the desk's part of this report")
    options = parser.parse_args()
    if connection.vendor != "postgresql":
        sys.exit(f"It needs a PostgreSQL of its own: {COMMAND}")
    load = os.getloadavg()[0]
    users = staff()
    told = {group: list(measure(user)) for group, user in users.items()}
    text = report.desk(
        told,
        machine=f"{machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        load=load,
        day=date.today().isoformat(),
        command=" ".join([COMMAND, *sys.argv[1:]]),
        database=_size(),
        times=TIMES,
    )
    print(text)
    if options.write:
        report.put(options.write, desk=text)
    slow = [f"{page.name} ({group})" for group, pages in told.items() for page in pages if page.middle > LIMIT]
    if slow:
        sys.exit(f"Slower than {LIMIT} ms: {', '.join(slow)}")


def staff() -> dict[str, User]:
    """Who asks, by group. Fills the database when it is empty; stops before any other one is touched."""
    if not connection.introspection.table_names():
        call_command("migrate", verbosity=0)
        create_groups(Group.objects, Permission.objects)
        for group, count in STAFF.items():
            for number in range(count):
                user = User.objects.create_user(f"bench-{group}-{number}", is_staff=True)
                user.groups.add(Group.objects.get(name=group))
                Agent.objects.create(user=user, available=True)
        with override_settings(DEBUG=True):
            call_command("fill_desk", cases=10_000, turns=200_000, stdout=sys.stderr)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # what PostgreSQL does by itself within minutes
    found = {group: User.objects.filter(username=f"bench-{group}-0").first() for group in STAFF}
    if None in found.values():
        sys.exit("This database holds something else; it needs one of its own.")
    return found


def pages(user: User) -> Iterator[tuple[str, str]]:
    """(name, address) of all that is measured."""
    case = Escalation.objects.filter(assigned_to=user, status="claimed").order_by("-conversation__last_seq").first()
    email = case.conversation.customer_email or "maria.klein"
    for name, query in {
        "cases: open, due first": {},
        "cases: page 50": {"p": 50, "show": "all"},
        "cases: mine": {"show": "mine"},
        "cases: nobody's": {"show": "free"},
        "cases: late": {"show": "late"},
        "cases: due within the hour": {"show": "soon"},
        "cases: resolved": {"show": "resolved"},
        "cases: all": {"show": "all"},
        "cases: by priority": {"priority__exact": "urgent"},
        "cases: by reason": {"reason__exact": "vip"},
        "cases: by status": {"status__exact": "claimed"},
        "cases: of one colleague": {"assigned_to__id__exact": user.pk},
        "cases: breached": {"breached__exact": 1},
        "cases: all, by age": {"show": "all", "o": 6},
        "cases: search for a word": {"q": "armchair"},
        "cases: search for an address": {"q": email},
        "cases: search for a part of many addresses": {"q": "klein"},
        "cases: search for two frequent words": {"q": "please order", "show": "all"},
        "cases: search for a frequent phrase": {"q": '"what happens next"', "show": "all"},
        "cases: search for a number": {"q": f"#{case.pk}"},
        "cases: search for what nobody wrote": {"q": "zzyzx"},
    }.items():
        yield name, f"{CASES}?{urlencode(query)}"
    yield "case page", f"{CASES}{case.pk}/change/"
    yield "case page, what changed", f"{CASES}{case.pk}/live/"
    longest = visible_cases(user).order_by("-conversation__last_seq").first()
    yield "case page, the longest transcript", f"{CASES}{longest.pk}/change/"
    yield "the desk's news", f"{CASES}news/"
    for name, query in {
        "conversations": {},
        "conversations: page 20": {"p": 20},
        "conversations: with a person": {"status__exact": "human"},
        "conversations: search for a word": {"q": "armchair"},
        "conversations: search for an address": {"q": email},
        "conversations: search for two frequent words": {"q": "please order"},
        "conversations: search for a frequent phrase": {"q": '"what happens next"'},
    }.items():
        yield name, f"{TALKS}?{urlencode(query)}"
    yield "turns", TURNS
    yield "actions", "/admin/actors/action/"
    yield "dashboard, 30 days", "/admin/"
    yield "dashboard, 90 days", "/admin/?days=90"
    yield "figures as JSON", "/admin/figures.json"
    yield "search in the sidebar", "/admin/search/?s=maria.klein"


def measure(user: User) -> Iterator[Page]:
    """Each page once to count its queries, then TIMES for the clock."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    for name, address in pages(user):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        if response.status_code != 200:
            sys.exit(f"{address} answers {response.status_code}.")
        page = Page(name, len(queries), sorted(_milliseconds(client, address) for _ in range(TIMES)))
        print(f"{page.middle:6.0f} ms {page.worst:6.0f} ms {page.queries:3} queries  {name}", file=sys.stderr)
        yield page


def _size() -> str:
    cases, conversations, turns = (model.objects.count() for model in (Escalation, Conversation, Turn))
    version = connection.pg_version // 10000
    return f"PostgreSQL {version}; {cases:,} cases, {conversations:,} conversations, {turns:,} turns"


def _milliseconds(client: Client, address: str) -> float:
    begin = time.perf_counter()
    client.get(address)
    return (time.perf_counter() - begin) * 1000


if __name__ == "__main__":
    main()
