"""A small finished experiment with figures that are easy to check by hand: 2 splits x 2 seeds x 2 models."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsclass.raster import Grid
from hsclass.scene import LandCover, Scene, write_classes, write_scene
from hsclass.split import Role, Split, account, write_split

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
    shares = account(labels, roles, 0.25, {4: "no region left to test"})
    return Split(roles, 5, name, seed, {"train": 0.25, "validation": 0.0}, name == "random", shares)


def make_audit(name: str) -> dict[str, Any]:
    leaky = name == "random"
    return {
        "window": 5, "n_train": 48, "n_validation": 0, "n_test": 36, "overlap_share": 0.984 if leaky else 0.0,
        "centre_share": 0.75 if leaky else 0.0, "moran_i": -0.0123 if leaky else 0.91, "kl_train": 0.02,
        "kl_test": None, "train_ratio_asked": 0.25, "train_ratio": 0.27, "lost_classes": [4], "leaky": leaky,
        "distance_histogram": {"edges": [1, 2, 3, 4, 5, 6, 7], "counts": [9, 9, 0, 0, 0, 18]},
    }  # fmt: skip


def make_metrics(name: str, oa: float) -> dict[str, Any]:
    return {
        "window": 5, "leaky": name == "random", "n_train": 48, "n_validation": 0, "n_test": 71, "oa": oa,
        "aa": oa - 0.1, "kappa": oa - 0.2, "macro_f1": None, "oa_low": oa - 0.05, "oa_high": oa + 0.03,
        "interval": {"method": "percentile bootstrap over blocks", "level": 0.95, "blocks": 8, "replicates": 2000},
        "classes": [
            {"id": 1, "name": "<b>Corn", "support": 40, "producers_accuracy": 0.75, "users_accuracy": 30 / 41,
             "f1": 0.74},
            {"id": 2, "name": "Hay & straw", "support": 31, "producers_accuracy": 20 / 31, "users_accuracy": 20 / 27,
             "f1": 0.69},
            {"id": 4, "name": "Woods", "support": 0, "producers_accuracy": None, "users_accuracy": 0.0, "f1": None},
        ],
        "confusion": CONFUSION,
    }  # fmt: skip


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


def write_run(run: dict[str, Any], scene: Scene, oa: float) -> None:
    folder = Path(run["folder"])
    (folder / "model").mkdir(parents=True)
    net = run["model"] == "net"
    labels = scene.require_labels()
    write_classes(folder / "map.tif", np.where(labels == 0, 2, labels).astype(np.uint8), classes=CLASSES, grid=Grid())
    files = {
        "metrics.json": make_metrics(run["split"], oa),
        "map.json": {"seconds": 0.5, "peak_memory_mb": 300.0, "pixels_per_second": 384.0},
        "model/training.json": {
            "seconds": 62.25 if net else 1.5, "peak_memory_mb": 1500.0, "epochs": 4 if net else None,
            "best_epoch": 3 if net else None, "parameters": 4711 if net else None, "device": "CPU", "threads": 2,
            "backend": "tensorflow" if net else None,
            "facts": {"optimizer": "adam", "learning rate": "0.001"} if net else {"trees": "200"},
        },
        "model/model.json": {
            "model": run["model"], "options": {}, "features": "raw", "feature_options": {},
            "normalization": {"kind": "standard"}, "reach": 2 if net else 0,
            "versions": {"hsclass": "0.1.0", "numpy": "2.4.6"},
        },
    }  # fmt: skip
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    if net:
        rows = "1,1.9,0.3,2.0,0.2\n2,1.2,0.5,1.6,0.4\n3,0.8,0.7,1.2,0.5\n4,0.5,0.8,,\n"
        (folder / "model/history.csv").write_text("epoch,loss,accuracy,val_loss,val_accuracy\n" + rows)


@pytest.fixture
def experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Experiment:
    """A finished experiment in a fresh current folder."""
    monkeypatch.chdir(tmp_path)
    scene = make_scene()
    write_scene(scene, "results/farm")
    made = Experiment(Path("reports/farm/experiment.json"))
    for split in ("random", "blocks"):
        for seed in (0, 1):
            split_folder = f"results/farm/{split}-{seed}"
            write_split(make_split(scene, split, seed), Path(split_folder) / "split.tif", grid=Grid())
            Path(split_folder, "audit.json").write_text(json.dumps(make_audit(split)))
            for model in ("rf", "net"):
                run = {
                    "scene": "farm", "split": split, "seed": seed, "features": "raw", "model": model,
                    "scene_folder": "results/farm", "split_folder": split_folder,
                    "folder": f"{split_folder}/raw/{model}",
                }  # fmt: skip
                write_run(run, scene, OA[split, model][seed])
                made.runs.append(run)
    made.file.parent.mkdir(parents=True)
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
