"""Patches of BigEarthNet, in its own folders."""

import json
from pathlib import Path

import numpy as np
import pytest

from hsclass.datasets.build_images import build_images, unusual
from hsclass.datasets.fetch import fetch
from hsclass.errors import DataError
from hsclass.samplers import make_split
from hsclass.samples.bigearthnet import BANDS, CLASSES, LABELS, patch_labels, read_geotiff, read_patch
from hsclass.samples.image_source import ImageSource
from hsclass.samples.images import ImageSamples
from hsclass.samples.reading import Form
from hsclass.samples.synthetic_archive import make_archive
from hsclass.split import Role
from hsclass.training import fit


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    make_archive(tmp_path / "patches", patches=30, classes=3)
    return tmp_path / "patches"


def indexed(folder: Path, data: Path) -> ImageSamples:
    options = {"layout": "bigearthnet"}
    fetch(folder, data, options)
    return build_images(folder, folder=data, options=options)[0]


def test_there_are_43_classes_and_12_bands() -> None:
    assert len(set(CLASSES)) == 43
    assert len(set(BANDS)) == 12


def test_bands_of_all_resolutions_lie_on_one_grid(archive: Path) -> None:
    patch = sorted(archive.iterdir())[0]
    pixels = read_patch(patch)
    assert pixels.shape == (120, 120, 12)
    for place, step in ((3, 1), (4, 2), (0, 6)):
        band = read_geotiff(patch / f"{patch.name}_{BANDS[place]}.tif")[:, :, 0]
        assert band.shape == (120 // step, 120 // step)
        assert (pixels[:, :, place] == band[np.arange(120) // step][:, np.arange(120) // step]).all()
    assert (read_patch(patch, (3, 2, 1)) == pixels[:, :, [3, 2, 1]]).all()


def test_labels_are_those_of_the_json_file(archive: Path, tmp_path: Path) -> None:
    patch = sorted(archive.iterdir())[0]
    about = json.loads((patch / f"{patch.name}{LABELS}").read_text())
    assert patch_labels(patch) == tuple(sorted(about["labels"]))
    broken = sorted(archive.iterdir())[1]
    (broken / f"{broken.name}{LABELS}").write_text('{"labels": []}')
    gone = sorted(archive.iterdir())[2]
    (gone / f"{gone.name}_B05.tif").unlink()
    odd = unusual(indexed(archive, tmp_path / "data"))
    assert list(odd["unreadable"]) == [broken.name, gone.name]
    assert "expected a list of names" in odd["unreadable"][broken.name]
    assert "B05" in odd["unreadable"][gone.name]


def test_folder_that_holds_no_patches_is_refused(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError, match="holds no image that can be read"):
        indexed(tmp_path / "none", tmp_path / "data")


def test_network_with_sigmoids_learns_several_labels_from_twelve_bands(archive: Path, tmp_path: Path) -> None:
    index = indexed(archive, tmp_path / "data")
    assert index.several_labels
    assert len(index.classes) == 43
    split = make_split(index, "random", train=0.6, validation=0.2, keep_together=False)
    trained = fit(
        index, split, "softmax", size=6, grey=False, epochs=40, learning_rate=0.01, batch_size=6, monitor="val_loss"
    )
    assert trained.card.images["form"]["channels"] == 12
    places = split.places(Role.TEST)[:, 0]
    found = trained.predict_files(index.files[places]) >= 0.5
    truth = index.targets[places] > 0
    right = (found & truth).sum()
    assert 2 * right / (found.sum() + truth.sum()) > 0.8


def test_images_that_do_not_fit_are_streamed(archive: Path, tmp_path: Path) -> None:
    index = indexed(archive, tmp_path / "data")
    held, streamed = (ImageSource(index.files, Form(20, 12), held_bytes=size) for size in (10**9, 0))
    assert (held.streamed, streamed.streamed) == (False, True)
    places = np.array([3, 1, 3])
    for images in (held, streamed):
        images.measure(np.arange(10))
    assert (held.take(places) == streamed.take(places)).all()
    assert np.abs(held.take(np.arange(10)).mean(axis=(0, 1, 2)) - 127.5).max() < 0.5


def test_numbers_larger_than_bytes_are_held_as_far_as_there_is_room(archive: Path, tmp_path: Path) -> None:
    index = indexed(archive, tmp_path / "data")
    room = len(index) * 20 * 20 * 12  # a quarter of what they take as float32
    images = ImageSource(index.files, Form(20, 12), held_bytes=room)
    images.take(np.arange(len(index)))
    assert images._held is not None
    assert sum(image.nbytes for image in images._held.values()) == len(index) // 4 * 20 * 20 * 12 * 4
