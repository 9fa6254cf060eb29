"""Counts in sentences: one feature, two features."""


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """Return a number with its noun: "1 feature", "2 features"; by default the plural is the singular with an s."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
