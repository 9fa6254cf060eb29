"""Square tiles laid over the scene."""

import numpy as np
import pytest

from hsclass.errors import DataError, UsageError
from hsclass.samplers import make_split
from hsclass.samplers.blocks import Blocks, BlocksOptions
from hsclass.split import Role


def tiles(labels: np.ndarray, size: int, seed: int) -> np.ndarray:
    return Blocks(BlocksOptions()).tiles(labels, size, np.random.default_rng(seed))


def test_tiles_are_squares_that_cover_the_scene() -> None:
    units = tiles(np.ones((13, 9), int), 4, seed=1)
    assert sorted(np.unique(units)) == list(range(1, units.max() + 1))
    for unit in range(1, units.max() + 1):
        rows, cols = np.nonzero(units == unit)
        height, width = np.ptp(rows) + 1, np.ptp(cols) + 1
        assert len(rows) == height * width
        touching_edge = {0, 12} & set(rows.tolist()) or {0, 8} & set(cols.tolist())
        assert (height, width) == (4, 4) or (touching_edge and max(height, width) <= 4)


def test_the_seed_draws_where_the_first_tile_begins() -> None:
    widths = {int((tiles(np.ones((4, 20), int), 5, seed)[0] == 1).sum()) for seed in range(40)}
    assert widths == {1, 2, 3, 4, 5}


def test_unlabelled_pixels_are_in_no_tile_and_empty_tiles_do_not_count() -> None:
    labels = np.zeros((10, 40), int)
    labels[:, :3] = labels[:, 37:] = 2
    units = tiles(labels, 40, seed=0)
    assert np.array_equal(units > 0, labels > 0)
    assert set(np.unique(units)) <= {0, 1, 2, 3, 4}


def test_every_tile_has_one_role_or_is_guard() -> None:
    labels = np.ones((40, 50), int)
    labels[:, 20:30] = 2
    units = tiles(labels, 8, seed=4)
    roles = make_split(labels, "blocks", window=3, size=8, seed=4).roles
    for unit in np.unique(units):
        assert len(set(roles[units == unit].tolist()) - {Role.GUARD}) <= 1


@pytest.mark.parametrize("seed", range(4))
def test_shares_are_met_where_tiles_are_small(seed: int) -> None:
    labels = np.repeat(np.repeat([[1, 2], [2, 3]], 30, axis=0), 30, axis=1)
    split = make_split(labels, "blocks", window=1, size=3, seed=seed)
    assert [share.train for share in split.classes] == pytest.approx([90, 180, 90], abs=9)
    assert [share.validation for share in split.classes] == pytest.approx([45, 90, 45], abs=9)


def smooth_cube(side: int, across: int, bands: int = 3) -> np.ndarray:
    """Return bands that are means over discs of white noise: pixels are alike up to the diameter, and no further."""
    from scipy.signal import fftconvolve

    offsets = np.arange(-(across // 2), across // 2 + 1)
    disc = (offsets[:, np.newaxis] ** 2 + offsets**2 <= (across / 2) ** 2).astype(float)
    noise = np.random.default_rng(0).normal(size=(bands, side + len(offsets) - 1, side + len(offsets) - 1))
    return np.stack([fftconvolve(band, disc, mode="valid") for band in noise], axis=2)


@pytest.mark.parametrize("options", [{}, {"folds": 4, "validation": 0.0}])
def test_automatic_size_is_the_range_of_the_spectra_and_is_recorded(options: dict) -> None:
    labels = np.ones((120, 120), int)
    labels[:, 60:] = 2
    split = make_split(labels, "blocks", window=3, size="auto", cube=smooth_cube(120, 20), **options)
    size = split.options["size"]
    assert 20 <= size <= 26
    assert split.notes[0].startswith(f"size {size}: the range of autocorrelation of the spectra is ")
    same = make_split(labels, "blocks", window=3, size=size, **options)
    np.testing.assert_array_equal(split.roles, same.roles)


def test_automatic_size_is_no_less_than_the_window() -> None:
    cube = np.random.default_rng(0).normal(size=(90, 90, 2))
    split = make_split(np.ones((90, 90), int), "blocks", window=5, size="auto", cube=cube)
    assert split.options["size"] == 5
    assert split.notes[0].endswith("neighbours are hardly alike, less than the window of 5 pixels")


def test_automatic_size_is_refused_where_the_range_is_not_known() -> None:
    labels = np.ones((60, 60), int)
    ramp = np.add.outer(np.arange(60.0), np.zeros(60))[:, :, np.newaxis]
    with pytest.raises(DataError, match=r"no plateau up to a distance of 30 pixels.*give a size in pixels"):
        make_split(labels, "blocks", window=3, size="auto", cube=ramp)
    with pytest.raises(UsageError, match="no cube was given"):
        make_split(labels, "blocks", window=3, size="auto")
