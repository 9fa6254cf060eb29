"""What a search tries next: the model's own options, then what a seeded Parzen estimator draws."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState
from optuna.trial import Trial as Asked

from hsclass.space import Choice, Dimension

_DIGITS = 4


class SeededEstimator(BaseSampler):
    """The estimator of Bergstra et al. (NeurIPS 2011), begun anew for each trial with a seed of its own.

    A search that goes on after a stop, in another process, would otherwise draw from the start of its random numbers
    again. So it draws what it would have drawn without the stop, and workers do not draw the same.

    Parameters
    ----------
    seed : int
        Of the search.
    place : callable
        Gives the place of a trial in the search, from 0.
    first : callable
        Says whether a trial is the one of the model's own options.
    start : mapping or None
        The model's own options, as the storage holds them; None where some lie outside the space.

    Attributes
    ----------
    starting : bool
        True where the last trial is the one of the model's own options.
    """

    def __init__(
        self,
        seed: int,
        *,
        place: Callable[[FrozenTrial], int],
        first: Callable[[FrozenTrial], bool],
        start: Mapping[str, Any] | None,
    ) -> None:
        self.seed, self.place, self.first, self.start = seed, place, first, start
        self.starting = False

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Seed the estimator for a trial."""
        self.starting = self.first(trial)
        seed = int(np.random.SeedSequence([self.seed, self.place(trial)]).generate_state(1)[0])
        self._estimator = TPESampler(seed=seed)
        self._estimator.before_trial(study, trial)

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Return the options that are drawn together."""
        return {} if self.starting else self._estimator.infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Draw them."""
        return self._estimator.sample_relative(study, trial, search_space)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Draw an option by itself."""
        if self.starting and self.start is not None:
            return self.start[param_name]
        return self._estimator.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        """Tell the estimator, which keeps nothing of it."""


def suggest(asked: Asked, space: Mapping[str, Dimension]) -> dict[str, Any]:
    """Return a value for each option of `space`; numbers have four significant digits."""
    return {name: _suggested(asked, name, dimension) for name, dimension in space.items()}


def stored(value: Any, dimension: Dimension) -> Any:
    """Return a value of an option as the storage holds it."""
    return json.dumps(value) if isinstance(dimension, Choice) else value


def _suggested(asked: Asked, name: str, dimension: Dimension) -> Any:
    if isinstance(dimension, Choice):
        return json.loads(asked.suggest_categorical(name, dimension.texts))
    if dimension.whole:
        step = 1 if dimension.step is None else int(dimension.step)
        return asked.suggest_int(name, int(dimension.low), int(dimension.high), step=step, log=dimension.log)
    drawn = asked.suggest_float(name, dimension.low, dimension.high, step=dimension.step, log=dimension.log)
    return min(max(float(f"{drawn:.{_DIGITS}g}"), dimension.low), dimension.high)
