"""Figures as tables on the terminal."""

import sys
from math import isnan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from hsclass.results.comparison import Comparison
    from hsclass.results.metrics import Metrics


def show_metrics(metrics: "Metrics") -> None:
    """Print the main figures and those of each class, with their intervals."""
    _print(str(metrics))
    main = _table("", "value", "95 % interval")
    for name, row in metrics.summary().iterrows():
        main.add_row(str(name).replace("_", " "), _number(row.value), _interval(row.low, row.high))
    classes = _table("class", "test samples", "producer's", "95 % interval", "user's", "95 % interval", "F1")
    for row in metrics.classes:
        producers = _number(row.producers_accuracy), _interval(row.producers_low, row.producers_high)
        users = _number(row.users_accuracy), _interval(row.users_low, row.users_high)
        classes.add_row(row.name, str(row.support), *producers, *users, _number(row.f1))
    _print(main, classes)


def show_comparison(comparison: "Comparison") -> None:
    """Print the pooled accuracy of each model, and the difference of each pair."""
    models = _table("model", "OA", "95 % interval", "AA")
    for pooled in comparison.pooled:
        models.add_row(pooled.method, _number(pooled.oa), _interval(pooled.oa_low, pooled.oa_high), _number(pooled.aa))
    pairs = _table("pair", "difference of OA", "95 % interval", "")
    for pair in comparison.pairs:
        pairs.add_row(
            f"{pair.a} - {pair.b}", f"{pair.difference:+.4f}", _interval(pair.low, pair.high),
            "" if pair.distinguishable else "not distinguishable",
        )  # fmt: skip
    fields = comparison.fields
    behind = "" if fields is None else f" in {fields} fields ({comparison.effective_fields} effective)"
    _print(f"{comparison.n_test} test samples{behind}", models, pairs)
    if lacking := next((found for pooled in comparison.pooled if (found := pooled.interval.lacking)), ""):
        _print(f"too few for the intervals to be relied on: {lacking}")


def _table(*columns: str) -> "Table":
    from rich.table import Table

    return Table(*columns, box=None)


def _print(*shown: "str | Table") -> None:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False)
    for item in shown:
        console.print(item)


def _number(value: float | None) -> str:
    return "" if value is None or isnan(value) else f"{value:.4f}"


def _interval(low: float | None, high: float | None) -> str:
    return f"{low:.4f} to {high:.4f}" if _number(low) and _number(high) else ""
