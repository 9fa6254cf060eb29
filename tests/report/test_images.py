"""The report on an image set: the parts of scenes that have a meaning for images, near-duplicates and mistakes."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hsclass.samples import ImageRecord, ImageSamples, write_index
from hsclass.scene import LandCover
from hsclass.split import Role, Split, write_split

CLASSES = (LandCover(1, "field", (40, 160, 40)), LandCover(2, "roof", (180, 60, 50)))


def metrics(oa: float | None, **changes: Any) -> dict[str, Any]:
    figures = {"producers_accuracy": oa, "users_accuracy": oa, "f1": oa}
    return {
        "n_train": 4, "n_validation": 1, "n_test": 4, "oa": oa, "aa": oa, "kappa": oa, "macro_f1": 0.7, "oa_low": 0.3,
        "oa_high": 0.95, "interval": {"method": "Wilson's limits", "level": 0.95},
        "classes": [{"id": each.id, "name": each.name, "support": 2, **figures} for each in CLASSES],
        "confusion": [[2, 0], [1, 1]], "calibration": {"ece": 0.2, "bins": [
            {"low": 0.5, "high": 1.0, "n": 4, "confidence": 0.8, "accuracy": 0.75}]},
        "mistakes": [{"path": "roof/3.png", "truth": ["roof"], "predicted": ["field"], "confidence": 0.81}], **changes,
    }  # fmt: skip


def write(path: str, content: dict[str, Any]) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(content))


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_images):
    """A finished experiment on 9 images of 2 classes, 1 split and 2 models, in a fresh current folder."""
    monkeypatch.chdir(tmp_path)
    paths = [f"{CLASSES[place % 2].name}/{place}.png" for place in range(9)]
    for place, path in enumerate(paths):
        Path("tiles", path).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((8, 8, 3), CLASSES[place % 2].color, np.uint8)).save(Path("tiles", path))
    records = tuple(ImageRecord(path, (Path(path).parent.name,), "", (8, 8, 3), path, "0" * 16) for path in paths)
    samples = ImageSamples("tiles", Path("tiles").resolve(), records, CLASSES)
    about = {
        "title": "Test tiles", "origin": "A. Author: Test tiles", "counts": {"field": 5, "roof": 4}, "identical": [],
        "shape": [8, 8, 3], "empty_classes": [], "unreadable": {}, "other_sizes": {}, "other_bands": {},
    }  # fmt: skip
    Path("results/tiles").mkdir(parents=True)
    write_index(samples, "results/tiles/index.csv", about=about)
    folder = "results/tiles/lists-0"
    Path(folder).mkdir()
    roles = np.array([Role.TRAIN] * 4 + [Role.VALIDATION] + [Role.TEST] * 4, np.uint8)
    split = Split(roles, 1, "lists", 0, {}, leaky=False, published=True)
    write_split(split, f"{folder}/split.csv", images=samples, labels_file="../index.csv")
    pair = {"paths": [paths[0], paths[6]], "parts": ["train", "test"], "classes": [["field"], ["field"]], "distance": 3}
    write(f"{folder}/audit.json", {
        "threshold": 4, "n_train": 4, "n_validation": 1, "n_test": 4, "overlap": 1, "overlap_share": 0.25,
        "centre_share": None, "moran_i": None, "kl_train": None, "kl_test": None, "train_ratio_asked": None,
        "train_ratio": 4 / 9, "lost_classes": [], "leaky": False, "published": True,
        "pairs": {"train and test": 1, "validation and test": 0}, "shown": [pair], "notes": ["lists of the authors"],
    })  # fmt: skip
    runs = []
    for model, oa in (("rf", 0.5), ("dense", 0.75)):
        run = f"{folder}/raw/{model}"
        write(f"{run}/metrics.json", metrics(oa))
        write(f"{run}/predictions.json", {"seconds": 0.5, "images_per_second": 8.0})
        write(f"{run}/model/training.json", {"seconds": 2.0, "parameters": 7, "facts": {"optimizer": "adam"}})
        write(f"{run}/model/model.json", {
            "model": model, "options": {"with_validation": model == "dense"}, "features": "raw", "feature_options": {},
            "normalization": None, "window": 1, "reach": None, "bands": 3, "n_features": 3, "classes": [],
            "scene": "tiles", "scene_digest": "", "fit_scope": {}, "seed": 0,
            "split": {"sampler": "lists", "seed": 0, "leaky": False, "sha256": ""}, "versions": {"hsclass": "0.1.0"},
        })  # fmt: skip
        runs.append({"scene": "tiles", "split": "lists", "seed": 0, "features": "raw", "model": model,
                     "scene_folder": "results/tiles", "split_folder": folder, "folder": run})  # fmt: skip
    content = {
        "experiment": "tiles", "samples": "images", "seeds": [0], "hsclass": "0.1.0",
        "images": [{"images": "tiles", "name": "tiles", "options": {}}],
        "splits": [{"sampler": "lists", "name": "lists", "options": {}}],
        "features": [{"features": "raw", "name": "raw", "options": {}}],
        "models": [{"model": name, "name": name, "options": {}} for name in ("rf", "dense")],
        "published": {"source": "A. Author 2020", "figures": [{"name": "their network", "oa": 0.9712}]}, "runs": runs,
    }  # fmt: skip
    made = make_images(Path("reports/tiles/experiment.json"), runs)
    write(str(made.file), content)
    return made


def test_image_set_has_its_own_parts_and_none_of_scenes(images, read) -> None:
    page = read(images)
    assert [element["id"] for element in page.find("section")] == [
        "accuracy", "duplicates", "classes", "mistakes", "calibration", "information", "reading",
    ]  # fmt: skip
    text = Path("out/index.html").read_text()
    assert "pixels share" not in text
    assert not re.search(r"windows? ", text)


def test_finding_says_how_many_images_are_right_and_what_was_published(images, read) -> None:
    page = read(images)
    lead = next(element["text"] for element in page.find("p") if element.get("class") == "lead")
    assert lead == ("On lists, the models are right on 2 to 3 of 4 test images of Test tiles: 50.00 to 75.00 %.")
    shown = [element["text"] for element in page.find("div") if "answer " in element.get("class", "")]
    which, good, why, _ = (" ".join(text.split()) for text in shown)
    assert which.startswith("Which map? none chosen")
    assert which.endswith("None of them was chosen: not all have an accuracy on validation images.")
    assert good.endswith("Published, their network: 0.971 (A. Author 2020).")
    assert why == (
        "Why believe it? 1 of 4 test images have a near-duplicate in training or validation (4 of 64 bits of their"
        " hashes or fewer differ)."
    )


def test_table_says_what_a_model_learned_from(images, read) -> None:
    rows = {row[1]: row[:1] + row[2:3] + row[4:] for row in read(images).table("Accuracy under each split")}
    assert rows["rf"] == ["lists leaky", "0.500", "0.300 to 0.950", "0.500", "0.500", "0.700", "4", "4"]
    assert rows["dense"][6] == "4 + 1"


def test_near_duplicates_and_mistakes_are_shown(images, read) -> None:
    page = read(images)
    captions = [" ".join(element["text"].split()) for element in page.find("figcaption")]
    assert "3 bits: field/0.png (train), field/6.png (test)" in captions
    assert captions.count("field (81.0 %)is roofroof/3.png") == 2
    assert [element["text"] for element in page.find("h3") if "wrong" in element["text"]] == [
        "rf on lists, seed 0: 2 wrong", "dense on lists, seed 0: 1 wrong",
    ]  # fmt: skip
    pictures = list(page.find("img"))
    assert len(pictures) == 2 + 2
    assert all(picture["src"].startswith("data:image/jpeg;base64,") and picture["alt"] for picture in pictures)


def test_table_has_the_columns_of_scenes_and_those_of_images(images, read) -> None:
    read(images)
    with Path("out/accuracy.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    assert list(row)[:6] == ["scene", "sampler", "seed", "window", "features", "model"]
    assert list(row)[-10:-5] == ["micro_f1", "overlap", "near_duplicate_threshold", "given", "validation_aa"]
    assert (row["window"], row["oa"], row["reach"], row["overlap"], row["given"]) == ("", "0.5", "", "1", "true")
    assert {path.name for path in Path("out").iterdir()} == {
        "index.html", "accuracy.csv", "accuracy.tex", "results.json"
    }  # fmt: skip
    assert "OA" in Path("out/accuracy.tex").read_text()


def test_several_labels_have_f1_and_the_share_of_images_that_are_exactly_right(images, read) -> None:
    several = metrics(None, several_labels=True, micro_f1=0.8, subset=0.25, subset_low=0.1, subset_high=0.5,
                      confusion=[], calibration=None, oa_low=None, oa_high=None)  # fmt: skip
    images.edit("metrics.json", lambda content: content.update(several))
    page = read(images)
    rows = page.table("Accuracy under each split")
    assert rows[0][1:5] == ["Model", "micro F1", "macro F1", "exactly right"]
    assert rows[1][2:5] == ["0.800", "0.700", "0.250"]
    lead = next(element["text"] for element in page.find("p") if element.get("class") == "lead")
    assert "micro F1 0.800 and macro F1 0.700; 25.0\u202f% of the images get exactly the right classes" in lead
    with Path("out/accuracy.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    assert (row["oa"], row["oa_low"], row["micro_f1"], row["macro_f1"]) == ("", "", "0.8", "0.7")


def test_image_that_cannot_be_read_has_an_empty_thumbnail(images, read) -> None:
    Path("tiles/roof/3.png").write_bytes(b"no image")
    assert len(list(read(images).find("img"))) == 4


def test_models_of_images_are_compared_by_groups_of_near_duplicates(images, read) -> None:
    pair = {"a": "raw/rf", "b": "raw/dense", "difference": -0.25, "low": -0.5, "high": 0.1, "only_a": 0, "only_b": 1,
            "mcnemar_p": 1, "mcnemar_holm": 1, "p": 0.4, "p_holm": 0.4}  # fmt: skip
    write("reports/tiles/comparison/tiles/lists.json", {
        "n_test": 4, "blocks": 3, "level": 0.95, "methods": ["raw/rf", "raw/dense"],
        "pairs": [pair],
    })  # fmt: skip
    page = read(images)
    assert any("4 test images, 3 groups" in element["text"] for element in page.find("p"))
    rows = page.table("Pairs of models")
    assert rows[0][5] == "Clustered p (Holm)"
    assert rows[1] == [
        "lists",
        "rf − dense",
        "not distinguishable",
        "−0.250",
        "−0.500 to +0.100",
        "0.400",
        "1.000",
        "0 / 1",
    ]
    assert Path("out/comparison.csv").exists()
