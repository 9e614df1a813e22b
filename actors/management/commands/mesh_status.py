import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError

from actors.standing import late_after, standing


class Command(BaseCommand):
    help = "Says what waits in the mesh. Ends with 1 when a message waits too long, and when the database is away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = standing()
        except DatabaseError as error:
            raise CommandError(f"The database does not answer ({type(error).__name__}).") from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(told) | {"late": told.late, "late_after_seconds": late_after()}))
        else:
            depth = "unknown: Redis is away" if told.queue_depth is None else told.queue_depth
            for name, value in (
                ("oldest unanswered message", f"{told.oldest_unanswered_seconds} s"),
                *((f"messages {status}", count) for status, count in told.open_turns.items()),
                ("actions under way", told.executing_actions),
                ("parked messages", told.parked_messages),
                ("tasks in the queues", depth),
                ("paused", ", ".join(told.paused) or "nothing"),
            ):
                self.stdout.write(f"{name:<28}{value}")
        if told.late:
            raise CommandError(
                f"A message has waited for {told.oldest_unanswered_seconds} s, more than {late_after()} s. "
                "Look at workers and sweeper: /api/health names who lives."
            )
