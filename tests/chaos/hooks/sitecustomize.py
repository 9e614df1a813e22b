"""Crash points, poison, repeated deliveries and switched-off guards, without a line of it in the product.

Python imports this at the start of every process that has the folder on its PYTHONPATH. Nothing happens until the
suite puts files into CHAOS_DIR: `<point>/<token>` is one firing of a point, `<switch>` turns a switch on. What fired is
noted in `fired`, a line each.
"""

import importlib.abc
import importlib.util
import os
import random
import resource
import signal
import sys
import threading
import time
from datetime import timedelta

DIR = os.environ.get("CHAOS_DIR", "")
COMMAND = " ".join(sys.orig_argv)
ROLE = "web" if "uvicorn" in COMMAND else "worker" if " worker " in COMMAND else ""
RELEASE = os.environ.get("CHAOS_RELEASE", "")  # of a worker that is not of this checkout
HEADROOM = 200 * 2**20  # bytes that a task which eats memory may get
POISON_STEP = "context_retriever"


def note(what):
    """One line in the list of what fired."""
    handle = os.open(os.path.join(DIR, "fired"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.write(handle, f"{what} {os.getpid()} {time.time():.3f}\n".encode())
    os.close(handle)


def on(switch):
    """Whether a switch is turned on."""
    return os.path.exists(os.path.join(DIR, switch))


def point(name):
    """Die here, or stop, if the suite has put down a token for it."""
    if not name.startswith(ROLE or "nobody"):
        return
    for what, number in ((name, signal.SIGKILL), (f"stop_{name}", signal.SIGSTOP)):
        if taken(what):
            os.kill(os.getpid(), number)


def taken(what):
    """Take one token of a point, and note it. False when there is none."""
    folder = os.path.join(DIR, what)
    try:
        tokens = os.listdir(folder)
    except FileNotFoundError:
        return False
    for token in tokens:
        try:
            os.unlink(os.path.join(folder, token))
        except FileNotFoundError:  # another process took it
            continue
        note(what)
        return True
    return False


def around(function, *, before="", after=""):
    """The function with a crash point before and after it."""

    def wrapped(*args, **kwargs):
        if before:
            point(before)
        result = function(*args, **kwargs)
        if after and result is not None:
            point(after)
        return result

    wrapped.__wrapped__ = function
    return wrapped


def conversation(module):
    """The claim; without its guard every delivery of a first task is worked."""
    claim = module.Turn.claim

    def unguarded(self, **rest):
        taken = claim(self, **rest)
        if taken is None and on("no_fence"):
            self.refresh_from_db()
            return self.attempt, self.deadline_at or module.timezone.now(), self.conversation.epoch
        return taken

    module.Turn.claim = around(unguarded, before="worker_before_claim", after="worker_after_claim")


def services(module):
    """The effect."""
    module.write = around(module.write, before="worker_before_effect", after="worker_after_effect")


def ledger(module):
    """The commit; without its fence an attempt that has lost its turn writes a second reply. All of it or nothing: a
    turn whose fence was taken away by a commit that then failed would be open for ever, in the rows after it too."""
    commit = module.commit

    def unfenced(**fields):
        if not on("no_fence"):
            return commit(**fields)
        with module.transaction.atomic():
            module.Turn.objects.filter(in_reply_to=fields["turn_id"]).update(in_reply_to=None)
            module.Turn.objects.filter(pk=fields["turn_id"]).update(status="processing", attempt=fields["attempt"])
            reply = commit(**fields)
            module.transaction.set_rollback(reply is None)
            return reply

    module.commit = around(unfenced, before="worker_before_commit", after="worker_after_commit")


def doorbell(module):
    """The bells."""
    module.ring = around(module.ring, before="web_before_first_bell")
    module.ring_next = around(module.ring_next, before="worker_before_next_bell")


def base(module):
    """The hop: passed on, or poisoned by a word in the customer's text."""
    module.dispatch = around(module.dispatch, before="worker_before_dispatch")
    run = module._run

    def poisoned(message, **rest):
        if RELEASE:
            note(f"hop_of_{RELEASE}")
        if message.route.current == POISON_STEP:
            poison(message.payload.customer_message)
        return run(message, **rest)

    module._run = poisoned


def poison(text):
    """What the word in the text says."""
    if "poisonraise" in text:
        note("poisonraise")
        raise ZeroDivisionError
    if "poisonexit" in text:
        note("poisonexit")
        os._exit(1)
    if "poisonhang" in text:
        note("poisonhang")
        while True:
            time.sleep(60)
    if "poisoneat" in text:
        note("poisoneat")
        with open("/proc/self/statm") as file:
            pages = int(file.read().split()[0])
        limits = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + HEADROOM, limits[1]))
        eaten = []
        try:
            while True:
                eaten.append(bytearray(2**20))
        finally:
            eaten.clear()
            resource.setrlimit(resource.RLIMIT_AS, limits)


