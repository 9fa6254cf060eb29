"""A search in its storage: order, pruning, budget, and resuming after a stop; the scores are made up."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
import pytest

from hsclass.errors import DataError, UsageError
from hsclass.space import Choice, Range
from hsclass.tuning.options import TuneOptions
from hsclass.tuning.study import StoredStudy
from hsclass.tuning.trials import Trial, best_trial

SPACE = {"x": Range(low=0.0, high=1.0), "n": Range(low=1, high=9), "kind": Choice(choices=(None, (2, 1)))}
DEFAULTS: dict[str, Any] = {"x": 0.5, "n": 3, "kind": None}


def peak(values: Mapping[str, Any], fold: int) -> float:
    """Highest at x = 0.3 with seven of the second kind; fold 1 is harder."""
    bonus = 0.1 if values["kind"] == [2, 1] else 0.0
    return 0.8 - abs(values["x"] - 0.3) - 0.01 * abs(values["n"] - 7) + bonus - 0.2 * fold


def make(folder: Path | None = None, *, seed: int = 0, identity: str = "a", **options: Any) -> StoredStudy:
    asked = TuneOptions.model_validate({"trials": 8, "folds": 2, "pruning": False, **options})
    return StoredStudy(
        folder, identity=identity, space=SPACE, defaults=DEFAULTS, folds=asked.folds, search=asked, seed=seed
    )


@pytest.fixture
def run(reports: Any) -> Any:
    """Work on a study until it is finished or as many trials are, and return what was reported of them."""

    def run(
        study: StoredStudy, score: Any = peak, *, worker: int | None = None, stop_after: int | None = None
    ) -> list[str]:
        done = bool(study.trials)  # reported before the first
        reports.stop(None if stop_after is None else stop_after + done)
        try:
            study.run(score, worker=worker)
        except reports.stopped:
            assert len(reports.notes) == stop_after
        return list(reports.notes)

    return run


def gist(trials: tuple[Trial, ...]) -> list[tuple[Any, ...]]:
    """All but the seconds."""
    return [(trial.number, trial.outcome, trial.values, trial.scores, trial.start) for trial in trials]


def test_the_models_own_options_come_first_and_the_best_is_found(run: Any) -> None:
    study = make(trials=60)
    notes = run(study)
    first, *others = study.trials
    assert (first.values, first.start) == (DEFAULTS, True)
    assert not any(trial.start for trial in others)
    assert first.scores == (pytest.approx(0.56), pytest.approx(0.36))
    assert first.value == pytest.approx(0.46)
    best = best_trial(study.trials)
    assert best is not None
    assert best.value > 0.75
    assert best.values["kind"] == [2, 1]
    assert notes[0] == "trial 1 0.4600 (best 0.4600)"
    assert len(notes) == 60


def test_same_seed_is_the_same_search_and_another_seed_another(run: Any) -> None:
    one, same, other = make(trials=15), make(trials=15), make(trials=15, seed=1)
    for study in (one, same, other):
        run(study)
    assert gist(one.trials) == gist(same.trials)
    assert one.trials[1].values != other.trials[1].values


@pytest.mark.parametrize("storage", ["sqlite", "journal"])
def test_a_stopped_search_goes_on_as_if_it_had_not_been_stopped(tmp_path: Path, storage: str, run: Any) -> None:
    """Also where a trial was lost on the way: 14 trials, so that the estimator has begun to learn."""
    whole = make(trials=14)
    run(whole)
    run(make(tmp_path, trials=14, storage=storage), stop_after=4)

    def killed(values: Mapping[str, Any], fold: int) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(tmp_path, trials=14, storage=storage).run(killed, worker=None)
    study = make(tmp_path, trials=14, storage=storage)
    assert len(study.trials) == 4
    assert len(run(study)) == 10
    assert gist(study.trials) == gist(whole.trials)


def test_a_finished_search_does_nothing_more_and_a_larger_budget_goes_on(tmp_path: Path, run: Any) -> None:
    run(make(tmp_path, trials=3))
    assert run(make(tmp_path, trials=3)) == []
    assert len(run(make(tmp_path, trials=5))) == 2


def test_another_search_in_the_same_folder_begins_anew(tmp_path: Path, run: Any) -> None:
    run(make(tmp_path, trials=3))
    assert len(run(make(tmp_path, trials=3, identity="b"))) == 3


def test_first_trial_that_was_lost_is_tried_again(tmp_path: Path, run: Any) -> None:
    def killed(values: Mapping[str, Any], fold: int) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(tmp_path).run(killed, worker=1)
    run(make(tmp_path, trials=3), worker=0)
    run(make(tmp_path, trials=4), worker=1)
    assert [trial.start for trial in make(tmp_path).trials] == [False, False, True, False]


def test_workers_share_the_trials_and_keep_to_the_budget(tmp_path: Path, run: Any) -> None:
    first, second = make(tmp_path, trials=6), make(tmp_path, trials=6)
    run(first, worker=0, stop_after=2)
    run(second, worker=1, stop_after=3)
    run(first, worker=0)
    assert run(second, worker=1) == []
    assert [trial.worker for trial in second.trials] == [0, 0, 1, 1, 1, 0]
    alone = make(trials=6)
    run(alone)
    assert [trial.values for trial in second.trials] == [trial.values for trial in alone.trials]


def test_a_worker_leaves_the_running_trial_of_another_alone(tmp_path: Path, run: Any) -> None:
    inner = make(tmp_path, trials=3)

    def meanwhile(values: Mapping[str, Any], fold: int) -> float:
        if not inner.trials:
            run(inner, worker=1)
        return peak(values, fold)

    study = make(tmp_path, trials=3)
    run(study, meanwhile, worker=0)
    assert [(trial.worker, trial.start) for trial in study.trials] == [(0, True), (1, False), (1, False)]


def test_trials_below_the_median_are_given_up_after_two_folds(run: Any) -> None:
    study = make(trials=40, folds=4, pruning=True)
    run(study)
    pruned = [trial for trial in study.trials if trial.outcome == "pruned"]
    assert len(pruned) > 5
    assert {len(trial.scores) for trial in pruned} <= {2, 3}
    best = best_trial(study.trials)
    assert best is not None
    assert all(sum(trial.scores[:2]) < sum(best.scores[:2]) for trial in pruned)


def test_options_that_the_model_refuses_are_told_and_not_tried_to_the_end(run: Any) -> None:
    def picky(values: Mapping[str, Any], fold: int) -> float:
        if values["n"] > 5:
            raise UsageError("too many")
        if values["kind"] is not None:
            raise DataError("diverged")
        return peak(values, fold)

    study = make(trials=20)
    run(study, picky)
    unfit = [trial for trial in study.trials if trial.outcome == "unfit"]
    assert {trial.reason for trial in unfit} == {"too many", "diverged"}
    assert all(trial.values["n"] > 5 or trial.values["kind"] for trial in unfit)
    assert len(study.trials) == 20


def test_own_options_outside_the_space_are_tried_all_the_same(tmp_path: Path, run: Any) -> None:
    asked = TuneOptions(trials=14, folds=2)
    own = {**DEFAULTS, "x": "auto"}

    def score(values: Mapping[str, Any], fold: int) -> float:
        return 0.9 if values["x"] == "auto" else peak(values, fold)

    for trials in (1, 14):
        search = asked.model_copy(update={"trials": trials})
        study = StoredStudy(tmp_path, identity="a", space=SPACE, defaults=own, folds=2, search=search, seed=0)
        run(study, score)
    assert (study.trials[0].values, study.trials[0].start) == (own, True)
    assert sum(trial.start for trial in study.trials) == 1
    assert len(study.trials) == 14
    assert best_trial(study.trials) == study.trials[0]


def test_no_trial_starts_when_the_time_is_spent(tmp_path: Path, run: Any) -> None:
    run(make(tmp_path, timeout=1e-9), worker=0)
    run(make(tmp_path, timeout=1e-9), worker=1)
    assert [trial.worker for trial in make(tmp_path).trials] == [0, 1]
    assert run(make(tmp_path, timeout=1e-9, workers=2)) == []
    assert len(run(make(tmp_path, timeout=1e6, trials=4))) == 2


def test_numbers_have_four_digits_and_stay_in_their_range(run: Any) -> None:
    study = make(trials=30)
    run(study)
    for trial in study.trials:
        assert float(f"{trial.values['x']:.4g}") == trial.values["x"]
        assert trial.values["x"] in SPACE["x"]
        assert trial.values["n"] in SPACE["n"]


def test_equal_values_leave_the_first_the_winner() -> None:
    trials = tuple(Trial(number, "complete", {}, (0.5, 0.7)) for number in range(3))
    best = best_trial((Trial(9, "pruned", {}, (0.9,)), *trials))
    assert best == trials[0]
    assert best.spread == pytest.approx(0.2 / 2**0.5)
    assert best_trial(()) is None


def test_storage_is_a_file_that_optuna_opens(tmp_path: Path, run: Any) -> None:
    run(make(tmp_path, trials=4))
    study = optuna.load_study(study_name="a", storage=f"sqlite:///{tmp_path / 'study.db'}")
    assert [trial.state.name for trial in study.trials] == ["COMPLETE"] * 4
    assert study.trials[0].params == {"x": 0.5, "n": 3, "kind": "null"}
    assert study.best_value == max(trial.value for trial in make(tmp_path).trials if trial.value is not None)
