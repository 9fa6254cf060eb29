"""How the page writes numbers."""

import math
from collections.abc import Callable, Iterable
from typing import Any

from hsclass.results.figures import too_few

MISSING = "–"
_THIN = "\u202f"


def number(value: float | None, digits: int = 3) -> str:
    """Write a number with `digits` decimals; a dash where it is not defined."""
    if value is None or math.isnan(value):
        return MISSING
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")  # + 0.0 turns a negative zero positive


def count(value: float | None) -> str:
    """Write a count with thin spaces between thousands."""
    return MISSING if value is None or math.isnan(value) else f"{value:,.0f}".replace(",", _THIN)


def percent(share: float | None) -> str:
    """Write a share as per cent; only nothing is written 0 and only everything 100."""
    if share is None or math.isnan(share):
        return MISSING
    if share in (0, 1):
        return f"{100 * share:.0f}{_THIN}%"
    return f"{min(max(100 * share, 0.1), 99.9):.1f}{_THIN}%"


def duration(seconds: float | None) -> str:
    """Write a time in the unit that suits it."""
    if seconds is None or math.isnan(seconds):
        return MISSING
    if seconds < 9.95:
        return f"{seconds:.2g}{_THIN}s"
    if seconds < 600:
        return f"{seconds:.0f}{_THIN}s"
    if seconds < 3 * 3600:
        return f"{seconds / 60:.0f}{_THIN}min"
    return f"{seconds / 3600:.1f}{_THIN}h"


def mean_and_spread(mean: float | None, spread: float | None) -> str:
    """Write a mean ± its standard deviation; the mean alone where there is one seed."""
    return number(mean) if spread is None or math.isnan(spread) else f"{number(mean)} ± {number(spread)}"


def span(texts: Iterable[str]) -> str:
    """Write what several seeds gave, lowest first: one text where all are alike, else the first and the last."""
    texts = list(texts)
    if not texts:
        return MISSING
    return texts[0] if texts[0] == texts[-1] else f"{texts[0]} to {texts[-1]}"


def lowest_to_highest(values: Iterable[float | None], write: Callable[[float], str]) -> str:
    """Write what several seeds gave, lowest first, without those that are not defined."""
    return span(write(value) for value in ordered(values))


def between(low: float | None, high: float | None, digits: int = 3, *, sign: bool = False) -> str:
    """Write an interval; a dash where a limit is not defined. `sign` writes the plus of positive limits, too."""
    if not (ordered([low]) and ordered([high])):
        return MISSING
    write = signed if sign else number
    return f"{write(low, digits)} to {write(high, digits)}"


def fields_in_words(fields: float, effective: float | None, runs: int) -> str:
    """Write how many fields stand behind a figure, and whether these or its runs are too few for its interval."""
    few = too_few(effective, runs)
    lacking = ": too few for a reliable interval" if "units" in few else ""
    lacking += f"; {runs} runs: too few for a reliable interval" if few == ["runs"] else ""
    return f"{count(fields)} field{'s' * (fields != 1)} ({number(effective, 1)} effective{lacking})"


def signed(value: float | None, digits: int = 3) -> str:
    """Write a difference with its sign; nothing has none."""
    text = number(value, digits)
    return f"+{text}" if value is not None and round(value, digits) > 0 else text


def probability(value: float | None) -> str:
    """Write a p value: three decimals, and < 0.001 below."""
    if value is None or math.isnan(value):
        return MISSING
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def ordered(values: Iterable[float | None]) -> list[float]:
    """Return the values that are defined, ascending."""
    return sorted(value for value in values if value is not None and not math.isnan(value))


def options(values: dict[str, Any]) -> str:
    """Write options as name=value, as a person would in a methods section."""
    return ", ".join(f"{key} = {_plain(value)}" for key, value in values.items())


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " × ".join(_plain(part) for part in value) if value else "none"
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None else str(value)
