"""Fills the desk with made-up work, so that its pages can be tried out at the size of a busy shop."""

import random
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from actors.admin.case_forms import desk_members
from actors.management.made_up import MOST_TURNS_OF_A_CASE, Story
from actors.models import Action, Agent, Conversation, Escalation, Turn

BATCH = 500  # conversations in one transaction
STAFF = ("ada", "ben", "cleo")
STATUSES = {Escalation.Status.RESOLVED: 6, Escalation.Status.OPEN: 3, Escalation.Status.CLAIMED: 1}


class Command(BaseCommand):
    help = "Make up conversations, cases, actions and ratings for trying out the desk. Needs DEBUG=1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=int, default=10_000, help="how many cases (10000)")
        parser.add_argument("--turns", type=int, default=200_000, help="how many turns in all (200000)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes up the same (1)")

    def handle(self, *args: Any, cases: int, turns: int, seed: int, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("fill_desk makes up customers and cases: it runs with DEBUG=1 only, never on real data.")
        if cases < 0 or turns < cases * MOST_TURNS_OF_A_CASE:
            raise CommandError(f"--turns must be at least {MOST_TURNS_OF_A_CASE} times --cases, and neither below 0.")
        dice = random.Random(seed)  # noqa: S311  nothing secret comes of it
        made = {"conversations": 0, "cases": 0, "turns": 0, "actions": 0}
        stories = _stories(dice, _staff(), cases=cases, turns=turns)
        while batch := list(islice(stories, BATCH)):
            _save(batch)
            made["conversations"] += len(batch)
            for name in ("cases", "turns", "actions"):
                made[name] += sum(len(getattr(story, name)) for story in batch)
        for what, count in made.items():
            self.stdout.write(f"{what}: {count} made")


def _staff() -> Sequence[User]:
    """Who works at the desk; a few made-up people, who cannot log in, when nobody does."""
    members = list(desk_members().order_by("username"))
    if members:
        return members
    for name in STAFF:
        user, _ = User.objects.get_or_create(
            username=name, defaults={"is_staff": True, "first_name": name.capitalize(), "password": "!"}
        )
        user.groups.add(*Group.objects.filter(name="agent"))
        Agent.of(user)  # away: nobody can log in as they
        members.append(user)
    return members


def _stories(dice: random.Random, staff: Sequence[User], *, cases: int, turns: int) -> Iterator[Story]:
    """Conversations with exactly so many cases and turns between them: first those with cases, then the others, each in
    the order of time, as they stand in a table that grew. Some had a case before their last one."""
    left = cases
    while left:
        story = Story(dice, staff=staff)
        # Even: nobody closes the chat before the case. And never more than the cases to come can spare.
        spare = turns - left * MOST_TURNS_OF_A_CASE
        story.chat(min(_length(dice), spare) // 2 * 2)
        earlier = [Escalation.Status.RESOLVED] if left > 1 and dice.random() < 0.1 else []
        for status in [*earlier, *dice.choices(list(STATUSES), weights=list(STATUSES.values()))]:
            story.open_case(status)
            left -= 1
        turns -= len(story.turns)
        story.end(timezone.now(), age=left / cases)
        yield story
    left = turns
    while left:
        story = Story(dice, staff=staff)
        story.chat(min(_length(dice), left))
        left -= len(story.turns)
        story.end(timezone.now(), age=left / turns)
        yield story


def _length(dice: random.Random) -> int:
    """Turns of a chat with the bot: a few, and once in a while very many."""
    return dice.randint(200, 400) if dice.random() < 0.001 else dice.choice([2, 2, 2, 3, 4, 6])


def _save(stories: Iterable[Story]) -> None:
    conversations = [story.conversation for story in stories]
    with transaction.atomic():
        Conversation.objects.bulk_create(conversations)
        Turn.objects.bulk_create([turn for story in stories for turn in story.turns])
        Escalation.objects.bulk_create([case for story in stories for case in story.cases])
        Action.objects.bulk_create([action for story in stories for action in story.actions])
        # Both tables date their rows by themselves when they are made.
        ids = [conversation.pk for conversation in conversations]
        said = Turn.objects.filter(conversation=OuterRef("pk")).values("created_at")
        Conversation.objects.filter(pk__in=ids).update(
            created_at=Subquery(said.order_by("seq")[:1]), updated_at=Subquery(said.order_by("-seq")[:1])
        )
        asked = Subquery(Turn.objects.filter(pk=OuterRef("turn")).values("created_at"))
        Action.objects.filter(conversation__in=ids).update(created_at=asked, updated_at=asked)
