"""Ways in that somebody may try. `rows.py` is the table; `python -m tests.security` tries them all and prints it."""
