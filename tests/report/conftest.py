"""A small finished experiment with figures that are easy to check by hand: 2 splits x 2 seeds x 2 models."""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import pytest

from hsclass.assess.design import assess_map, draw_sample, write_sample
from hsclass.assess.design.places import write_places
from hsclass.assess.suggestion import Suggestions
from hsclass.raster import Grid
from hsclass.report import write_report
from hsclass.report.collect import read_results
from hsclass.report.table import SetResults, set_results
from hsclass.scene import LandCover, Scene, write_classes, write_scene
from hsclass.split import Role, Split, class_shares, write_split

CLASSES = (
    LandCover(1, "<b>Corn", (250, 200, 20)),
    LandCover(2, "Hay & straw", (200, 20, 20)),
    LandCover(4, "Woods", (10, 90, 30)),
)
OA = {
    ("random", "rf"): (0.70, 0.80),
    ("random", "net"): (0.90, 0.94),
    ("blocks", "rf"): (0.40, 0.44),
    ("blocks", "net"): (0.46, 0.50),
}
METHODS = ["raw/rf", "raw/net"]
CONFUSION = [[30, 7, 3], [11, 20, 0], [0, 0, 0]]
"""Rows: reference, columns: predicted; 7 pixels of class 1 were taken for class 2, 11 the other way round."""


def make_scene() -> Scene:
    """Return 12 x 16 pixels, 5 bands; class 1 left, 2 in the middle, 4 right, the last row unlabelled."""
    labels = np.repeat(np.array([[1] * 6 + [2] * 6 + [4] * 4], np.uint8), 12, axis=0)
    labels[-1] = 0
    return Scene(
        name="farm",
        cube=np.random.default_rng(0).integers(100, 4000, (12, 16, 5)).astype(np.uint16),
        labels=labels,
        wavelengths=np.array([470.0, 550.0, 650.0, 800.0, 1600.0]),
        mask=np.ones((12, 16), bool),
        classes=CLASSES,
        title="Test farm",
        source="A. Author: Test farm, 1999",
        digest="abc123",
    )


def make_split(scene: Scene, name: str, seed: int) -> Split:
    """Return training rows 0-2, guard rows 3-7 and test rows 8-10; class 4 is never tested."""
    labels = scene.require_labels()
    roles = np.zeros(labels.shape, np.uint8)
    for rows, role in ((slice(0, 3), Role.TRAIN), (slice(3, 8), Role.GUARD), (slice(8, 11), Role.TEST)):
        roles[rows] = role
    roles[:, 12:][roles[:, 12:] == Role.TEST] = Role.GUARD
    roles[labels == 0] = Role.UNUSED
    shares = class_shares(labels, roles, 0.25, {4: "no region left to test"})
    return Split(roles, 5, name, seed, {"train": 0.25, "validation": 0.0}, name == "random", shares)


def make_audit(name: str) -> dict[str, Any]:
    leaky = name == "random"
    return {
        "window": 5, "n_train": 48, "n_validation": 0, "n_test": 36, "overlap_share": 0.984 if leaky else 0.0,
        "centre_share": 0.75 if leaky else 0.0, "moran_i": -0.0123 if leaky else 0.91, "kl_train": 0.02,
        "kl_test": None, "train_ratio_asked": 0.25, "train_ratio": 0.27, "lost_classes": [4], "leaky": leaky,
        "distance_histogram": {"edges": [1, 2, 3, 4, 5, 6, 7], "counts": [9, 9, 0, 0, 0, 18]},
        "by_window": [
            {"window": 1, "overlap_share": 0.0, "centre_share": 0.0},
            {"window": 5, "overlap_share": 0.984 if leaky else 0.0, "centre_share": 0.75 if leaky else 0.0},
            {"window": 9, "overlap_share": 1.0 if leaky else 0.5, "centre_share": 1.0 if leaky else 0.0},
        ],
    }  # fmt: skip


