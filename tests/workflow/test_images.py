"""Whole images end to end: from a folder and lists to the report."""

import csv
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hsclass.planning.estimate import estimate

pytestmark = pytest.mark.xdist_group("workflow")

EXPERIMENT = """
experiment: tiny
images:
  - {{images: {folder}, name: tiny, train_list: train.csv, validation_list: validation.csv, test_list: test.csv}}
seeds: [0]
fractions: {{train: 0.6, validation: 0.2}}
splits: [lists, random]
models:
  - {{model: dense, hidden: [8], grey: false, size: 8, epochs: 3, with_validation: true}}
training: {{strategy: single, gpus: 0}}
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, snakemake) -> tuple[Path, Path]:
    """Return the folder of a run and its experiment file."""
    home = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    lists: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    for kind, level in (("dark", 40), ("light", 200)):
        (home / "tiles" / kind).mkdir(parents=True)
        for number in range(10):
            pixels = rng.normal(level, 30, (12, 12, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(home / "tiles" / kind / f"{number}.jpg")
            part = "train" if number < 6 else "validation" if number < 8 else "test"
            lists[part].append(f"{kind}/{number}.tif,{kind}")
    for part, lines in lists.items():
        (home / f"{part}.csv").write_text("\n".join(lines))
    config = home / "tiny.yaml"
    config.write_text(EXPERIMENT.format(folder=home / "tiles"))
    done = snakemake(home, config=config)
    assert done.returncode == 0, done.stdout + done.stderr
    return home, config


def test_table_has_the_fixed_columns_and_the_accuracy_of_the_predictions(finished) -> None:
    home, _ = finished
    with (home / "reports/tiny/accuracy.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:16] == [
        "scene", "sampler", "seed", "window", "features", "model", "n_train", "n_test", "oa", "aa", "kappa", "oa_low",
        "oa_high", "train_seconds", "map_seconds", "leaky",
    ]  # fmt: skip
    assert [(row["scene"], row["sampler"], row["features"], row["model"]) for row in rows] == [
        ("tiny", sampler, "raw", "dense") for sampler in ("lists", "random")
    ]
    for row in rows:
        folder = home / f"results/tiny/{row['sampler']}-0/raw/dense"
        with (folder / "predictions.csv").open() as file:
            found = [(line["path"].split("/")[0], line["class"]) for line in csv.DictReader(file)]
        assert len(found) == int(row["n_test"]) == 4
        assert float(row["oa"]) == sum(truth == said for truth, said in found) / 4
        assert row["window"] == ""
        assert json.loads((folder / "metrics.json").read_text())["checks"] == []


def test_report_is_self_contained_and_second_run_does_nothing(finished, snakemake) -> None:
    home, config = finished
    page = (home / "reports/tiny/index.html").read_text()
    assert "tiles" in page
    assert "<td>12 + 4</td>" in page  # a model that was asked to learns from the validation images, too
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page)
    assert json.loads((home / "results/tiny/lists-0/audit.json").read_text())["published"]
    done = snakemake(home, "--dry-run", config=config)
    assert "Nothing to be done" in done.stdout + done.stderr
    done = snakemake(home, "--dry-run", "--printshellcmds", "--forcerun", "train", config=config)
    assert done.stdout.count(" --strategy single --seed 0") == 2


def test_model_is_trained_on_features_with_options_that_were_computed_before(
    finished, snakemake, tmp_path: Path
) -> None:
    config = finished[1]
    home = shutil.copytree(finished[0], tmp_path / "again")  # the jobs of the other are counted
    other = home / "features.yaml"
    options = "{features: efficientnet_lite0, name: random, weights: none, size: 32}"
    models = "models: [linear_head]\nfeatures: [" + options + "]\n"
    other.write_text(
        re.sub(r"models:\n.*\n", models, config.read_text()).replace("tiny\nimages", "of_features\nimages")
    )
    done = snakemake(home, "--printshellcmds", "results/tiny/random-0/random/linear_head/model", config=other)
    assert done.returncode == 0, done.stdout + done.stderr
    card = json.loads((home / "results/tiny/random-0/random/linear_head/model/model.json").read_text())
    assert card["image_features"]["options"]["weights"] == "none"
    assert card["image_features"]["size"] == 32


def test_estimate_has_a_basis_once_all_jobs_were_timed(finished) -> None:
    home, config = finished
    found = estimate(config, cores=2, folder=home)
    assert {rule.basis for rule in found.rules} == {"same"}
    assert sum(rule.jobs for rule in found.rules) == found.timed == 16
