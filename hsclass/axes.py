"""Axes of matplotlib, which is imported only to make some."""

from typing import Any


def axes_or_new(ax: Any) -> Any:
    """Return `ax`, or axes on a new figure where it is None."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(layout="constrained")[1]