def make_metrics(name: str, oa: float, reach: int) -> dict[str, Any]:
    """Return figures with intervals from 0.05 below to 0.03 above; far test pixels are 0.2 less accurate."""
    leaky, window = name == "random", 2 * reach + 1
    return {
        "window": 5, "leaky": name == "random", "n_train": 48, "n_validation": 0, "n_test": 71, "oa": oa,
        "aa": oa - 0.1, "kappa": oa - 0.2, "macro_f1": None, "oa_low": oa - 0.05, "oa_high": oa + 0.03,
        "aa_low": oa - 0.15, "aa_high": oa - 0.07, "kappa_low": oa - 0.25, "kappa_high": round(oa - 0.17, 9),
        "macro_f1_low": None, "macro_f1_high": None,
        "interval": {"method": "percentile bootstrap over blocks", "level": 0.95, "blocks": 8, "block_side": 10},
        "classes": [
            {"id": 1, "name": "<b>Corn", "support": 40, "producers_accuracy": 0.75, "users_accuracy": 30 / 41,
             "f1": 0.74, "producers_low": 0.6, "producers_high": 0.86, "users_low": 0.58, "users_high": 0.84},
            {"id": 2, "name": "Hay & straw", "support": 31, "producers_accuracy": 20 / 31, "users_accuracy": 20 / 27,
             "f1": 0.69, "producers_low": 0.47, "producers_high": 0.79, "users_low": None, "users_high": None},
            {"id": 4, "name": "Woods", "support": 0, "producers_accuracy": None, "users_accuracy": 0.0, "f1": None},
        ],
        "confusion": CONFUSION,
        "calibration": {"ece": 0.12, "bins": [
            {"low": 0.5, "high": 0.6, "n": 20, "confidence": 0.55, "accuracy": 0.5},
            {"low": 0.9, "high": 1.0, "n": 51, "confidence": 0.95, "accuracy": oa},
        ]},
        "distance": [
            {"low": 1, "high": 2, "n": 30, "oa": oa, "oa_low": oa - 0.05, "oa_high": oa + 0.03},
            {"low": 4, "high": 8, "n": 40, "oa": oa - 0.2, "oa_low": oa - 0.25, "oa_high": oa - 0.17},
            {"low": 8, "high": None, "n": 1, "oa": 0.0, "oa_low": None, "oa_high": None},
        ],
        "area": {
            "unit": "ha", "total": 12.5, "unsampled_share": 0.1, "oa": oa - 0.04, "oa_low": oa - 0.1, "oa_high": oa,
            "classes": [
                {"id": 1, "name": "<b>Corn", "mapped": 5.0, "area": 6.25, "area_low": 4.0, "area_high": 8.5,
                 "users_accuracy": 0.73, "users_low": 0.58, "users_high": 0.84, "producers_accuracy": 0.7,
                 "producers_low": 0.5, "producers_high": 0.9},
                {"id": 2, "name": "Hay & straw", "mapped": 6.25, "area": 5.0, "area_low": 2.75, "area_high": 7.25,
                 "users_accuracy": 0.74, "users_low": 0.55, "users_high": 0.87, "producers_accuracy": 0.6,
                 "producers_low": 0.4, "producers_high": 0.8},
                {"id": 4, "name": "Woods", "mapped": 1.25, "area": None, "area_low": None, "area_high": None,
                 "users_accuracy": None, "users_low": None, "users_high": None, "producers_accuracy": None,
                 "producers_low": None, "producers_high": None},
            ],
        },
        "leakage": {"reach": reach, "unbounded": False, "window": window,
                    "overlap_share": 0.984 if leaky and reach else 0.0, "centre_share": 0.75 if leaky and reach else 0},
        "fit_scope": {"normalizer": 48, "extractor": 0, "model": 48, "validation": 0},
        "validation": {"n": 20, "oa": oa + 0.2, "aa": oa + 0.1},
    }  # fmt: skip


