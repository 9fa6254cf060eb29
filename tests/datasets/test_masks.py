"""Published masks: any file, any number type, compared with reference data."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from hsclass.datasets.masks import read_ids, read_mask, require_numbering
from hsclass.errors import DataError
from hsclass.raster import write_raster
from hsclass.scene import Grid

# Five pixels a class in three columns, the last column unlabelled.
LABELS = np.tile(np.array([1, 5, 9, 0], np.uint8), (5, 1))
NAN = float("nan")


def saved(folder: Path, mask: np.ndarray) -> Path:
    np.save(folder / "mask.npy", mask)
    return folder / "mask.npy"


def only(rows: int, mask: np.ndarray = LABELS) -> np.ndarray:
    """Return the first rows of a mask, 0 elsewhere."""
    kept = np.zeros_like(mask)
    kept[:rows] = mask[:rows]
    return kept


@pytest.mark.parametrize("dtype", ["u1", "i2", "<i4", ">i4", "u8", "f4", ">f8", "f2"])
def test_ids_of_any_number_type(dtype: str, tmp_path: Path) -> None:
    read = read_ids(saved(tmp_path, LABELS.astype(dtype)))[0]
    np.testing.assert_array_equal(read, LABELS)
    assert read.dtype == np.uint8


def test_nan_and_nodata_are_no_ids(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_ids(saved(tmp_path, np.where(LABELS == 0, NAN, LABELS)))[0], LABELS)
    for nodata in (-9999.0, NAN):
        values = np.where(LABELS == 0, nodata, LABELS).astype(np.float32)
        write_raster(tmp_path / "mask.tif", values, grid=Grid(), nodata=nodata)
        np.testing.assert_array_equal(read_ids(tmp_path / "mask.tif")[0], LABELS)


def test_files_of_matlab_old_and_new_of_numpy_and_of_gdal(tmp_path: Path) -> None:
    savemat(tmp_path / "old.mat", {"TR": LABELS.astype(float)})
    with h5py.File(tmp_path / "new.mat", "w", userblock_size=512) as file:
        file["TR"] = LABELS.T
    np.savez(tmp_path / "all.npz", TR=LABELS)
    write_raster(tmp_path / "mask.tif", LABELS, grid=Grid())
    (tmp_path / "mask.gtiff").write_bytes((tmp_path / "mask.tif").read_bytes())
    for name in ("old.mat", "new.mat", "all.npz", "mask.tif", "mask.gtiff"):
        np.testing.assert_array_equal(read_ids(tmp_path / name)[0], LABELS)


@pytest.mark.parametrize("kind", ["mat", "mat73", "npz"])
def test_of_several_variables_the_one_of_the_shape_or_of_the_key(kind: str, tmp_path: Path) -> None:
    held = {"colors": np.ones((9, 3)), "train": only(2), "test": LABELS - only(2)}
    path = tmp_path / f"masks.{'npz' if kind == 'npz' else 'mat'}"
    for names in (("colors", "train"), ("colors", "train", "test")):
        chosen = {name: held[name] for name in names}
        if kind == "npz":
            np.savez(path, **chosen)
        elif kind == "mat":
            savemat(path, chosen)
        else:
            with h5py.File(path, "w", userblock_size=512) as file:
                for name, array in chosen.items():
                    file[name] = array.T
        if len(names) == 2:
            np.testing.assert_array_equal(read_ids(path, shape=(5, 4))[0], only(2))
    with pytest.raises(DataError, match=r"has 2 variables that could be .*; it holds .*test \(5, 4\).*by 'key'"):
        read_ids(path, shape=(5, 4))
    np.testing.assert_array_equal(read_ids(path, key="test", shape=(5, 4))[0], LABELS - only(2))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (np.where(LABELS == 9, 1.5, LABELS), "has 5 values that are no class id, the first 1.5 at row 0, column 2"),
        (np.where(LABELS == 9, -1, LABELS.astype(int)), "has 5 values that are no class id, the first -1"),
        (np.full((2, 2), 70000), "no class id"),
        (LABELS.astype(complex), "expected plain real numbers"),
    ],
)
def test_values_that_are_no_ids(values: np.ndarray, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=sentence):
        read_ids(saved(tmp_path, values))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.mat: no such file; correct the path"):
        read_ids(tmp_path / "none.mat")


def test_findings_of_a_mask_by_hand(tmp_path: Path) -> None:
    # Rows 0 and 1: class 1 as in the reference data, 9 where it says 5, 9, and 5 where it is unlabelled.
    mask = read_mask(saved(tmp_path, only(2, np.tile(np.array([1, 9, 9, 5]), (5, 1)))), LABELS)
    assert not mask.yes_no
    assert mask.counts() == {1: 2, 5: 2, 9: 4}
    assert mask.counts(mask.unlabelled) == {5: 2}
    assert mask.counts(mask.otherwise) == {9: 2}
    assert mask.contradictions() == {(9, 5): 2}
    assert mask.absent == {}
    assert [remark.removeprefix(f"{mask.path}: ") for remark in mask.remarks()] == [
        "a mask of 8 pixels (by class 1: 2, 5: 2, 9: 4)",
        "2 of 8 pixels are unlabelled in the reference data (by class 5: 2)",
        "2 of 8 pixels are of another class in the reference data (2 of class 9 are 5)",
    ]
    require_numbering(mask)


def test_ids_say_what_the_masks_ids_stand_for(tmp_path: Path) -> None:
    own = np.select([LABELS == 1, LABELS == 5, LABELS == 9], [2, 1, 7])
    path = saved(tmp_path, own)
    mask = read_mask(path, LABELS, ids={2: 1, 1: 5, 7: 9})
    np.testing.assert_array_equal(mask.classes, LABELS)
    assert not mask.otherwise.any()
    without = read_mask(path, LABELS, ids={2: 1, 1: 5, 7: 0})
    assert without.counts() == {1: 5, 5: 5}
    assert "5 pixels have an id that stands for no class, left out" in without.remarks()[1]


def test_ids_that_are_not_named_stand_for_themselves_unless_that_joins_classes(tmp_path: Path) -> None:
    path = saved(tmp_path, np.where(LABELS == 9, 3, LABELS))
    np.testing.assert_array_equal(read_mask(path, LABELS, ids={3: 9}).classes, LABELS)
    with pytest.raises(
        DataError, match=r"ids \[5\] of the mask are not in 'ids'.* \(mask pixels by id 1: 5, 3: 5, 5: 5\)"
    ):
        read_mask(path, LABELS, ids={3: 5})


@pytest.mark.parametrize("values", [LABELS > 0, (LABELS > 0) * 255, (LABELS > 0) * 1.0, (LABELS > 0) * 5])
def test_one_value_is_yes_and_no_class(values: np.ndarray, tmp_path: Path) -> None:
    mask = read_mask(saved(tmp_path, values), LABELS)
    assert mask.yes_no
    assert mask.members.sum() == 15
    assert not mask.otherwise.any()
    assert mask.counts() == {1: 5, 5: 5, 9: 5}


def test_one_value_is_a_class_where_ids_say_so_or_there_is_one_only(tmp_path: Path) -> None:
    path = saved(tmp_path, LABELS == 5)
    assert read_mask(path, LABELS, ids={1: 5}).counts() == {5: 5}
    assert read_mask(path, (LABELS == 5).astype(int)).counts() == {1: 5}
    assert not read_mask(path, (LABELS == 5).astype(int)).yes_no


def test_a_yes_no_mask_has_no_foreign_ids_where_all_is_labelled(tmp_path: Path) -> None:
    labels = np.repeat([[1, 2]], 3, axis=0)
    mask = read_mask(saved(tmp_path, np.eye(3, 2)), labels)
    assert mask.absent == {}
    require_numbering(mask)


def test_a_yes_no_mask_on_unlabelled_pixels_has_no_class_there(tmp_path: Path) -> None:
    mask = read_mask(saved(tmp_path, np.ones((5, 4), bool)), LABELS)
    assert mask.unlabelled.sum() == 5
    assert mask.remarks()[1].endswith("5 of 20 pixels are unlabelled in the reference data")


def test_another_shape_is_named_and_a_transposed_one_recognised(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"mask is \(4, 5\) pixels; expected \(5, 4\), .*; it looks transposed$"):
        read_mask(saved(tmp_path, LABELS.T), LABELS)
    with pytest.raises(DataError, match=r"mask is \(4, 4\) pixels; expected \(5, 4\), as the reference data$"):
        read_mask(saved(tmp_path, LABELS[:4]), LABELS)


def test_a_square_mask_is_seen_to_be_transposed(tmp_path: Path) -> None:
    square = np.repeat(np.array([1, 5, 9, 12]), 4).reshape(4, 4)
    with pytest.raises(DataError, match=r"gives 12 of 16 labelled pixels another class .*; it looks transposed$"):
        require_numbering(read_mask(saved(tmp_path, square.T), square))


@pytest.mark.parametrize("ids", [None, {1: 0, 5: 0, 9: 0}])
def test_a_mask_without_a_pixel(ids: dict[int, int] | None, tmp_path: Path) -> None:
    values = np.zeros_like(LABELS) if ids is None else LABELS
    found = "none" if ids is None else "1: 5, 5: 5, 9: 5"
    with pytest.raises(DataError, match=rf"the mask has no pixel \(by id {found}\); expected ids of 1 and up"):
        read_mask(saved(tmp_path, values), LABELS, ids=ids)


def test_ids_that_the_ground_truth_lacks(tmp_path: Path) -> None:
    path = saved(tmp_path, np.select([LABELS == 1, LABELS == 5, LABELS == 9], [1, 2, 3]))
    mask = read_mask(path, LABELS)
    assert mask.absent == {2: 5, 3: 5}
    with pytest.raises(DataError) as caught:
        require_numbering(mask)
    assert str(caught.value) == (
        f"{path}: the mask has classes that the reference data lack (pixels by class 2: 5, 3: 5; the reference data"
        " have 1: 5, 5: 5, 9: 5); say with 'ids' what its ids stand for, which looks like 1:1,2:5,3:9"
    )


def test_permuted_ids_and_the_mapping_that_fits(tmp_path: Path) -> None:
    path = saved(tmp_path, only(4, np.tile(np.array([5, 9, 1, 1]), (5, 1))))
    with pytest.raises(DataError, match=r"gives 12 of 12 labelled .* which looks like 1:9,5:1,9:5$"):
        require_numbering(read_mask(path, LABELS))
    require_numbering(read_mask(path, LABELS, ids={1: 9, 5: 1, 9: 5}))


def test_no_mapping_is_proposed_where_none_fits(tmp_path: Path) -> None:
    # Both ids lie mostly on class 5.
    path = saved(tmp_path, np.tile(np.array([0, 9, 0, 0]), (5, 1)) - 8 * (only(2) == 5))
    with pytest.raises(DataError, match=r"or check that it is of this scene$"):
        require_numbering(read_mask(path, LABELS))
