"""What the shop tells everybody: articles that the bot quotes."""

from django.db import models


class KnowledgeArticle(models.Model):
    """An answer to a general question, written by the shop. The bot quotes it word for word, with its title."""

    title = models.CharField(max_length=120)
    text = models.TextField(max_length=1500, help_text="Customers read it word for word.")
    keywords = models.CharField(
        max_length=300, blank=True, default="", help_text="Further words that customers use for it."
    )
    language = models.CharField(max_length=10, default="en")
    published = models.BooleanField(default=True, help_text="Only published articles are quoted.")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["language", "title"], name="article_title_once_per_language")]

    def __str__(self) -> str:
        return self.title