def make_pooled(method: str, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return all seeds together: mean figures, with intervals from the lowest limit to the highest."""

    def over(name: str, of: Callable[[list[float]], float]) -> float | None:
        values = [run.get(name) for run in runs]
        return None if None in values else of(values)

    names = ("oa", "aa", "kappa", "macro_f1")
    return {
        "method": method, "runs": len(runs), "splits": len(runs), "folds": None, "n_test": 142, "n_samples": 100,
        **{name: over(name, mean) for name in names},
        **{f"{name}_low": over(f"{name}_low", min) for name in names},
        **{f"{name}_high": over(f"{name}_high", max) for name in names},
        "untrained": 0, "trained_oa": over("oa", mean), "classes": runs[0]["classes"],
        "confusion": [[2 * count for count in row] for row in CONFUSION],
        "interval": {"fields": 12, "effective_fields": 10.5} | runs[0]["interval"],
        "spread": {"fields": 0.03, "splits": 0.02, "models": None, "runs": 0.028},
        "fields": [{"field": 3, "class_id": 1, "class_name": "<b>Corn", "row_first": 8, "row_last": 10, "col_first": 0,
                    "col_last": 5, "pixels": 18, "tests": 36, "right": 27, "wrong": 9,
                    "taken_for": "Hay & straw", "taken_for_tests": 8}],
    }  # fmt: skip


def make_gain(here: dict[str, Any], there: dict[str, Any]) -> dict[str, Any]:
    """Return one split against the other, on 40 of 142 tests, with an interval of 0.1 either side."""
    difference = here["oa"] - there["oa"]
    return {
        "method": here["method"], "n_test": 40, "n_here": 142, "n_there": 142, "fields": 9, "effective_fields": 7.5,
        "here": here["oa"], "there": there["oa"], "difference": difference, "low": difference - 0.1,
        "high": difference + 0.1,
    }  # fmt: skip


def make_pair() -> dict[str, Any]:
    return {
        "a": METHODS[0], "b": METHODS[1], "difference": -0.07, "low": -0.12, "high": -0.01, "only_a": 5,
        "only_b": 9, "mcnemar_p": 0.0001, "mcnemar_holm": 0.0002, "p": 0.01, "p_holm": 0.02,
    }  # fmt: skip


VOID = {"meta", "img", "br", "input"}


class Reader(HTMLParser):
    """Collects elements with their attributes and text, and checks that every element is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[dict[str, Any]] = []
        self._open: list[dict[str, Any]] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = {"tag": tag, "text": "", **dict(attrs)}
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append({"tag": tag, "text": "", **dict(attrs)})

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()["tag"] == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element["text"] += data

    def find(self, tag: str, **attributes: str) -> Iterator[dict[str, Any]]:
        for element in self.elements:
            if element["tag"] == tag and attributes.items() <= element.items():
                yield element

    def table(self, caption: str) -> list[list[str]]:
        """Return the cells of the first table whose caption contains `caption`, a list a row."""
        start = next(
            place
            for place, element in enumerate(self.elements)
            if element["tag"] == "table" and caption in element["text"]
        )
        rows: list[list[str]] = []
        for element in self.elements[start + 1 :]:
            if element["tag"] == "table":
                break
            if element["tag"] == "tr":
                rows.append([])
            elif element["tag"] in {"td", "th"} and rows:
                rows[-1].append(" ".join(element["text"].split()))
        return rows


@dataclass
class Experiment:
    """A finished experiment in the current folder."""

    file: Path
    runs: list[dict[str, Any]] = field(default_factory=list)

    def edit(self, name: str, change: Callable[[dict[str, Any]], None], *, split: str | None = None) -> None:
        """Change the JSON file `name` of every run or split folder, or of those of one split."""
        for run in self.runs:
            for folder in (run["split_folder"], run["folder"], run["folder"] + "/model"):
                path = Path(folder) / name
                if path.exists() and split in (None, run["split"]):
                    content = json.loads(path.read_text())
                    change(content)
                    path.write_text(json.dumps(content))
        if name == "metrics.json":
            self.pool()

    def pool(self) -> None:
        """Write the figures of all seeds together into the comparisons, from those of the runs."""
        pooled: dict[str, list[dict[str, Any]]] = {}
        for split in ("random", "blocks"):
            runs = [run for run in self.runs if run["split"] == split]
            for method in dict.fromkeys(f"raw/{run['model']}" for run in runs):
                files = [Path(run["folder"], "metrics.json") for run in runs if f"raw/{run['model']}" == method]
                found = make_pooled(method, [json.loads(file.read_text()) for file in files])
                pooled.setdefault(split, []).append(found)
        for split, found in pooled.items():
            file = self.comparisons / f"{split}.json"
            content = json.loads(file.read_text()) if file.exists() else {
                "n_test": 142, "runs": 2, "blocks": 8, "block_side": 10, "fields": 12, "effective_fields": 10.5,
                "methods": METHODS, "pairs": [make_pair()],
            }  # fmt: skip
            both = zip(found, pooled["blocks"], strict=True) if split == "random" else ()
            gains = [make_gain(*pair) for pair in both if None not in (pair[0]["oa"], pair[1]["oa"])]
            seeds = len({run["seed"] for run in self.runs if run["split"] == split})
            file.write_text(json.dumps(content | {"pooled": found, "gains": gains, "runs": seeds}))

    @property
    def comparisons(self) -> Path:
        """The folder of the models' comparisons on the scene."""
        return self.file.parent / "comparison/farm"

    def deliver(self, *, outside: float) -> Path:
        """Declare that the experiment delivers a map; return its folder, with the card alone."""
        content = json.loads(self.file.read_text())
        self.file.write_text(json.dumps(content | {"final": {"models": ["rf"], "folds": 3}}))
        folder = Path("results/farm/final")
        folder.mkdir(exist_ok=True)
        candidate = {"name": "forest", "model": "rf", "features": "raw", "options": {}, "feature_options": {}}
        choice = {"key": "", "fold": None, "metric": "aa", "candidates": [candidate], "chosen": 0, "n_train": 176}
        (folder / "card.json").write_text(json.dumps({
            "scene": "farm", "shape": [60, 60, 8], "crs": None, "pixel_size": None, "wavelengths": None,
            "scene_digest": "", "labels_digest": "", "model_digest": "", "window": 5,
            "n_labelled": 176, "choice": choice, "fold_choices": ["forest"] * 3, "fold_training": [90, 101, 96],
            "folds": 3, "sampler": "regions",
            "metrics": make_metrics("blocks", 0.6, 0), "untrained": 0, "design": "What it is.", "classes": [],
            "applicability": {"threshold": 0.5, "outside": outside}, "limits": [], "versions": {},
        }))  # fmt: skip
        return folder

    def suggest(self, pixels: list[tuple[int, int]]) -> None:
        """Add places to label next, of class 2, to the delivered map."""
        self._final({"suggest": 20})
        number = len(pixels)
        found = Suggestions(
            np.array(pixels), np.full(number, 2), np.full(number, 0.25), np.full(number, 1.5), np.ones(number),
            np.ones(number, int), Grid(),
        )  # fmt: skip
        found.write(self._map().with_name("drawn") / "suggestions.gpkg")

    def assess(self) -> None:
        """Add an assessment: 20 points a class, of which 5 of class 1, a quarter of the map, are class 2 in truth."""
        self._final({"assess": "labelled.csv"})
        file = self._map()
        drawn = draw_sample(file, size=40, seed=7, allocation="equal")
        wrong = np.flatnonzero(drawn.strata == 1)[:5]
        truth = np.where(np.isin(np.arange(40), wrong), 2, drawn.strata)
        ids = np.arange(1, 41)
        write_sample(drawn, "labelled.csv")
        write_places("labelled.csv", drawn.grid, drawn.places, {"id": ids, "reference": truth.astype(str)})
        found = assess_map("labelled.csv", file)
        file.with_name("assessment.json").write_text(json.dumps(found.as_dict()))

    def _final(self, keys: dict[str, Any]) -> None:
        content = json.loads(self.file.read_text())
        self.file.write_text(json.dumps(content | {"final": content["final"] | keys}))

    def _map(self) -> Path:
        file = Path("results/farm/final/map.tif")
        values = np.repeat(np.array([[1, 2]], np.uint8), [4, 12], axis=1).repeat(12, axis=0)
        write_classes(file, values, classes=CLASSES, grid=Grid())
        return file

    def make_matched(self) -> None:
        """Declare the leaky split the matched random split of the other one."""
        content = json.loads(self.file.read_text())
        content["splits"][0] = {"sampler": "matched_random", "name": "random", "options": {"of": "blocks"}}
        self.file.write_text(json.dumps(content))


def write_run(run: dict[str, Any], scene: Scene, oa: float) -> None:
    folder = Path(run["folder"])
    (folder / "model").mkdir(parents=True)
    net = run["model"] == "net"
    labels = scene.require_labels()
    write_classes(folder / "map.tif", np.where(labels == 0, 2, labels).astype(np.uint8), classes=CLASSES, grid=Grid())
    files = {
        "metrics.json": make_metrics(run["split"], oa, 2 if net else 0),
        "map.json": {"seconds": 0.5, "peak_memory_mb": 300.0, "pixels_per_second": 384.0},
        "model/training.json": {
            "seconds": 62.25 if net else 1.5, "peak_memory_mb": 1500.0, "epochs": 4 if net else None,
            "best_epoch": 3 if net else None, "parameters": 4711 if net else None, "device": "CPU", "threads": 2,
            "backend": "tensorflow" if net else None,
            "facts": {"optimizer": "adam", "learning rate": "0.001"} if net else {"trees": "200"},
        },
        "model/model.json": {
            "model": run["model"], "options": {}, "features": "raw", "feature_options": {},
            "normalization": {"kind": "standard"}, "reach": 2 if net else 0, "window": 3, "bands": 4, "n_features": 4,
            "classes": [], "scene": "farm", "scene_digest": "", "fit_scope": {}, "seed": run["seed"],
            "split": {"sampler": run["split"], "seed": run["seed"], "leaky": False, "sha256": ""},
            "versions": {"hsclass": "0.1.0", "numpy": "2.4.6"},
        },
    }  # fmt: skip
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    if net:
        rows = "1,1.9,0.3,2.0,0.2\n2,1.2,0.5,1.6,0.4\n3,0.8,0.7,1.2,0.5\n4,0.5,0.8,,\n"
        (folder / "model/history.csv").write_text("epoch,loss,accuracy,val_loss,val_accuracy\n" + rows)


def read_set(experiment: Experiment) -> SetResults:
    """Return the results on the scene of the experiment, read anew."""
    (found,) = set_results(read_results(experiment.file))
    return found


@pytest.fixture(name="read_set")
def read_set_fixture() -> Callable[[Experiment], SetResults]:
    """Return `read_set` for tests, which cannot import this file."""
    return read_set


@pytest.fixture(scope="session")
def make_images() -> type[Experiment]:
    """The class of a finished experiment, for one that a test writes itself."""
    return Experiment


@pytest.fixture(scope="session")
def parsed() -> type[Reader]:
    """What reads a page back."""
    return Reader


@pytest.fixture(scope="session")
def read() -> Callable[[Experiment], Reader]:
    """Write the report of an experiment into the folder out, and return its page."""

    def run(experiment: Experiment) -> Reader:
        write_report(experiment.file, Path("out"))
        return Reader(Path("out/index.html").read_text(encoding="utf-8"))

    return run


@pytest.fixture(scope="session")
def make_finished() -> Callable[[], Experiment]:
    """Return `make_experiment` for tests that need it in a folder of their own."""
    return make_experiment


@pytest.fixture
def experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Experiment:
    """A finished experiment in a fresh current folder."""
    monkeypatch.chdir(tmp_path)
    return make_experiment()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, read: Callable[[Experiment], Reader]) -> Iterator[Reader]:
    """The page of the experiment as it is, for tests that change nothing; the current folder holds its files."""
    with contextlib.chdir(tmp_path_factory.mktemp("written")):
        yield read(make_experiment())


