import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from actors import pauses
from actors.models import Pause


class Command(BaseCommand):
    help = "Stops the bot, the actions or the language model, in every process within seconds, until `resume`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=Pause.What.values)
        parser.add_argument("--reason", default="", help="why; staff read it")

    def handle(self, *args: Any, **options: Any) -> None:
        what = Pause.What(options["what"])
        if pauses.pause(what.value, who=f"operator {getpass.getuser()}", reason=options["reason"]):
            self.stdout.write(f"Paused: {what.label}.")
        else:
            self.stdout.write(f"Paused already: {what.label}.")
