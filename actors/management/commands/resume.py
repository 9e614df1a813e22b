import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from actors import pauses
from actors.models import Pause


class Command(BaseCommand):
    help = "Lets go on what `pause` has stopped, in every process within seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=Pause.What.values)

    def handle(self, *args: Any, **options: Any) -> None:
        what = Pause.What(options["what"])
        if pauses.resume(what.value, who=f"operator {getpass.getuser()}"):
            self.stdout.write(f"Resumed: {what.label}.")
        else:
            self.stdout.write(f"Not paused: {what.label}.")
