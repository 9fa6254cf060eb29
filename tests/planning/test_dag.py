"""The jobs of an experiment, counted by hand."""

from collections import Counter
from pathlib import Path

import pytest

from hsclass.errors import UsageError
from hsclass.planning.dag import Job, planned_jobs
from tests.command_line import snakemake

ROOT = Path(__file__).parents[2]

PCA = {"features": "pca", "components": 30}
MATCHED = {"sampler": "matched_random", "of": "random"}


def jobs_of(file: Path) -> list[Job]:
    return planned_jobs(file, cores=2)


def counts(file: Path) -> Counter[str]:
    return Counter(job.rule for job in jobs_of(file))


def test_jobs_are_those_of_the_matrix(config_file) -> None:
    found = counts(config_file(seeds=[0, 1], splits=["random", MATCHED], features=["raw", PCA]))
    # 1 scene x 2 splits x 2 seeds are 4 splits, with 2 features x 2 models 16 runs.
    assert found == {
        "experiment": 1, "fetch": 1, "scene": 1, "split": 4, "audit": 4, "train": 16, "predict": 16, "evaluate": 16,
        "compare": 2, "report": 1,
    }  # fmt: skip


def test_one_model_is_pooled_over_its_seeds(config_file) -> None:
    assert counts(config_file(models=["rf"], seeds=[0, 1, 2]))["compare"] == 1


def test_matched_random_split_is_compared_with_the_split_that_it_copies(config_file) -> None:
    jobs = jobs_of(config_file(splits=[MATCHED, "random"], models=["rf"]))
    read = {
        job.wildcards["split"]: {
            jobs[place].wildcards.get("split") for place in job.after if jobs[place].rule != "scene"
        }
        for job in jobs
        if job.rule == "compare"
    }
    assert read == {"random": {"random"}, "random_matched_random": {"random", "random_matched_random"}}


def test_searches_and_tiles_are_jobs_of_their_own(config_file) -> None:
    searched = {"model": "svm", "tune": {"workers": 3}}
    found = counts(config_file(models=["rf", searched], map_tiles=3))
    assert (found["tune"], found["winner"], found["predict_part"], found["gather"]) == (3, 1, 6, 2)
    assert "predict" not in found


def test_jobs_follow_those_whose_files_they_read(config_file) -> None:
    jobs = jobs_of(config_file(splits=[MATCHED, "random"]))
    before = {
        (job.rule, job.wildcards.get("split"), job.wildcards.get("model")): {jobs[place].rule for place in job.after}
        for job in jobs
    }
    assert before["split", "random_matched_random", None] == {"scene", "split"}
    assert before["train", "random", "rf"] == {"scene", "split", "audit"}
    assert before["evaluate", "random", "cnn3d"] == {"scene", "split", "train", "predict"}
    (report,) = (job for job in jobs if job.rule == "report")
    assert Counter(jobs[place].rule for place in report.after)["evaluate"] == 4


def test_jobs_have_the_threads_gpus_and_resources_that_the_workflow_asks_for(config_file) -> None:
    training = {"strategy": "multi_worker", "workers": 2, "gpus": 4}
    jobs = jobs_of(config_file(training=training))
    trained = {job.wildcards["model"]: job for job in jobs if job.rule.startswith("train")}
    assert (trained["rf"].threads, trained["rf"].gpus) == (1, 0)
    assert (trained["cnn3d"].threads, trained["cnn3d"].gpus) == (2, 8)
    assert all(job.memory_mb >= 500 and job.minutes > 10 for job in jobs)


def test_where_several_networks_are_trained_each_has_one_thread(config_file) -> None:
    for splits, threads in ((["random"], 2), (["random", "dbscan_area"], 1)):
        jobs = jobs_of(config_file(splits=splits))
        assert {job.threads for job in jobs if job.rule == "train" and job.wildcards["model"] == "cnn3d"} == {threads}


def test_an_experiment_that_ran_is_planned_from_nothing(config_file, tmp_path: Path) -> None:
    (tmp_path / "data/indian_pines").mkdir(parents=True)
    (tmp_path / "data/indian_pines/source.json").touch()
    assert counts(config_file(models=["rf"]))["fetch"] == 1


def test_features_of_images_are_made_once_for_all_splits(config_file) -> None:
    file = config_file(
        images=["digits"], seeds=[0, 1], features=[{"features": "efficientnet_lite0", "size": 32}],
        models=["linear_head", "softmax"],
    )  # fmt: skip
    assert counts(file) == {
        "experiment": 1, "fetch": 1, "scene": 1, "split": 2, "audit": 2, "features": 1, "train": 4, "predict": 4,
        "evaluate": 4, "compare": 1, "report": 1,
    }  # fmt: skip


def test_command_line_of_snakemake_works_after_a_plan_in_the_same_process(config_file, tmp_path: Path) -> None:
    file = config_file(models=["rf"])
    jobs_of(file)
    done = snakemake("--snakefile", ROOT / "Snakefile", "--configfile", file, "--cores", "1", "-n", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_what_snakemake_cannot_plan_is_said_in_a_sentence(config_file) -> None:
    with pytest.raises(UsageError, match=r"e\.yaml: Snakemake cannot plan it \(.+\); `snakemake -n --configfile"):
        jobs_of(config_file(models=["no_such_model"]))
