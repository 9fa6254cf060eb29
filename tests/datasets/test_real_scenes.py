"""Published scenes: Indian Pines from an installed package; others where a mirror folder holds them."""

import ast
import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from hsclass.datasets import load_descriptor, open_scene
from hsclass.datasets.build import build_scene
from hsclass.datasets.descriptor import SceneOptions
from hsclass.datasets.opening import read_scene
from hsclass.scene import Scene, write_scene

MIRROR = Path(os.environ.get("HSCLASS_DATA_MIRROR") or "/nonexistent")
GROUND_TRUTHS = {"salinas": "masks/salinas_gt.mat", "pavia_university": "masks/paviaU_gt.mat"}


def in_mirror(path: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not (MIRROR / path).is_file(), reason=f"HSCLASS_DATA_MIRROR names no folder that holds {path}"
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def pines(folder: Path) -> Scene:
    return open_scene("indian_pines", folder=folder)


def tensorly_file(name: str) -> Path:
    spec = find_spec("tensorly")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "datasets/data" / name


def test_indian_pines_is_the_published_scene(pines: Scene) -> None:
    assert pines.shape == (145, 145, 200)
    assert pines.cube.dtype == np.uint16
    labels = pines.require_labels()
    assert labels.dtype == np.uint8
    assert np.bincount(labels.ravel()).tolist() == [
        10776, 46, 1428, 830, 237, 483, 730, 28, 478, 20, 972, 2455, 593, 205, 1265, 386, 93,
    ]  # fmt: skip
    assert [pines.classes[i].name for i in (0, 10, 15)] == ["Alfalfa", "Soybean-mintill", "Stone-Steel-Towers"]
    assert len({cover.color for cover in pines.classes}) == 16
    assert "doi:10.4231/R7RX991C" in pines.source
    assert pines.mask.all()


def test_indian_pines_values_are_those_of_the_package(pines: Scene) -> None:
    cube, labels = (np.load(tensorly_file(f"Indian_pines_{part}.npy")) for part in ("corrected", "gt"))
    for row, col, band in [(0, 0, 0), (0, 144, 199), (144, 0, 57), (31, 77, 103)]:
        assert pines.cube[row, col, band] == cube[row, col, band]
    np.testing.assert_array_equal(pines.require_labels(), labels)


def test_indian_pines_wavelengths_overlap_between_spectrometers(pines: Scene) -> None:
    centres = pines.wavelengths
    assert centres is not None
    assert centres.shape == (200,)
    assert (centres[0], centres[-1]) == (400.02, 2498.96)
    assert np.flatnonzero(np.diff(centres) < 0).tolist() == [30, 93]
    assert pines.rgb is not None
    red, green, blue = centres[list(pines.rgb)]
    assert 620 < red < 700
    assert 530 < green < 600
    assert 450 < blue < 500


def test_indian_pines_wavelengths_are_those_of_the_package_but_for_two(pines: Scene) -> None:
    tree = ast.parse(tensorly_file("../data_imports.py").read_text(encoding="utf-8"))
    lists = [node for node in ast.walk(tree) if isinstance(node, ast.List) and len(node.elts) == 200]
    published = np.array(ast.literal_eval(lists[0]))
    assert pines.wavelengths is not None
    assert np.flatnonzero(pines.wavelengths != published).tolist() == [170, 171]


def test_indian_pines_cut_and_thinned(folder: Path, pines: Scene) -> None:
    options = SceneOptions(rows=(60, 145), cols=(0, 80), drop_classes=(11,))
    cut = build_scene("indian_pines", folder=folder, options=options, name="cut")
    expected = pines.require_labels()[60:145, 0:80].copy()
    expected[expected == 11] = 0
    np.testing.assert_array_equal(cut.labels, expected)
    np.testing.assert_array_equal(cut.cube, pines.cube[60:145, 0:80])
    assert [cover.id for cover in cut.classes] == sorted(set(expected.ravel().tolist()) - {0})
    assert cut.digest != pines.digest


@in_mirror("salinas_a/SalinasA.mat")
def test_salinas_a_without_water_absorption(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scipy.io import loadmat

    monkeypatch.setenv("HSCLASS_DATA_MIRROR", str(MIRROR))
    scene = open_scene("salinas_a", folder=folder)
    cube = loadmat(MIRROR / "salinas_a/SalinasA.mat")["salinasA"]
    water = [*range(108, 113), *range(154, 168), 224]
    np.testing.assert_array_equal(scene.cube, np.delete(cube, np.array(water) - 1, axis=2))
    assert scene.shape == (83, 86, 204)
    assert [cover.id for cover in scene.classes] == [1, 10, 11, 12, 13, 14]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=in_mirror(path)) for name, path in sorted(GROUND_TRUTHS.items())]
)
def test_published_counts_are_those_of_the_ground_truth(name: str) -> None:
    from scipy.io import loadmat

    descriptor = load_descriptor(name)
    labels = loadmat(MIRROR / GROUND_TRUTHS[name])[descriptor.labels[0].key]
    assert descriptor.shape is not None
    assert labels.shape == descriptor.shape[:2]
    assert {entry.id: entry.pixels for entry in descriptor.classes} == {
        identity: int((labels == identity).sum()) for identity in range(1, labels.max() + 1)
    }


@in_mirror("enmap_potsdam/mosaic_potsdam_160x192_gaps.tif")
def test_enmap_mosaic_with_gaps_through_a_descriptor_of_ones_own(folder: Path, tmp_path: Path) -> None:
    cube = MIRROR.absolute() / "enmap_potsdam/mosaic_potsdam_160x192_gaps.tif"
    file = tmp_path / "potsdam.yaml"
    file.write_text(f"cube: {cube}\nlabels: {cube.with_name(cube.stem + '_labels.tif')}\n")
    scene = open_scene(file, folder=folder)
    assert scene.shape == (192, 160, 218)
    assert scene.mask.sum() == 18432
    assert scene.wavelengths is not None
    assert scene.wavelengths[0] == 418.24
    assert np.flatnonzero(np.diff(scene.wavelengths) < 0).tolist() == [90]
    assert scene.grid.crs is not None
    assert scene.grid.crs.to_epsg() == 32633
    assert (scene.cube[~scene.mask] == -32768).all()
    assert not (scene.cube[scene.mask] == -32768).any()
    write_scene(scene, tmp_path / "scene")
    again = read_scene(tmp_path / "scene")
    np.testing.assert_array_equal(again.mask, scene.mask)
    assert again.classes == scene.classes
