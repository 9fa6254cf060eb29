"""Samples are opened by whatever names them: the folder of the scene stage, an index, a name of the catalogue."""

from pathlib import Path

import pytest

from hsclass.datasets.fetch import fetch
from hsclass.datasets.open_samples import labels_file, open_samples
from hsclass.errors import UsageError
from hsclass.samples import ImageSamples, write_index
from hsclass.scene import Scene, write_scene


def test_index_is_read_from_its_folder_or_by_its_own_name(make_index, tmp_path: Path) -> None:
    index = make_index(6)
    write_index(index, tmp_path / "r/index.csv")
    assert open_samples(tmp_path / "r") == index
    assert open_samples(tmp_path / "r/index.csv") == index
    assert labels_file(tmp_path / "r") == labels_file(tmp_path / "r/index.csv") == tmp_path / "r/index.csv"


def test_scene_is_read_from_its_folder(toy_scene: Scene, tmp_path: Path) -> None:
    write_scene(toy_scene, tmp_path / "toy")
    opened = open_samples(tmp_path / "toy")
    assert (opened.kind, opened.name) == ("pixels", "toy")
    assert labels_file(tmp_path / "toy") == labels_file(tmp_path / "toy/cube.tif") == tmp_path / "toy/labels.tif"
    assert labels_file("indian_pines") is None


def test_image_set_of_a_descriptor_is_fetched_and_indexed(make_folder, tmp_path: Path) -> None:
    make_folder(each=2, name="tiles")
    (tmp_path / "mine.yaml").write_text("folder: tiles\nimages: 6\n")
    opened = open_samples(tmp_path / "mine.yaml", folder=tmp_path / "data")
    assert isinstance(opened, ImageSamples)
    assert (opened.name, opened.class_names, len(opened)) == ("mine", ("field", "roof", "water"), 6)
    assert opened.labels.tolist() == [1, 1, 2, 2, 3, 3]


def test_options_of_image_sets_are_refused_for_scenes(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="indian_pines: has no option 'layout'"):
        fetch("indian_pines", tmp_path, {"layout": "bigearthnet"})
