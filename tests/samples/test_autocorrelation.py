"""Ranges of autocorrelation: of fields whose range is known by how they are made."""

import itertools

import numpy as np
import pytest
from rasterio.crs import CRS
from rasterio.transform import Affine
from scipy.signal import fftconvolve

from hsclass.raster import Grid
from hsclass.results.audit import Autocorrelation
from hsclass.samples import autocorrelation as module
from hsclass.samples.autocorrelation import FEWEST, autocorrelation, sampled_places, spectra_range


@pytest.fixture(autouse=True)
def _fewer_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take fewer pixels than by default: the work grows with the square of their number."""
    monkeypatch.setattr(module, "MOST", 2000)


def means_over_discs(across: int, seed: int, side: int = 200) -> np.ndarray:
    """Return means of white noise over discs: those of pixels further apart than the diameter share no noise."""
    offsets = np.arange(-(across // 2), across // 2 + 1)
    disc = (offsets[:, np.newaxis] ** 2 + offsets**2 <= (across / 2) ** 2).astype(float)
    noise = np.random.default_rng(seed).normal(size=(side + len(offsets) - 1,) * 2)
    return fftconvolve(noise, disc, mode="valid")


def found(field: np.ndarray, grid: Grid | None = None) -> Autocorrelation:
    places = sampled_places(np.ones(field.shape, bool))
    return autocorrelation(places, field[tuple(places.T)][:, np.newaxis], of="field", grid=grid)


@pytest.mark.parametrize("across", [10, 20, 30])
def test_a_known_range_is_found_within_a_fifth(across: int) -> None:
    ranges = [found(means_over_discs(across, seed)).range for seed in range(4)]
    assert np.mean(ranges) == pytest.approx(across, rel=0.2)


def test_short_ranges_are_found_in_large_scenes() -> None:
    assert found(means_over_discs(20, 0, side=1500)).range == pytest.approx(20, rel=0.2)


def test_the_range_is_in_units_of_the_map_too() -> None:
    grid = Grid(CRS.from_epsg(32633), Affine(30, 0, 0, 0, -30, 0))
    alike = found(means_over_discs(20, 0), grid)
    assert (alike.range_map, alike.unit) == (pytest.approx(30 * alike.range), "metre")
    assert alike.worded() == f"{alike.range:.1f} pixels ({alike.range_map:.3g} metre)"
    degrees = found(means_over_discs(20, 0), Grid(CRS.from_epsg(4326), Affine(0.001, 0, 0, 0, -0.001, 0)))
    assert (degrees.range_map, degrees.unit) == (pytest.approx(0.001 * degrees.range), "degree")


@pytest.mark.parametrize("seed", range(6))
def test_pure_nugget_has_a_range_of_zero(seed: int) -> None:
    alike = found(np.random.default_rng(seed).normal(size=(200, 200)))
    assert (alike.range, alike.note) == (0.0, "neighbours are hardly alike")


def test_a_trend_reaches_no_plateau() -> None:
    trend = np.add.outer(np.arange(200.0), np.zeros(200))
    for field in (trend, trend + np.random.default_rng(0).normal(0, 20, trend.shape)):
        alike = found(field)
        assert (alike.range, alike.note) == (None, "no plateau up to a distance of 100 pixels")


def test_too_few_and_equal_pixels_give_no_range() -> None:
    few = autocorrelation(np.argwhere(np.ones((9, 11), bool)), np.ones((99, 1)), of="field")
    assert (few.range, few.note) == (None, f"only 99 pixels, of {FEWEST} that a variogram needs")
    assert found(np.ones((20, 20))).note == "all pixels are alike"
    assert found(np.random.default_rng(0).normal(size=(10, 10))).range in {None, 0.0}


def test_components_count_as_much_as_they_vary() -> None:
    wide, narrow = 100 * means_over_discs(30, 0), means_over_discs(10, 1)
    places = sampled_places(np.ones(wide.shape, bool))
    spectra = np.stack([wide, narrow, wide + narrow], axis=2)[tuple(places.T)]
    assert spectra_range(places, spectra).range == pytest.approx(found(wide).range, rel=0.01)


def test_sampled_pixels_are_marked_few_and_the_same_each_time() -> None:
    marked = np.zeros((400, 400), bool)
    marked[50:300, 100:350] = True
    places = sampled_places(marked)
    assert 1000 < len(places) <= 2000
    assert marked[tuple(places.T)].all()
    assert len(np.unique(places, axis=0)) == len(places)
    np.testing.assert_array_equal(places, sampled_places(marked))
    np.testing.assert_array_equal(sampled_places(marked[:57]), np.argwhere(marked[:57]))


def test_semivariance_is_half_the_mean_squared_difference_of_all_pairs_in_a_bin() -> None:
    """By all pairs: two variables count together, as their mean; a bin ends half a pixel above a whole distance."""
    rng = np.random.default_rng(4)
    places = np.unique(rng.integers(0, 30, (300, 2)), axis=0)
    values = np.stack([places[:, 0] + rng.normal(size=len(places)), 5 * rng.normal(size=len(places))], axis=1)
    one, other = np.triu_indices(len(places), 1)
    distance = np.hypot(*(places[one] - places[other]).T)
    half = (np.square(values[one] - values[other]) / 2).mean(axis=1)
    edges = np.unique(np.round(16 ** (np.arange(21) / 20))) - 0.5
    wanted = [half[(distance >= low) & (distance < high)].mean() for low, high in itertools.pairwise(edges)]
    centres, found = module._variogram(places, values, 15.0)
    assert (edges[:-1] < centres).all()
    assert (centres < edges[1:]).all()
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


@pytest.mark.parametrize("nugget", [0.0, 0.3])
def test_the_range_of_a_curve_is_that_of_its_formula(nugget: float) -> None:
    """Matheron's spherical model ends at its range; the exponential one has 95 % of its plateau at -ln 0.05 scales."""
    h = np.arange(1.0, 41)
    spherical = nugget + np.where(h < 24, 1.5 * h / 24 - 0.5 * (h / 24) ** 3, 1)
    exponential = nugget + 1 - np.exp(-h / 6)
    for curve, name, wanted in ((spherical, "spherical", 24), (exponential, "exponential", -6 * np.log(0.05))):
        model = module._fitted(h, curve)
        assert model is not None
        assert (model.name, model.range) == (name, pytest.approx(wanted, rel=0.01))
        assert model.nugget_share == pytest.approx(nugget / (1 + nugget), abs=0.02)
        assert model.of_neighbours == pytest.approx(1 - curve[0] / curve[-1], abs=0.02)
