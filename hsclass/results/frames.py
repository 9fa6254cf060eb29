"""Figures as tables of pandas."""

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from hsclass.results.metrics import Metrics

_SUMMARY = ("oa", "aa", "kappa", "macro_f1", "micro_f1", "subset")


class Frames:
    """What the figures of an evaluation are as tables."""

    def to_frame(self) -> Any:
        """Return the figures of each class as a pandas.DataFrame, a row a class, by its name.

        The columns are those of `hsclass.results.figures.ClassFigures`: `support`, accuracies and their intervals.
        """
        import pandas as pd

        rows = [row.as_dict() for row in cast("Metrics", self).classes]
        return pd.DataFrame(rows).set_index("name")

    def summary(self) -> Any:
        """Return OA, AA, kappa and F1, as far as they are defined, as a pandas.DataFrame: `value`, `low` and `high`."""
        import pandas as pd

        found = {name: getattr(self, name) for name in _SUMMARY}
        rows = {
            name: {
                "value": value,
                "low": getattr(self, f"{name}_low", None),
                "high": getattr(self, f"{name}_high", None),
            }
            for name, value in found.items()
            if value is not None
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"], dtype=float)

    def confusion_frame(self) -> Any:
        """Return the confusion matrix as a pandas.DataFrame: references in rows, predictions in columns."""
        import pandas as pd

        metrics = cast("Metrics", self)
        names = [row.name for row in metrics.classes]
        return pd.DataFrame(
            metrics.confusion, pd.Index(names, name="reference"), pd.Index(names, name="predicted"), dtype=int
        )
