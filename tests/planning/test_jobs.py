"""The jobs of an experiment, counted by hand."""

from hsclass.planning.estimate import job_counts
from hsclass.planning.jobs import experiment_jobs

PCA = {"features": "pca", "components": 30}
TWIN = {"sampler": "matched_random", "of": "random"}


def test_jobs_are_those_of_the_matrix(experiment) -> None:
    found = job_counts(experiment(seeds=[0, 1], splits=["random", TWIN], features=["raw", PCA]))
    # 1 scene x 2 splits x 2 seeds are 4 splits, with 2 features x 2 models 16 runs.
    assert found == {
        "experiment": 1, "fetch": 1, "scene": 1, "split": 4, "audit": 4, "train": 16, "predict": 16, "evaluate": 16,
        "compare": 4, "report": 1,
    }  # fmt: skip


def test_one_model_is_compared_with_none(experiment) -> None:
    assert "compare" not in job_counts(experiment(models=["rf"]))


def test_scenes_of_one_data_set_fetch_it_once(experiment) -> None:
    scenes = ["indian_pines", {"scene": "indian_pines", "name": "cut", "rows": [0, 50]}]
    found = job_counts(experiment(scenes=scenes))
    assert (found["fetch"], found["scene"]) == (1, 2)


def test_searches_and_tiles_are_jobs_of_their_own(experiment) -> None:
    searched = {"model": "svm", "tune": {"workers": 3}}
    found = job_counts(experiment(models=["rf", searched], map_tiles=4))
    assert (found["tune"], found["winner"], found["predict_part"], found["gather"]) == (3, 1, 8, 2)
    assert "predict" not in found


def test_jobs_follow_those_whose_files_they_read(experiment) -> None:
    jobs = experiment_jobs(experiment(splits=[TWIN, "random"]))
    before = {
        (job.rule, job.wildcards.get("split"), job.wildcards.get("model")): [jobs[place].rule for place in job.after]
        for job in jobs
    }
    assert before["split", "random_matched_random", None] == ["scene", "split"]
    assert before["train", "random", "rf"] == ["audit"]
    assert before["evaluate", "random", "cnn3d"] == ["predict"]
    assert all(place < number for number, job in enumerate(jobs) for place in job.after)
    report = jobs[-1]
    assert report.rule == "report"
    assert len(report.after) == 1 + 2 + 4 + 2  # experiment, audits, evaluations, comparisons


def test_networks_take_two_threads_and_the_cards_that_are_asked_for(experiment) -> None:
    training = {"strategy": "multi_worker", "workers": 2, "gpus": 4}
    trained = {j.wildcards["model"]: j for j in experiment_jobs(experiment(training=training)) if j.rule == "train"}
    assert (trained["rf"].threads, trained["rf"].gpus) == (1, 0)
    assert (trained["cnn3d"].threads, trained["cnn3d"].gpus) == (2, 8)
