"""Inflation: what a leaky twin adds to the accuracy of the split whose class counts it has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hsclass.assess.optimism import IntervalEstimate, optimism
from hsclass.report.collect import Results, Run
from hsclass.report.tables import Group, by_split
from hsclass.report.text import between, ordered, signed


@dataclass(frozen=True)
class Inflation:
    """One model on a split without leakage and on its leaky twin.

    Attributes
    ----------
    safe, twin : Group
    mean : float
        Mean over the seeds of OA(twin) − OA(safe).
    low, high : float or None
        The lowest and highest limit of the seeds' intervals of that difference.
    """

    safe: Group
    twin: Group
    mean: float
    low: float | None
    high: float | None

    @property
    def text(self) -> str:
        """The difference with its sign."""
        return signed(self.mean)

    @property
    def interval(self) -> str:
        """The interval in words."""
        return between(self.low, self.high, sign=True)


def inflations(groups: Sequence[Group], twins: Mapping[str, str]) -> tuple[Inflation, ...]:
    """Compare each model on the splits without leakage with itself on their leaky twins.

    Parameters
    ----------
    groups : sequence of Group
        Of one scene.
    twins : mapping of str to str
        The split that a twin is of, by the twin's name.
    """
    found = by_split(groups)
    rows = []
    for twin, safe in twins.items():
        of_twin = {group.method: group for group in found.get(twin, ())}
        honest = [group for group in found.get(safe, ()) if group.method in of_twin and not group.leaky]
        rows += [_compare(group, of_twin[group.method]) for group in honest]
    return tuple(row for row in rows if row is not None)


def paired_runs(results: Results, scene: str) -> Iterator[tuple[Run, Run, IntervalEstimate]]:
    """Yield each run on a leaky twin, the run of the same model and seed on its split, and what the twin adds."""
    runs = results.of_scene(scene)
    by_place = {_place(run, run.entry.split): run for run in runs}
    for twin, safe in results.experiment.twins.items():
        for run in runs:
            partner = by_place.get(_place(run, twin))
            if run.entry.split == safe and partner is not None and not run.split.leaky:
                yield partner, run, optimism(_estimate(partner), _estimate(run))


def _place(run: Run, split: str) -> tuple[str, int, str, str]:
    return split, run.entry.seed, run.entry.features, run.entry.model


def _compare(safe: Group, twin: Group) -> Inflation | None:
    by_seed = {run.entry.seed: run for run in twin.runs}
    seeds = [
        optimism(_estimate(by_seed[run.entry.seed]), _estimate(run)) for run in safe.runs if run.entry.seed in by_seed
    ]
    if not seeds:
        return None
    lows, highs = ordered(seed.low for seed in seeds), ordered(seed.high for seed in seeds)
    return Inflation(
        safe=safe,
        twin=twin,
        mean=sum(seed.value for seed in seeds) / len(seeds),
        low=lows[0] if lows else None,
        high=highs[-1] if highs else None,
    )


def _estimate(run: Run) -> IntervalEstimate:
    return IntervalEstimate(run.metrics.oa or 0, run.metrics.oa_low, run.metrics.oa_high)
