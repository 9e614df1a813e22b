"""Words of a transcript: full text where the database has it, plain `contains` where not."""

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import connection
from django.db.models import Func, QuerySet

from actors.models import Turn


def turns_with(words: str) -> QuerySet[Turn]:
    """The turns that hold these words. On PostgreSQL whole words, as its websearch syntax has them ("exact phrase",
    -not); on SQLite the text as it is typed."""
    if connection.vendor == "postgresql":
        # A column that PostgreSQL keeps by itself and the model does not know: see the migration `desk_indexes`.
        kept = Func(template="words", output_field=SearchVectorField())
        return Turn.objects.annotate(kept=kept).filter(
            kept=SearchQuery(words, config="simple", search_type="websearch")
        )
    return Turn.objects.filter(text__icontains=words)
