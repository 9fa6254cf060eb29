"""The finding of an experiment on one scene: what honest splits give, and what the leaky one showed instead."""

from collections.abc import Sequence
from dataclasses import dataclass

from hsclass.report.inflation import Inflation
from hsclass.report.tables import Group, best
from hsclass.report.text import between, number


@dataclass(frozen=True)
class Finding:
    """The best model on splits without leakage, and the same model on a leaky split; None where there is none.

    Attributes
    ----------
    sentence : str
    honest, leaky : Group or None
    gap, ratio : float or None
        Difference and quotient of their OA.
    inflation : Inflation or None
        The difference with its interval, where the leaky split is the twin of the honest one.
    """

    sentence: str
    honest: Group | None
    leaky: Group | None
    gap: float | None = None
    ratio: float | None = None
    inflation: Inflation | None = None


def find(groups: Sequence[Group], inflations: Sequence[Inflation] = ()) -> Finding:
    """Compare the best honest model of a scene with the same model on a leaky split.

    That is the leaky twin of the honest split where there is one, else the leaky split of the highest OA: a twin has
    the same class counts, so nothing but leakage differs.
    """
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
    twin = next((each for each in inflations if each.safe is honest), None)
    if twin is not None:
        return _with_twin(opening, twin)
    leaky = best(group for group in groups if group.leaky and group.method == honest.method)
    if leaky is None or leaky.oa.mean is None or honest.oa.mean is None:
        return Finding(f"{opening}.", honest, None)
    gap = leaky.oa.mean - honest.oa.mean
    ratio = _ratio(leaky, honest)
    times = f", {ratio:.1f} times as much" if ratio is not None and ratio >= 1.05 else ""
    return Finding(
        f"{opening}; the leaky {leaky.split} split shows {number(leaky.oa.mean, 2)} for the same model{times}.",
        honest,
        leaky,
        gap,
        ratio,
    )


def _with_twin(opening: str, twin: Inflation) -> Finding:
    interval = "" if twin.low is None else f" (95 % interval {between(twin.low, twin.high, 2)})"
    effect = f"leakage adds {number(twin.mean, 2)}" if twin.mean > 0 else f"a difference of {number(twin.mean, 2)}"
    return Finding(
        f"{opening}; with the same class counts drawn at random, the leaky {twin.twin.split} split shows"
        f" {number(twin.twin.oa.mean, 2)} for the same model: {effect}{interval}.",
        twin.safe,
        twin.twin,
        twin.mean,
        _ratio(twin.twin, twin.safe),
        twin,
    )


def _ratio(leaky: Group, honest: Group) -> float | None:
    return leaky.oa.mean / honest.oa.mean if leaky.oa.mean is not None and honest.oa.mean else None


def _seeds(group: Group) -> str:
    return f", mean of {len(group.runs)} seeds" if len(group.runs) > 1 else ""