def task(module):
    """Every task of the mesh goes out three times, the copies late and in any order. What a copy passes on goes out
    once, and only every fifth time: else seven hops would be two thousand deliveries."""
    apply_async = module.Task.apply_async

    def thrice(self, args=None, *rest, **options):
        mesh = bool(args) and isinstance(args[0], dict) and "signature" in args[0]
        if not mesh or not on("thrice"):
            return apply_async(self, args, *rest, **options)
        current = module.current_task_of()
        if current is not None and (current.request.headers or {}).get("chaos_copy"):
            if random.random() > 1 / 5:
                return None
            return apply_async(self, args, *rest, **options, headers={"chaos_copy": 1})
        for _ in range(2):
            copy = threading.Timer(random.uniform(0, 1.5), lambda: again(self, args, rest, options))
            copy.daemon = True
            copy.start()
        return apply_async(self, args, *rest, **options)

    def again(self, args, rest, options):
        note("copy")
        apply_async(self, args, *rest, **{**options, "headers": {"chaos_copy": 1}})

    def current_task_of():
        from celery import current_task

        return current_task if current_task else None

    module.current_task_of = current_task_of
    module.Task.apply_async = thrice


def carry_out(module):
    """The suite does not wait a minute for what a dead worker left behind."""
    module.SETTLE_AFTER = timedelta(seconds=float(os.environ.get("CHAOS_SETTLE_AFTER", "8")))


PATCHES = {
    "actors.models.conversation": conversation,
    "actors.services": services,
    "actors.ledger": ledger,
    "actors.doorbell": doorbell,
    "actors.base": base,
    "actors.actions.carry_out": carry_out,
    "celery.app.task": task,
}


class Finder(importlib.abc.MetaPathFinder):
    """Changes a module right after it was executed, before anybody imports a name from it."""

    def find_spec(self, name, path, target=None):
        patch = PATCHES.pop(name, None)
        if patch is None:
            return None
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module

        def execute_and_patch(module):
            execute(module)
            patch(module)

        spec.loader.exec_module = execute_and_patch
        return spec


def own_clock():
    """Begin again with another clock, when CHAOS_CLOCKS names this process: `worker1@=ahead,uvicorn=behind`."""
    if "LD_PRELOAD" in os.environ:
        return
    var = os.path.dirname(DIR)
    for part in filter(None, os.environ.get("CHAOS_CLOCKS", "").split(",")):
        name, _, which = part.partition("=")
        if name in COMMAND:
            clock = {
                "LD_PRELOAD": os.path.join(var, "clock.so"),
                "CHAOS_CLOCK_FILE": os.path.join(var, f"clock_{which}"),
            }
            note(f"clock_{which}")
            os.execve(sys.executable, sys.orig_argv, os.environ | clock)


if DIR:
    own_clock()
    sys.meta_path.insert(0, Finder())
