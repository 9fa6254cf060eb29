"""The quick experiment end to end, and what makes it run again."""

import csv
import json
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio

from hsclass.assess.design import design_file
from hsclass.assess.design.files import read_design
from hsclass.assess.design.places import read_places, write_places
from hsclass.planning.estimate import estimate

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.xdist_group("workflow"),
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
]

SPLITS = ("regions", "regions_matched_apart", "regions_matched_random")
DELIVERED = {"deliver_fold": 3, "deliver": 1, "suggest": 1}


def jobs(output: str) -> dict[str, int]:
    """The job counts that snakemake -n prints, by rule, without `all`."""
    table = re.search(r"Job stats:\njob +count\n[- ]+\n(.*?)\ntotal", output, re.DOTALL)
    rows = dict(line.split() for line in table[1].splitlines()) if table else {}
    return {rule: int(count) for rule, count in rows.items() if rule != "all"}


def test_accuracy_table_has_a_row_for_every_run(quick: Path) -> None:
    with (quick / "reports/quick/accuracy.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:16] == [
        "scene",
        "sampler",
        "seed",
        "window",
        "features",
        "model",
        "n_train",
        "n_test",
        "oa",
        "aa",
        "kappa",
        "oa_low",
        "oa_high",
        "train_seconds",
        "map_seconds",
        "leaky",
    ]
    assert {(row["sampler"], row["model"]) for row in rows} == {
        (sampler, model) for sampler in SPLITS for model in ("rf", "svm", "cnn3d")
    }
    assert {row["sampler"]: row["leaky"] for row in rows} == {
        "regions": "false", "regions_matched_apart": "false", "regions_matched_random": "true",
    }  # fmt: skip


def test_snakemakes_own_report_has_the_page_tables_splits_runs_and_differences(quick: Path, snakemake) -> None:
    done = snakemake(quick, "--report", "report.zip")
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(quick / "report.zip") as packed:
        names = [Path(name).name for name in packed.namelist()]
        text = next(packed.read(name).decode() for name in packed.namelist() if name.endswith("report.html"))
    assert (names.count("audit.json"), names.count("metrics.json"), names.count("index.html")) == (3, 9, 1)
    for category in ("Report", "Tables", "Splits", "Runs", "Differences", "Delivered map"):
        assert f'"{category}": {{' in text
    assert "Audit of split regions, seed 0, of indian_pines_cut" in text


def test_accuracy_in_the_table_is_that_of_the_map_on_the_test_pixels(quick: Path) -> None:
    with (quick / "reports/quick/accuracy.csv").open() as file:
        rows = list(csv.DictReader(file))
    scene = quick / "results/indian_pines_cut"
    labels = rasterio.open(scene / "labels.tif").read(1)
    for row in rows:
        split = scene / f"{row['sampler']}-{row['seed']}"
        test = rasterio.open(split / "split.tif").read(1) == 3
        predicted = rasterio.open(split / row["features"] / row["model"] / "map.tif").read(1)
        assert float(row["oa"]) == pytest.approx(np.mean(predicted[test] == labels[test]), abs=1e-6)
        assert int(row["n_test"]) == test.sum()


def test_only_the_matched_random_split_leaks(quick: Path) -> None:
    shares = {
        sampler: json.loads((quick / f"results/indian_pines_cut/{sampler}-0/audit.json").read_text())["overlap_share"]
        for sampler in SPLITS
    }
    assert shares["regions_matched_random"] > 0.95
    assert shares["regions"] == shares["regions_matched_apart"] == 0


def test_matched_splits_have_the_counts_and_test_pixels_of_the_other(quick: Path) -> None:
    scene = quick / "results/indian_pines_cut"
    labels = rasterio.open(scene / "labels.tif").read(1)
    safe, apart, random = (rasterio.open(scene / f"{name}-0/split.tif").read(1) for name in SPLITS)
    for matched in (apart, random):
        for identity in np.unique(labels[labels > 0]):
            counts = [np.bincount(roles[labels == identity], minlength=5)[1:3].tolist() for roles in (safe, matched)]
            assert counts[0] == counts[1]
        assert (safe[matched == 3] == 3).all()
    np.testing.assert_array_equal(apart == 3, random == 3)


def test_every_figure_has_its_conditions(quick: Path) -> None:
    for path in quick.glob("results/*/*/*/*/metrics.json"):
        figures = json.loads(path.read_text())
        assert figures["fit_scope"]["model"] == figures["n_train"]
        assert figures["checks"] == []
        reach = 3 if path.parent.name == "cnn3d" else 0
        assert figures["leakage"]["reach"] == reach
        leaks = figures["leaky"] and reach > 0
        assert (figures["leakage"]["overlap_share"] > 0.95) == leaks
        assert figures["calibration"] is not None


