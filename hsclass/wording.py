"""Counts in sentences: one feature, two features; and names in one form."""

import unicodedata


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """Return a number with its noun: "1 feature", "2 features"; by default the plural is the singular with an s."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def composed(text: str) -> str:
    """Return a text with its accents composed, as most programs write them: macOS writes an ä in two parts."""
    return unicodedata.normalize("NFC", text)
