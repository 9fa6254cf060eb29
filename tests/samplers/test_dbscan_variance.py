"""The most diverse regions train."""

import numpy as np
import pytest

from hsclass.errors import DataError
from hsclass.samplers import make_split
from hsclass.samplers.dbscan import DbscanVariance, DbscanVarianceOptions

# Three regions of one class, 4 x 4 pixels each, at columns 0, 10 and 20.
LABELS = np.zeros((4, 24), int)
for left in (0, 10, 20):
    LABELS[:, left : left + 4] = 1


REGIONS = [np.argwhere(LABELS * (np.arange(24) // 10 == place)) for place in range(3)]


def striped(amplitudes: dict[int, tuple[float, float]]) -> np.ndarray:
    """Return two bands that are 0 but for rows of +a and -a in the regions: variance a² there."""
    cube = np.zeros((*LABELS.shape, 2))
    sign = np.array([1, -1, 1, -1])[:, np.newaxis, np.newaxis]
    for left, pair in amplitudes.items():
        cube[:, left : left + 4] = sign * np.array(pair)
    return cube


def test_measure_is_the_mean_over_bands_of_the_variance_in_units_of_the_scenes() -> None:
    cube = striped({0: (1, 30), 10: (4, 10), 20: (2, 20)})
    ranked = DbscanVariance(DbscanVarianceOptions()).rank(REGIONS, cube, np.ones(LABELS.shape, bool))
    # The scene's variance is that of 96 pixels with mean 0, of which 16 a region have the squares above.
    one, two = (1 + 16 + 4) * 16 / 96, (900 + 100 + 400) * 16 / 96
    assert ranked == pytest.approx([-(a / one + b / two) / 2 for a, b in ((1, 900), (16, 100), (4, 400))])
    assert np.argmin(ranked) == 1


def test_the_most_diverse_region_trains_though_another_has_the_greatest_raw_variance() -> None:
    cube = striped({0: (1, 30), 10: (4, 10), 20: (2, 20)})
    split = make_split(LABELS, "dbscan_variance", window=3, cube=cube, train=0.3, validation=0.3)
    assert [int(split.roles[0, left]) for left in (0, 10, 20)] == [2, 1, 3]


def test_scaling_or_shifting_a_band_changes_nothing_and_a_constant_band_is_ignored() -> None:
    cube = np.random.default_rng(0).normal(size=(*LABELS.shape, 3))
    cube[..., 2] = 5
    sampler, mask = DbscanVariance(DbscanVarianceOptions()), np.ones(LABELS.shape, bool)
    changed = cube * (1, 100, 3) + (7, -20, 0)
    assert sampler.rank(REGIONS, changed, mask) == pytest.approx(sampler.rank(REGIONS, cube, mask))


def test_pixels_without_data_do_not_count() -> None:
    cube = np.random.default_rng(0).normal(size=(*LABELS.shape, 3))
    mask = np.ones(LABELS.shape, bool)
    mask[:, 5:9] = False
    sampler = DbscanVariance(DbscanVarianceOptions())
    filled = np.where(mask[..., np.newaxis], cube, -9999)
    assert sampler.rank(REGIONS, filled, mask) == pytest.approx(sampler.rank(REGIONS, cube, mask))


def test_values_that_are_no_numbers_are_an_error() -> None:
    cube = striped({0: (1, 30)})
    cube[1, 11, 0] = np.nan
    with pytest.raises(DataError, match="not finite"):
        make_split(LABELS, "dbscan_variance", window=3, cube=cube)


def test_the_raw_measure_is_one_standard_deviation_over_all_values() -> None:

    # Alike within each band, but the bands differ: nothing for the mean variance, all of the raw deviation.
    cube = np.array([[[0.0, 8.0], [0.0, 8.0], [1.0, 3.0], [3.0, 1.0]]])
    regions = [np.array([[0, 0], [0, 1]]), np.array([[0, 2], [0, 3]])]
    ranks = {
        spread: DbscanVariance(DbscanVarianceOptions(spread=spread)).rank(regions, cube, np.ones((1, 4), bool))
        for spread in ("bands", "raw")
    }
    assert ranks["raw"].tolist() == [-4.0, -1.0]
    assert ranks["bands"].argmin() == 1
