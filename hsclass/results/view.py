"""How the figures of an evaluation show themselves: in words, and drawn by matplotlib."""

from typing import TYPE_CHECKING, Any, cast

from hsclass.axes import axes_or_new

if TYPE_CHECKING:
    from hsclass.results.metrics import Metrics


_NAMES = {"oa": "OA", "aa": "AA", "kappa": "kappa", "macro_f1": "macro F1"}


class MetricsView:
    """The views of the figures of an evaluation."""

    def __str__(self) -> str:
        metrics = cast("Metrics", self)
        lines = [metrics.in_words()]
        if not metrics.interval.reliable:
            lines.append(f"too few for the intervals to be relied on: {metrics.interval.lacking}")
        if metrics.leaky:
            lines.append("the split declares itself leaky: this is no accuracy on unseen fields")
        return "\n  ".join([*lines, *metrics.checks])

    def __repr__(self) -> str:
        return f"Metrics: {self}"

    def plot_confusion(self, *, ax: Any = None) -> Any:
        """Draw the confusion matrix as shares of each reference class; return the matplotlib.axes.Axes.

        Without `ax` it is drawn on a new figure.
        """
        import numpy as np

        metrics = cast("Metrics", self)
        counts, names = np.array(metrics.confusion), [row.name for row in metrics.classes]
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        ax = axes_or_new(ax)
        drawn = ax.imshow(shares, vmin=0, vmax=1, cmap="Blues")
        for (row, col), count in np.ndenumerate(counts):
            if count:
                ax.text(
                    col, row, count, ha="center", va="center", fontsize=7, color="w" if shares[row, col] > 0.5 else "k"
                )
        ax.set_xticks(range(len(names)), names, rotation=90)
        ax.set_yticks(range(len(names)), names)
        ax.set(xlabel="predicted", ylabel="reference")
        ax.figure.colorbar(drawn, ax=ax, label="share of the reference class")
        return ax

    def plot_intervals(self, *, ax: Any = None) -> Any:
        """Draw OA, AA, kappa, F1 and the producer's accuracy of each class with their intervals; return the Axes.

        Without `ax` it is drawn on a new figure.
        """
        metrics = cast("Metrics", self)
        rows = [(name, *row) for name, row in zip(*_summary(metrics), strict=True)]
        rows += [
            (row.name, row.producers_accuracy, row.producers_low, row.producers_high)
            for row in metrics.classes
            if row.producers_accuracy is not None
        ]
        ax = axes_or_new(ax)
        for place, (_, value, low, high) in enumerate(rows):
            if low is not None and high is not None:
                ax.plot([low, high], [place, place], color="0.6", lw=2)
            ax.plot(value, place, "o", color="C0")
        ax.set_yticks(range(len(rows)), [row[0] for row in rows])
        ax.set(xlim=(0, 1), xlabel="accuracy, with 95 % intervals")
        ax.invert_yaxis()
        return ax


def _summary(metrics: "Metrics") -> tuple[list[str], list[list[float | None]]]:
    found = [name for name in _NAMES if getattr(metrics, name) is not None]
    ends = [[getattr(metrics, f"{name}{end}") for end in ("", "_low", "_high")] for name in found]
    return [_NAMES[name] for name in found], ends
