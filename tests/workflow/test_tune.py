"""A small experiment whose models are searched before they are trained."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from hsclass.planning.dag import planned_jobs

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.xdist_group("workflow"),
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
]
CONFIG = """
experiment: tuned
scenes:
  - {scene: indian_pines, name: cut, rows: [60, 145], cols: [0, 80]}
window: 5
seeds: [0]
splits: [dbscan_area]
models:
  - {model: rf, trees: 10}
  - {model: svm, gamma: scale, tune: {trials: 3, folds: 2, workers: 2}}
"""
TUNED = "results/cut/dbscan_area-0/raw/svm/tuned"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("config") / "tuned.yaml"
    file.write_text(CONFIG)
    return file


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory, snakemake, config: Path) -> Path:
    """Return the folder in which the experiment has been run to its end."""
    folder = tmp_path_factory.mktemp("tuned")
    done = snakemake(folder, config=config)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def jobs(output: str) -> dict[str, int]:
    """The job counts that snakemake -n prints, by rule, without `all`."""
    table = re.search(r"Job stats:\njob +count\n[- ]+\n(.*?)\ntotal", output, re.DOTALL)
    rows = dict(line.split() for line in table[1].splitlines()) if table else {}
    return {rule: int(count) for rule, count in rows.items() if rule != "all"}


def test_the_winner_is_trained(tuned: Path) -> None:
    best = yaml.safe_load((tuned / TUNED / "best.yaml").read_text())
    trained = json.loads((tuned / "results/cut/dbscan_area-0/raw/svm/model/model.json").read_text())
    assert trained["options"] == {key: value for key, value in best.items() if key != "model"}
    assert best["gamma"] == "scale"
    with (tuned / TUNED / "trials.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["trial"] for row in rows] == ["0", "1", "2"]
    assert "gamma" not in rows[0]
    assert best["c"] in {float(row["c"]) for row in rows}
    assert not (tuned / "results/cut/dbscan_area-0/raw/rf/tuned").exists()


def test_two_workers_tried_what_was_asked_for(tuned: Path) -> None:
    own = [json.loads((tuned / TUNED / f"worker-{worker}.json").read_text())["trials"] for worker in (0, 1)]
    assert sorted(own[0] + own[1]) == [0, 1, 2]


def test_second_run_does_nothing(tuned: Path, snakemake, config: Path) -> None:
    done = snakemake(tuned, "--dry-run", config=config)
    assert "Nothing to be done" in done.stdout + done.stderr


def test_estimate_counts_the_jobs_that_snakemake_plans(tuned: Path, snakemake, config: Path) -> None:
    done = snakemake(tuned, "--dry-run", "--forceall", config=config)
    assert Counter(job.rule for job in planned_jobs(config, cores=2)) == jobs(done.stdout + done.stderr)


@pytest.mark.parametrize(
    ("module", "again"),
    [
        (
            "tuning/scoring.py",
            {"tune": 2, "winner": 1, "train": 1, "predict": 1, "evaluate": 1, "compare": 1, "report": 1},
        ),
        (
            "models/svm.py",
            {"tune": 2, "winner": 1, "train": 1, "predict": 1, "evaluate": 1, "compare": 1, "report": 1},
        ),
        ("models/forest.py", {"train": 1, "predict": 1, "evaluate": 1, "compare": 1, "report": 1}),
    ],
)
def test_edit_of_a_module_searches_again_only_what_it_touches(
    tuned: Path, snakemake, config: Path, library: Path, module: str, again: dict[str, int]
) -> None:
    with (library / "hsclass" / module).open("a") as file:
        file.write("\nEDITED = True\n")
    done = snakemake(tuned, "--dry-run", config=config, library=library)
    assert done.returncode == 0, done.stderr
    assert jobs(done.stdout + done.stderr) == again


def test_more_trials_search_on(tuned: Path, snakemake, config: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.yaml"
    more.write_text(config.read_text().replace("trials: 3", "trials: 4"))
    done = snakemake(tuned, "--dry-run", config=more)
    assert jobs(done.stdout + done.stderr)["tune"] == 2


def test_report_shows_the_search(tuned: Path) -> None:
    page = (tuned / "reports/tuned/index.html").read_text()
    assert '<section id="search"' in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("tune: {trial: 3}", "model svm: tune: unknown option 'trial'"),
        ("tune: {sampler: random}", "search: option 'sampler' is 'random', which leaks"),
    ],
)
def test_impossible_search_is_one_sentence_before_any_job(
    tmp_path: Path, snakemake, config: Path, change: str, sentence: str
) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(re.sub(r"tune: \{.*?\}", change, config.read_text()))
    done = snakemake(tmp_path, config=wrong, starts_jobs=False)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert not (tmp_path / "results").exists()
