"""How large scenes and sets of images are, before they are built and afterwards."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hsclass import open_scene
from hsclass.planning.resources import JobResources
from hsclass.planning.size import sample_size
from hsclass.scene import write_scene


def test_size_is_that_of_the_descriptor_without_dropped_bands(experiment) -> None:
    size = sample_size(experiment(), "indian_pines")
    assert (size.shape, size.samples, size.labelled, size.classes) == ((145, 145, 200), 21025, 10249, 16)
    assert size.megabytes == pytest.approx(16.82)


def test_a_cut_has_its_share_of_the_labelled_pixels(experiment) -> None:
    cut = {"scene": "indian_pines", "name": "cut", "rows": [0, 29]}
    size = sample_size(experiment(scenes=[cut]), "cut")
    assert (size.shape[:2], size.labelled) == ((29, 145), 2050)  # a fifth of 10,249


def test_shape_of_a_file_of_the_user_is_known_before_the_first_run(experiment, tmp_path: Path) -> None:
    np.save(tmp_path / "cube.npy", np.zeros((12, 7, 5), np.int16))
    (tmp_path / "own.yaml").write_text("cube: cube.npy\nlabels: labels.npy\ndrop_bands: [1]\n", encoding="utf-8")
    size = sample_size(experiment(scenes=[str(tmp_path / "own.yaml")]), "own", tmp_path)
    assert (size.shape, size.samples, size.known) == ((12, 7, 4), 84, True)
    (tmp_path / "cube.npy").write_bytes(b"nothing")
    assert sample_size(experiment(scenes=[str(tmp_path / "own.yaml")]), "own", tmp_path).known is False


def test_labelled_pixels_are_those_of_the_scene_that_was_built(experiment, tmp_path: Path) -> None:
    cube, labels = np.ones((12, 7, 5), np.int16), np.zeros((12, 7), np.uint8)
    labels[2, 1:4], labels[5, :5] = 1, 2
    np.save(tmp_path / "cube.npy", cube)
    np.save(tmp_path / "labels.npy", labels)
    (tmp_path / "own.yaml").write_text("cube: cube.npy\nlabels: labels.npy\n", encoding="utf-8")
    own = experiment(scenes=[str(tmp_path / "own.yaml")])
    assert sample_size(own, "own", tmp_path).labelled == 42  # half of all pixels: nothing is known
    write_scene(open_scene(cube, labels, name="own"), tmp_path / "results/own")
    assert sample_size(own, "own", tmp_path).labelled == 8


def test_number_of_images_is_that_of_the_index_or_the_catalogue_or_the_folder(on_images, tmp_path: Path) -> None:
    known = on_images(images=["ucmerced", {"images": "bigearthnet", "name": "guessed"}], splits=["lists"])
    size = sample_size(known, "ucmerced", tmp_path)
    assert (size.samples, size.shape, size.known) == (2100, (256, 256, 3), True)
    assert size.megabytes == pytest.approx(2100 * 256 * 256 * 3 / 1e6)
    assert sample_size(known, "guessed", tmp_path).known is False
    (note,) = JobResources(known, tmp_path).unknown()
    assert note.startswith("images guessed: the size is not known before it is built; 10000 images of 120 x 120 pixels")
    about = {"images": 7, "shape": [8, 9, 1], "classes": {"a": 3, "b": 4}}
    (tmp_path / "results/ucmerced").mkdir(parents=True)
    (tmp_path / "results/ucmerced/index.json").write_text(json.dumps(about))
    size = sample_size(known, "ucmerced", tmp_path)
    assert (size.samples, size.shape, size.classes) == (7, (8, 9, 1), 2)


def test_images_of_a_folder_are_counted(on_images, tmp_path: Path) -> None:
    for name in ("a/1.png", "a/2.png", "b/1.PNG", "b/readme.txt"):
        (tmp_path / "own" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (6, 5)).save(tmp_path / "own" / name, "PNG")
    size = sample_size(on_images(images=[str(tmp_path / "own")]), "own", tmp_path)
    assert (size.samples, size.shape, size.classes, size.known) == (3, (5, 6, 3), 2, True)