def make_experiment() -> Experiment:
    """Leave a finished experiment in the current folder."""
    scene = make_scene()
    write_scene(scene, "results/farm")
    made = Experiment(Path("reports/farm/experiment.json"))
    for split in ("random", "blocks"):
        for seed in (0, 1):
            split_folder = f"results/farm/{split}-{seed}"
            write_split(make_split(scene, split, seed), Path(split_folder) / "split.tif")
            Path(split_folder, "audit.json").write_text(json.dumps(make_audit(split)))
            for model in ("rf", "net"):
                run = {
                    "scene": "farm", "split": split, "seed": seed, "features": "raw", "model": model,
                    "scene_folder": "results/farm", "split_folder": split_folder,
                    "folder": f"{split_folder}/raw/{model}",
                }  # fmt: skip
                write_run(run, scene, OA[split, model][seed])
                made.runs.append(run)
    made.comparisons.mkdir(parents=True)
    made.pool()
    made.file.write_text(
        json.dumps({
            "experiment": "farm", "window": 5, "fractions": {"train": 0.25, "validation": 0.0}, "seeds": [0, 1],
            "hsclass": "0.1.0", "scenes": [{"scene": "farm", "name": "farm", "options": {"rows": None}}],
            "splits": [
                {"sampler": "random", "name": "random", "options": {"strategy": "stratified"}},
                {"sampler": "dbscan_area", "name": "blocks", "options": {}},
            ],
            "features": [{"features": "raw", "name": "raw", "options": {}}],
            "models": [
                {"model": "rf", "name": "rf", "options": {"trees": 200}},
                {"model": "cnn3d", "name": "net", "options": {"epochs": 4, "patience": None}},
            ],
            "runs": made.runs,
        })
    )  # fmt: skip
    return made