def test_models_are_compared_in_pairs_under_each_split(quick: Path) -> None:
    for split in SPLITS:
        found = json.loads((quick / f"reports/quick/comparison/indian_pines_cut/{split}.json").read_text())
        assert [(pair["a"], pair["b"]) for pair in found["pairs"]] == [
            ("raw/rf", "raw/svm"), ("raw/rf", "raw/cnn3d"), ("raw/svm", "raw/cnn3d"),
        ]  # fmt: skip
        rf, svm = (
            json.loads((quick / f"results/indian_pines_cut/{split}-0/raw/{model}/metrics.json").read_text())["oa"]
            for model in ("rf", "svm")
        )
        assert found["pairs"][0]["difference"] == pytest.approx(rf - svm, abs=1e-9)


def test_report_is_there_and_self_contained(quick: Path) -> None:
    page = (quick / "reports/quick/index.html").read_text()
    assert "indian_pines_cut" in page
    page = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)  # the map library's code holds a link to its home
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page)


def test_second_run_does_nothing(quick: Path, snakemake) -> None:
    done = snakemake(quick, "--dry-run")
    assert "Nothing to be done" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "again"),
    [
        ("models/forest.py", {"train": 3, "predict": 3, "evaluate": 3, "compare": 3, "report": 1}),
        ("models/cnn3d.py", {"train": 3, "predict": 3, "evaluate": 3, "compare": 3, "report": 1}),
        ("learning/recipes.py", {"train": 3, "predict": 3, "evaluate": 3, "compare": 3, "report": 1}),
        ("predict/stream.py", {"predict": 9, "evaluate": 9, "compare": 3, **DELIVERED, "report": 1}),
        ("assess/confusion.py", {"evaluate": 9, "compare": 3, **DELIVERED, "report": 1}),
        ("final/choice.py", {**DELIVERED, "report": 1}),
        ("audit/__init__.py", {"audit": 3, "train": 9, "predict": 9, "evaluate": 9, "compare": 3, "report": 1}),
        (
            "samplers/matched.py",
            {"split": 2, "audit": 2, "train": 6, "predict": 6, "evaluate": 6, "compare": 2, "report": 1},
        ),
        (
            "samplers/whole_fields.py",
            {"split": 3, "audit": 3, "train": 9, "predict": 9, "evaluate": 9, "compare": 3, **DELIVERED, "report": 1},
        ),
        ("experiment.py", {}),
        ("cli/figures.py", {}),
    ],
)
def test_edit_of_a_module_reruns_just_the_stages_that_depend_on_it(
    quick: Path, snakemake, library: Path, monkeypatch, module: str, again: dict[str, int]
) -> None:
    with (library / "hsclass" / module).open("a") as file:
        file.write("\nEDITED = True\n")
    monkeypatch.setattr("hsclass.sources._PACKAGE", library / "hsclass")
    done = snakemake(quick, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert jobs(done.stdout + done.stderr) == again


@pytest.mark.parametrize(
    ("given", "edited", "again"),
    [
        ("trees: 50", "trees: 51", {"train": 3, "predict": 3, "evaluate": 3, "compare": 3}),
        ("epochs: 2}", "epochs: 2, l2: 0.1}", {"train": 3, "predict": 3, "evaluate": 3, "compare": 3}),
        ("folds: 2}", "folds: 2, metric: aa}", DELIVERED),
        ("final: {", "training: {strategy: single, wait: 600}\nfinal: {", {}),
        (
            "  - regions\n",
            "  - {sampler: regions, smallest_first: 0.5}\n",
            {"split": 3, "audit": 3, "train": 9, "predict": 9, "evaluate": 9, "compare": 3},
        ),
    ],
)
def test_edit_of_the_experiment_reruns_the_jobs_that_depend_on_it(
    quick: Path, snakemake, tmp_path: Path, given: str, edited: str, again: dict[str, int]
) -> None:
    content = (ROOT / "config/quick.yaml").read_text()
    assert given in content
    file = tmp_path / "quick.yaml"
    file.write_text(content.replace(given, edited, 1))
    done = snakemake(quick, "--dry-run", config=file)
    assert done.returncode == 0, done.stderr
    assert jobs(done.stdout + done.stderr) == {"experiment": 1, **again, "report": 1}


def test_edit_of_comments_and_docstrings_reruns_nothing(quick: Path, snakemake, library: Path) -> None:
    for module in ("models/forest.py", "samplers/whole_fields.py", "predict/stream.py", "assess/confusion.py"):
        path = library / "hsclass" / module
        path.write_text("# by somebody\n" + path.read_text().replace('"""', '"""Edited: ', 1) + "\n# an edit\n")
    done = snakemake(quick, "--dry-run", library=library)
    assert "Nothing to be done" in done.stdout + done.stderr


def test_estimate_has_a_basis_for_every_job_once_all_were_timed(quick: Path) -> None:
    found = estimate(ROOT / "config/quick.yaml", cores=2, folder=quick)
    assert [rule.rule for rule in found.rules if rule.seconds is None] == []
    assert {rule.basis for rule in found.rules} == {"same"}


def test_sample_is_drawn_labelled_and_assessed_in_the_report(quick: Path, snakemake, tmp_path: Path) -> None:
    """Labelled as the map is, but for every fifth point, which is another class: OA near 0.8."""
    folder = tmp_path / "run"
    shutil.copytree(quick, folder)
    file = folder / "own.yaml"
    content = (ROOT / "config/quick.yaml").read_text()
    drawn = folder / "results/indian_pines_cut/final/sample.gpkg"
    file.write_text(content.replace("final: {", "final: {sample: 500, "))
    done = snakemake(folder, "--until", "sample", config=file)
    assert done.returncode == 0, done.stderr
    design = read_design(design_file(drawn))
    with rasterio.open(drawn.with_name("map.tif")) as source:
        labels = source.read(1)[tuple(design.pixels.T)]
    ids = np.arange(1, len(labels) + 1)
    classes = np.unique(labels)
    labels[::5] = classes[(np.searchsorted(classes, labels[::5]) + 1) % len(classes)]
    write_places(folder / "my labels.csv", design.grid, design.places, {"id": ids, "reference": labels.astype(str)})
    shutil.copy(design_file(drawn), folder / "my labels.design.json")
    file.write_text(content.replace("final: {", "final: {assess: my labels.csv, "))
    done = snakemake(folder, config=file)
    assert done.returncode == 0, done.stderr
    done = snakemake(folder, "--dry-run", config=file)
    assert "Nothing to be done" in done.stdout + done.stderr
    found = json.loads((folder / "reports/quick/results.json").read_text())["sets"][0]["delivered"]["assessment"]
    assert found["n"] == len(ids)
    assert 0.7 < found["oa_low"] < 0.8 < found["oa_high"] < 0.9
    assert "A probability sample of it gives a design-based OA" in (folder / "reports/quick/index.html").read_text()


def test_labels_stay_when_a_job_of_a_cluster_makes_suggestions_again(quick: Path, snakemake, tmp_path: Path) -> None:
    """On a cluster Snakemake removes the outputs of a job twice: where it was submitted and where it runs."""
    folder = tmp_path / "run"
    shutil.copytree(quick, folder)
    final = folder / "results/indian_pines_cut/final"
    about, _, places, fields = pyogrio.raw.read(final / "suggestions.gpkg")
    fields[list(about["fields"]).index("reference")][0] = "corn"
    pyogrio.raw.write(final / "suggestions.gpkg", places, fields, about["fields"], geometry_type="Point", crs=None)
    file = folder / "own.yaml"
    file.write_text((ROOT / "config/quick.yaml").read_text().replace("final: {", "final: {suggest: 3, "))
    submit = """sh -c 'sh "$0" >/dev/null 2>&1; echo 1'"""
    cluster = ["--executor", "cluster-generic", "--cluster-generic-submit-cmd", submit, "--jobs", "1", "--retries", "1"]
    done = snakemake(folder, "--until", "suggest", *cluster, "--seconds-between-status-checks", "1", config=file)
    assert done.returncode == 0, done.stderr
    assert read_places(final / "suggestions.gpkg")[0]["reference"] == ["corn", *[""] * 19]
    assert len(read_places(final / "drawn/suggestions.gpkg")[0]["reference"]) == 3
    log = (folder / "logs/suggest/indian_pines_cut.log").read_text()
    assert "suggestions.gpkg: holds 1 labels or notes that somebody filled in" in log


def test_every_rule_prints_a_command_that_can_be_pasted(quick: Path, snakemake) -> None:
    done = snakemake(quick, "--dry-run", "--forceall", "--printshellcmds")
    assert done.returncode == 0, done.stderr
    commands = re.findall(r"Shell command: (?:printf %s .* \| )?hsclass (\w+) ", done.stdout + done.stderr)
    assert set(commands) == {
        "fetch", "scene", "split", "audit", "train", "predict", "evaluate", "compare", "deliver", "suggest",
        "experiment", "report",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("window: 8", "must be odd; take 7 or 9"),
        ("windows: 9", "unknown option 'windows'"),
        ("models: [forest]", "unknown model 'forest': expected one of ann, "),
        ("scenes: [pavia]", "unknown"),
    ],
)
def test_wrong_config_is_one_sentence_before_any_job(tmp_path: Path, snakemake, change: str, sentence: str) -> None:
    key = change.split(":", maxsplit=1)[0]
    lines = ["experiment: wrong", "scenes: [indian_pines]", "splits: [random]", "models: [rf]", "window: 9"]
    config = tmp_path / "wrong.yaml"
    config.write_text("\n".join([line for line in lines if not line.startswith(f"{key}:")] + [change]))
    done = snakemake(tmp_path, config=config, starts_jobs=False)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "results").exists()
