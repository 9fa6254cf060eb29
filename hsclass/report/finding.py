"""The finding of an experiment on one scene: what honest splits give, and what the leaky one showed instead."""

from collections.abc import Sequence
from dataclasses import dataclass

from hsclass.report.tables import Group, best
from hsclass.report.text import number


@dataclass(frozen=True)
class Finding:
    """The best model on splits without leakage, and the same model on a leaky split; None where there is none.

    Attributes
    ----------
    sentence : str
    honest, leaky : Group or None
    gap, ratio : float or None
        Difference and quotient of their OA.
    """

    sentence: str
    honest: Group | None
    leaky: Group | None
    gap: float | None = None
    ratio: float | None = None


def find(groups: Sequence[Group]) -> Finding:
    """Compare the best honest model of a scene with the same model on the leaky split of the highest OA."""
    honest = best(group for group in groups if not group.leaky)
    if honest is None:
        leaky = best(groups)
        if leaky is None:
            return Finding("There are no runs.", None, None)
        return Finding(
            f"Every split of this experiment leaks: the highest OA, {number(leaky.oa.mean, 2)} ({leaky.label}, split"
            f" {leaky.split}), says little about ground that the model has not seen.",
            None,
            leaky,
        )
    opening = (
        f"On splits without leakage the best model, {honest.label}, reaches OA {number(honest.oa.mean, 2)}"
        f" ({honest.split}{_seeds(honest)})"
    )
    leaky = best(group for group in groups if group.leaky and group.method == honest.method)
    if leaky is None or leaky.oa.mean is None or honest.oa.mean is None:
        return Finding(f"{opening}.", honest, None)
    gap = leaky.oa.mean - honest.oa.mean
    ratio = leaky.oa.mean / honest.oa.mean if honest.oa.mean else None
    times = f", {ratio:.1f} times as much" if ratio is not None and ratio >= 1.05 else ""
    return Finding(
        f"{opening}; the leaky {leaky.split} split shows {number(leaky.oa.mean, 2)} for the same model{times}.",
        honest,
        leaky,
        gap,
        ratio,
    )


def _seeds(group: Group) -> str:
    return f", mean of {len(group.runs)} seeds" if len(group.runs) > 1 else ""
