"""What jobs will take, worked out by hand from jobs that ran."""

from typing import Any

import pytest

from hsclass.planning.dag import Job
from hsclass.planning.resources import JobResources
from hsclass.planning.scaling import Estimator, line
from hsclass.planning.timings import Timing, subject_of


def train(model: str = "rf", **wildcards: str) -> Job:
    about = {"scene": "indian_pines", "split": "random", "seed": "0", "features": "raw", "model": model}
    return Job("train", {**about, **wildcards})


def timing(experiment, *, model: str = "rf", share: float = 0.5, **given: Any) -> Timing:
    """A training of a share, half, of what the experiment's model has to do, in 2 + 8 seconds."""
    made = experiment()
    entry = made.models[model]
    subject = subject_of(entry.kind, entry.all_options, "raw", made.features["raw"].all_options)
    work = share * JobResources(made).seconds("train", train(model).wildcards)
    basic = {"work": work, "seconds": 10.0, "start": 2.0, "cpu_seconds": 5.0, "memory_mb": 400.0, "held_mb": 10.0}
    return Timing(**{"rule": "train", **basic, "subject": subject, "disk_mb": 3.0, **given})


def estimated(experiment, timings: list[Timing], job: Job, **changes: Any):
    return Estimator(JobResources(experiment(**changes)), timings)(job)


def test_work_beyond_the_start_is_in_proportion(experiment) -> None:
    found = estimated(experiment, [timing(experiment)], train())
    assert found.seconds == pytest.approx(2 + 8 * 2)
    assert found.cpu_seconds == pytest.approx(9)
    assert found.memory_mb == pytest.approx(400 + 3.5 * 16.82 - 10)
    assert (found.disk_mb, found.like) == (3.0, "same")


def test_line_through_jobs_of_two_sizes_separates_start_and_work() -> None:
    assert line([100, 300], [5, 9], starts=[1, 1], work=500) == pytest.approx(13)
    assert line([100, 300], [9, 5], starts=[1, 1], work=500) == 7  # does not fall: the mean
    assert line([100, 300], [1, 9], starts=[1, 1], work=400) == pytest.approx(10)  # not below 0: 5 s for 200
    assert line([100, 120], [5, 9], starts=[1, 3], work=220) == pytest.approx(2 + 5 * 2)  # medians: 2, 7 s, 110


def test_processor_time_has_a_line_of_its_own(experiment) -> None:
    """The smaller job waited longer for its share of the machine: 3 of 20 s against 11 of 28 s."""
    timed = [
        timing(experiment, share=share, seconds=seconds, cpu_seconds=cpu)
        for share, seconds, cpu in ((0.1, 20.0, 3.0), (0.5, 28.0, 11.0))
    ]
    found = estimated(experiment, timed, train())
    assert (found.seconds, found.cpu_seconds) == pytest.approx((28 + 10, 11 + 10))


def test_nearest_jobs_count(experiment) -> None:
    other = [{"model": "rf", "trees": 7}, {"model": "knn"}]
    known = [timing(experiment)]
    assert estimated(experiment, known, train(), models=other).like == "other options"
    assert estimated(experiment, known, train(features="pca"), features=["pca"], models=["rf"]).like == "other features"
    assert estimated(experiment, known, train("knn"), models=other) is None


def test_early_stopping_is_expected_again(experiment) -> None:
    one = timing(experiment, model="cnn3d", share=0.1, seconds=22.0, epochs_share=0.5)
    assert estimated(experiment, [one], train("cnn3d")).seconds == pytest.approx(2 + 10 * 2 * 5)  # half of 20 epochs


def test_pace_of_the_epochs_of_the_larger_training_counts(experiment) -> None:
    small, large = (
        timing(experiment, model="cnn3d", paced=True, share=share, seconds=seconds, start=start)
        for share, seconds, start in ((0.1, 30, 29.9), (0.5, 19, 9))
    )
    found = estimated(experiment, [small, large], train("cnn3d"))
    assert found.seconds == pytest.approx(9 + 2 * 10)  # a line through both would fall


def test_a_search_is_so_many_trainings(experiment) -> None:
    searched = [{"model": "rf", "tune": {"trials": 10, "folds": 5, "workers": 2}}]
    job = Job("tune", {**train().wildcards, "worker": "0"})
    # 10 trials x 5 folds with four fifths of the pixels are 40 trainings of 16 s, shared by two.
    assert estimated(experiment, [timing(experiment)], job, models=searched).seconds == pytest.approx(2 + 20 * 16)
    limited = [{"model": "rf", "tune": {"trials": 10, "folds": 5, "workers": 2, "timeout": 60}}]
    found = estimated(experiment, [timing(experiment)], job, models=limited)
    assert found.seconds == pytest.approx(2 + 60 + 64)  # and the trial that runs when time is up


def test_a_data_set_that_was_fetched_before_takes_as_long_again(experiment) -> None:
    known = [
        Timing("fetch", 1.0, seconds, 0.0, 1.0, 100.0, subject=("", "", name, ""))
        for name, seconds in (("ucmerced", 60.0), ("indian_pines", 3.0))
    ]
    job = Job("fetch", {"dataset": "indian_pines"})
    assert estimated(experiment, known, job).seconds == pytest.approx(3)
    assert estimated(experiment, known[:1], job).like == "other features"
