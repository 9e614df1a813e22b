"""Cells of the CSV files that staff take away."""


class Line:
    """csv writes a row by calling `write`, which hands it back: a file is sent row by row and never held whole."""

    def write(self, text: str) -> str:
        return text


# What a spreadsheet runs; it reads the wide letters of an East Asian keyboard as the plain ones.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: object) -> str:
    """As text. A spreadsheet would run what begins like a formula, and a login may begin like one."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
