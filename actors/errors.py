"""Two kinds of failure: one that may pass by itself, and one that a retry cannot help."""


class Temporary(Exception):
    """Worth a retry: a service that did not answer, a lock, a rate limit. The text never holds customer data."""


class Permanent(Exception):
    """A retry cannot help: the error handler decides what the customer gets. The text never holds customer data."""
