"""The options that a search tries next: the default options, then those that a seeded Parzen estimator proposes."""

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
    """The estimator of Bergstra et al. (NeurIPS 2011), seeded separately for each trial.

    Without this, a search that continues in another process would repeat its first random numbers. With it, a search
    draws the same options whether it was stopped or not, and workers draw different ones.

    Parameters
    ----------
    seed : int
        Of the search.
    place : callable
        Returns the place of a trial in the search, from 0.
    first : callable
        Returns whether a trial is the one of the default options.
    start : mapping or None
        The default options, as stored; None if some are outside the space.

    Attributes
    ----------
    starting : bool
        True if the last trial is the one of the default options.
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
        """Return the options that are drawn jointly."""
        return {} if self.starting else self._estimator.infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Draw these options."""
        return self._estimator.sample_relative(study, trial, search_space)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Draw a single option."""
        if self.starting and self.start is not None:
            return self.start[param_name]
        return self._estimator.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        """Report the result to the estimator, which does not use it."""


def suggest(asked: Asked, space: Mapping[str, Dimension]) -> dict[str, Any]:
    """Return a value for each option of `space`; numbers have four significant digits."""
    return {name: _suggested(asked, name, dimension) for name, dimension in space.items()}


def stored(value: Any, dimension: Dimension) -> Any:
    """Return a value of an option as it is stored."""
    return json.dumps(value) if isinstance(dimension, Choice) else value


def _suggested(asked: Asked, name: str, dimension: Dimension) -> Any:
    if isinstance(dimension, Choice):
        return json.loads(asked.suggest_categorical(name, dimension.texts))
    if dimension.whole:
        step = 1 if dimension.step is None else int(dimension.step)
        return asked.suggest_int(name, int(dimension.low), int(dimension.high), step=step, log=dimension.log)
    drawn = asked.suggest_float(name, dimension.low, dimension.high, step=dimension.step, log=dimension.log)
    return min(max(float(f"{drawn:.{_DIGITS}g}"), dimension.low), dimension.high)
