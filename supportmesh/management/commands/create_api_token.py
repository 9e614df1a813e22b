from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rest_framework_api_key.models import APIKey


class Command(BaseCommand):
    help = "Make an API token for a server, which may then speak for any customer. Shown once; revoke it in the admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="who will use it, such as 'shop backend'")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        name = name.strip()
        if not name or len(name) > 50:
            raise CommandError("The name must have 1 to 50 characters.")
        _, token = APIKey.objects.create_key(name=name)
        self.stderr.write(f"The token of {name}; it is not shown again. Use it as 'Authorization: Token …'.")
        self.stdout.write(token)
