"""A split: roles, account of the classes, form on disk."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rasterio.crs import CRS
from rasterio.transform import Affine

from hsclass.errors import DataError
from hsclass.raster import Grid, read_raster, write_raster
from hsclass.scene import LandCover, Scene
from hsclass.split import ClassShare, Role, Split, class_shares, read_split, read_split_and_labels, write_split
from hsclass.trainable import require_trainable

LABELS = np.array([[1, 1, 1, 1], [1, 4, 4, 0]], np.uint8)
ROLES = np.array([[1, 2, 3, 4], [3, 1, 0, 0]], np.uint8)
SHARES = (ClassShare(1, 2, 1, 1, 2, 1, "thin"), ClassShare(4, 1, 1, 0, 0, 0))


@pytest.fixture
def split() -> Split:
    return Split(
        roles=ROLES, window=3, sampler="dbscan_area", seed=5, fractions={"train": 0.4, "validation": 0.05}, leaky=False,
        classes=SHARES, options={"guard": True},
    )  # fmt: skip


def test_codes_are_those_of_the_interface() -> None:
    assert {role.name: int(role) for role in Role} == {"UNUSED": 0, "TRAIN": 1, "VALIDATION": 2, "TEST": 3, "GUARD": 4}


def test_account_counts_every_class() -> None:
    assert class_shares(LABELS, ROLES, 0.4, {1: "thin"}) == SHARES


def test_account_ignores_roles_of_unlabelled_pixels() -> None:
    roles = ROLES.copy()
    roles[1, 3] = Role.TEST
    assert class_shares(LABELS, roles, 0.4, {1: "thin"}) == SHARES


def test_pixels_of_a_role_in_row_order(split: Split) -> None:
    assert split.places(Role.TRAIN).tolist() == [[0, 0], [1, 1]]
    assert split.places(Role.TEST).tolist() == [[0, 2], [1, 0]]
    assert Split(ROLES[:, :1], 1, "fixed", 0, {}, False).places(Role.GUARD).shape == (0, 2)


def test_everything_survives_the_disk(split: Split, tmp_path: Path) -> None:
    grid = Grid(CRS.from_epsg(32633), Affine(30, 0, 1000, 0, -30, 5000))
    write_split(replace(split, grid=grid), tmp_path / "s/split.tif", labels_file="../labels.tif")
    again, labels = read_split_and_labels(tmp_path / "s/split.tif")
    np.testing.assert_array_equal(again.roles, ROLES)
    assert again.roles.dtype == np.uint8
    for name in ("window", "sampler", "seed", "fractions", "leaky", "classes", "options"):
        assert getattr(again, name) == getattr(split, name)
    assert labels is not None
    assert labels.resolve() == (tmp_path / "labels.tif").resolve()
    assert read_raster(tmp_path / "s/split.tif").grid == again.grid == grid


def test_split_may_name_no_ground_truth(split: Split, tmp_path: Path) -> None:
    write_split(split, tmp_path / "split.tif")
    assert read_split_and_labels(tmp_path / "split.tif")[1] is None


def test_mask_from_elsewhere_does_not_declare_itself_leaky(tmp_path: Path) -> None:
    write_raster(tmp_path / "mask.tif", ROLES.astype(np.float32), grid=Grid())
    split, labels = read_split_and_labels(tmp_path / "mask.tif")
    assert (split.sampler, split.leaky, split.classes, labels) == ("unknown", False, (), None)
    assert split.roles.dtype == np.uint8
    np.testing.assert_array_equal(split.roles, ROLES)


@pytest.mark.parametrize(
    ("bands", "sentence"),
    [
        (np.array([[0, 1], [9, 5]], np.uint8), r"has 1 band with the values \[5, 9\] next to the split codes"),
        (np.full((2, 2), 1.5), r"has 1 band with the values \[1\.5\] next to the split codes"),
        (np.ones((2, 2, 2), np.uint8), r"has 2 bands .*; expected one band of 0 unused, 1 train, 2 validation"),
    ],
)
def test_raster_in_other_codes(tmp_path: Path, bands: np.ndarray, sentence: str) -> None:
    write_raster(tmp_path / "mask.tif", bands, grid=Grid())
    with pytest.raises(DataError, match=rf"mask\.tif: {sentence}"):
        read_split(tmp_path / "mask.tif")


def test_classes_that_the_split_gives_itself_survive_the_disk(split: Split, tmp_path: Path) -> None:
    given = np.array([[0, 0, 0, 0], [0, 0, 0, 300]], np.uint16)
    write_split(replace(split, given=given), tmp_path / "split.tif")
    again = read_split(tmp_path / "split.tif")
    np.testing.assert_array_equal(again.roles, ROLES)
    assert again.roles.dtype == np.uint8
    assert again.given is not None
    assert again.given.tolist() == given.tolist()
    assert again.reference(LABELS).tolist() == [[1, 1, 1, 1], [1, 4, 4, 300]]
    assert split.reference(LABELS) is LABELS


def test_a_split_of_another_place_is_refused(toy_scene: Scene, split: Split, tmp_path: Path) -> None:
    utm = CRS.from_epsg(32633)
    here, far = (Grid(utm, Affine(30, 0, east, 0, -30, 5000)) for east in (1000, 90_000))
    scene = replace(toy_scene, cube=toy_scene.cube[:2, :4], labels=LABELS, mask=LABELS >= 0, grid=here)
    write_split(replace(split, grid=far), tmp_path / "split.tif")
    with pytest.raises(DataError, match=r"split.tif: the split lies in EPSG:32633 .*; expected both on one grid"):
        read_split(tmp_path / "split.tif", scene)
    with pytest.raises(DataError, match=r"split: lies in EPSG:32633 .*; expected both on one grid"):
        require_trainable(scene, replace(split, grid=far))


def test_a_split_of_other_labels_is_refused(toy_scene: Scene, split: Split) -> None:
    labels = np.array([[4, 1, 1, 1], [1, 4, 4, 0]], np.uint8)
    classes = tuple(LandCover(identity, "", (0, 0, 0)) for identity in (1, 4))
    scene = replace(
        toy_scene, cube=toy_scene.cube[:2, :4], labels=labels, mask=labels >= 0, classes=classes, grid=Grid()
    )
    roles = np.array([[1, 1, 3, 4], [3, 1, 0, 0]], np.uint8)
    made = replace(split, roles=roles, classes=class_shares(LABELS, roles, 0.4, {}))
    with pytest.raises(DataError, match=r"split: gave class 1 2 training pixels, but .* it has 1; expected a split of"):
        require_trainable(scene, made)


def test_nodata_of_a_raster_of_codes_is_unused(tmp_path: Path) -> None:
    codes = np.where(ROLES == 0, 255, ROLES).astype(np.uint8)
    write_raster(tmp_path / "mask.tif", codes, grid=Grid(), nodata=255)
    np.testing.assert_array_equal(read_split(tmp_path / "mask.tif").roles, ROLES)


@pytest.mark.parametrize("text", ["{", "[]", "3", '{"classes": 3}', '{"classes": [{"id": 1}]}', '{"window": [1]}'])
def test_a_tag_that_is_not_ours_is_named(tmp_path: Path, text: str) -> None:
    write_raster(tmp_path / "split.tif", ROLES, grid=Grid(), tags={"split": text})
    with pytest.raises(DataError, match=r"split\.tif: its 'split' tag is not hsclass's .*; run 'hsclass split' again"):
        read_split(tmp_path / "split.tif")


def test_groups_and_classes_of_its_own_survive_the_disk_together(split: Split, tmp_path: Path) -> None:
    groups = np.array([[70_000, 1, 1, 2], [3, 4, 4, 0]])
    given = np.array([[0, 0, 0, 0], [0, 0, 0, 300]], np.uint16)
    for further in ({"groups": groups}, {"groups": groups, "given": given}):
        write_split(replace(split, **further), tmp_path / "split.tif")
        again = read_split(tmp_path / "split.tif")
        assert again.groups is not None
        assert again.groups.tolist() == groups.tolist()
        assert (again.given is None) == ("given" not in further)
    assert again.given.tolist() == given.tolist()
