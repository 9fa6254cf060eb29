"""A search in its storage: trials are proposed, scored and stored, and continue after a stop."""

import fcntl
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import BaseStorage, InMemoryStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, TrialState
from optuna.trial import Trial as Asked

from hsclass.errors import DataError, UsageError
from hsclass.progress import progress
from hsclass.space import Dimension
from hsclass.tuning.options import TuneOptions
from hsclass.tuning.sampling import SeededEstimator, stored, suggest
from hsclass.tuning.trials import Outcome, Trial, best_trial

Score = Callable[[Mapping[str, Any], int], float]
"""Returns the score of a set of options on the fold of that number."""

_RECORD, _WORKER, _START = "record", "worker", "start"
_STATES = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "unfit": TrialState.PRUNED}
_LEAST_TO_PRUNE = 5  # complete trials before any other is pruned
_UNNAMED = 60.0  # s; a trial that no worker has claimed for that long is lost


class StoredStudy:
    """One search; several processes may share it.

    Parameters
    ----------
    folder : Path or None
        Folder of the storage; None keeps the trials in memory.
    identity : str
        Digest of the search: only trials of the same identity are continued.
    space : mapping of str to Dimension
    defaults : mapping
        The default options, which are tried first.
    folds : int
        Number of folds that each trial is scored on.
    search : TuneOptions
    seed : int
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        identity: str,
        space: Mapping[str, Dimension],
        defaults: Mapping[str, Any],
        folds: int,
        search: TuneOptions,
        seed: int,
    ) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._space, self._search, self._folds = space, search, folds
        self._defaults = {name: defaults[name] for name in space}
        self._within = all(self._defaults[name] in dimension for name, dimension in space.items())
        start = {name: stored(self._defaults[name], dimension) for name, dimension in space.items()}
        self._sampler = SeededEstimator(
            seed, place=self._place, first=self._is_first, start=start if self._within else None
        )
        with _one_at_a_time(folder):
            self._study = optuna.create_study(
                storage=_storage(folder, search.storage),
                sampler=self._sampler,
                study_name=identity,
                direction="maximize",
                load_if_exists=True,
            )

    @property
    def trials(self) -> tuple[Trial, ...]:
        """The finished trials, in the order of their numbers."""
        alive = [trial for trial in self._study.get_trials(deepcopy=False) if _alive(trial)]
        return tuple(
            Trial.from_record(place, trial.user_attrs[_RECORD])
            for place, trial in enumerate(alive)
            if _RECORD in trial.user_attrs
        )

    def bury(self, worker: int | None) -> None:
        """Close the trials that were running when this worker was stopped (or any worker, if this is the only one)."""
        for trial in self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            owner = trial.user_attrs.get(_WORKER)
            age = time.time() - trial.datetime_start.timestamp() if trial.datetime_start else 0.0
            if worker is None or owner == worker or (owner is None and age > _UNNAMED):
                record = trial.user_attrs.get(_RECORD)
                if record is None:
                    self._study.tell(trial.number, state=TrialState.FAIL)
                else:
                    self._close(trial.number, Trial.from_record(trial.number, record))

    def run(self, score: Score, *, worker: int | None) -> None:
        """Try options until the budget is used up.

        Parameters
        ----------
        score : callable
        worker : int or None
            Number of this worker, from 0; None for a single worker.
        """
        self.bury(worker)
        with progress("search", self._search.trials, unit="trials") as bar:
            bar.update(len(self.trials))
            while not self._spent(worker):
                asked = self._study.ask()
                start = self._sampler.starting
                asked.set_user_attr(_WORKER, worker or 0)
                asked.set_user_attr(_START, start)
                place = self._place(asked)
                if place >= self._search.trials:  # another worker was faster
                    self._study.tell(asked, state=TrialState.FAIL)
                    break
                done = self._try(asked, score, place=place, start=start, worker=worker or 0)
                asked.set_user_attr(_RECORD, done.as_record())
                self._close(asked.number, done)
                bar.update(note=self._note(done))

    def _spent(self, worker: int | None) -> bool:
        if sum(map(_alive, self._study.get_trials(deepcopy=False))) >= self._search.trials:
            return True
        if self._search.timeout is None:
            return False
        seconds = sum(trial.seconds for trial in self.trials if worker in (None, trial.worker))
        return seconds >= self._search.timeout * (self._search.workers if worker is None else 1)

    def _place(self, trial: FrozenTrial | Asked) -> int:
        """Return the number of trials before that one, without lost ones."""
        return len(self._before(trial))

    def _is_first(self, trial: FrozenTrial | Asked) -> bool:
        """Return whether no earlier trial has, or may turn out to have, the default options."""
        return not any(other.user_attrs.get(_START, True) for other in self._before(trial))

    def _before(self, trial: FrozenTrial | Asked) -> list[FrozenTrial]:
        return [
            other for other in self._study.get_trials(deepcopy=False) if _alive(other) and other.number < trial.number
        ]

    def _try(self, asked: Asked, score: Score, *, place: int, start: bool, worker: int) -> Trial:
        begun = time.perf_counter()
        values = dict(self._defaults)
        if not start or self._within:
            drawn = suggest(asked, self._space)
            values = values if start else drawn
        scores: list[float] = []
        outcome: Outcome = "complete"
        reason = ""
        try:
            for fold in range(self._folds):
                scores.append(score(values, fold))
                asked.report(sum(scores) / len(scores), fold)
                # All others are compared with the default options.
                if not start and fold + 1 < self._folds and self._falls_behind(scores):
                    outcome = "pruned"
                    break
        except (UsageError, DataError) as error:
            outcome, reason = "unfit", str(error)
        seconds = round(time.perf_counter() - begun, 3)
        return Trial(place, outcome, values, tuple(scores), seconds, worker, start, reason)

    def _falls_behind(self, scores: list[float]) -> bool:
        """Return whether the mean over these folds, at least two, is below the median of the complete trials there.

        Optuna's own median pruner compares the best mean of a trial so far, so that an easy first fold would prevent
        pruning.
        """
        count = len(scores)
        if not self._search.pruning or count < 2:
            return False
        sums = [sum(trial.scores[:count]) for trial in self.trials if trial.outcome == "complete"]
        return len(sums) >= _LEAST_TO_PRUNE and sum(scores) < statistics.median(sums)

    def _close(self, number: int, done: Trial) -> None:
        # The estimator cannot use values outside the space; for it the trial has failed.
        state = TrialState.FAIL if done.start and not self._within else _STATES[done.outcome]
        self._study.tell(number, done.value if state is TrialState.COMPLETE else None, state=state)

    def _note(self, done: Trial) -> str:
        value = f"{done.value:.4f}" if done.outcome == "complete" else done.outcome
        best = best_trial(self.trials)
        top = "" if best is None else f" (best {best.value:.4f})"
        return f"trial {done.number + 1} {value}{top}"


def _alive(trial: FrozenTrial) -> bool:
    """Return whether a trial runs or has a result."""
    return trial.state is not TrialState.FAIL or _RECORD in trial.user_attrs


def _storage(folder: Path | None, kind: str) -> BaseStorage:
    if folder is None:
        return InMemoryStorage()
    if kind == "journal":
        return JournalStorage(JournalFileBackend(str(folder / "study.journal")))
    return RDBStorage(f"sqlite:///{folder / 'study.db'}", engine_kwargs={"connect_args": {"timeout": 120}})


@contextmanager
def _one_at_a_time(folder: Path | None) -> Iterator[None]:
    """Make the other workers wait while the storage is created, because they would create the same tables."""
    if folder is None:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
