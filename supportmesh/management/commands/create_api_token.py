from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from supportmesh.models import ApiToken


class Command(BaseCommand):
    help = "Make an API token for a server. Shown once; revoke it in the admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="who will use it, such as 'shop backend'")
        parser.add_argument(
            "--scope",
            choices=ApiToken.Scope.values,
            default=ApiToken.Scope.CHAT,
            help="chat: speak for any customer (default); services: read and change customers, orders and shipments",
        )

    def handle(self, *args: Any, name: str, scope: str, **options: Any) -> None:
        name = name.strip()
        if not name or len(name) > 50:
            raise CommandError("The name must have 1 to 50 characters.")
        _, token = ApiToken.objects.create_key(name=name, scope=scope)
        self.stderr.write(f"The {scope} token of {name}; it is not shown again. Use it as 'Authorization: Token …'.")
        self.stdout.write(token)
