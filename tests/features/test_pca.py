"""Principal components."""

import numpy as np
import pytest

from hsclass.errors import DataError, UsageError
from hsclass.features.pca import PcaOptions, PrincipalComponents
from hsclass.options import parse_options

# Around (10, 20): 5 to either side along (3, 4) / 5, and 1 across.
SPECTRA = np.array([10, 20]) + np.outer([5, -5, 5, -5], [0.6, 0.8]) + np.outer([1, 1, -1, -1], [0.8, -0.6])


def cube_of(spectra: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the spectra in a row of training pixels, beside a row of others that would tell something else."""
    cube = np.stack([spectra, np.full(spectra.shape, 1e3)])
    return cube.astype(np.float32), np.repeat([[1], [0]], len(spectra), axis=1)


def test_first_component_is_the_direction_of_the_greatest_variance() -> None:
    cube, labels = cube_of(SPECTRA)
    extractor = PrincipalComponents(components=2).fit(cube, labels)
    np.testing.assert_allclose(np.abs(extractor.components_), [[0.6, 0.8], [0.8, 0.6]], rtol=1e-6)
    np.testing.assert_allclose(extractor.share_, [25 / 26, 1 / 26], rtol=1e-6)
    found = extractor.transform(cube)[0]
    np.testing.assert_allclose(np.abs(found), [[5, 1]] * 4, rtol=1e-6)


def test_share_of_variance_decides_how_many() -> None:
    cube, labels = cube_of(SPECTRA)
    counts = [PrincipalComponents(components=share).fit(cube, labels).transform(cube).shape[2] for share in (0.9, 0.97)]
    assert counts == [1, 2]
    assert PrincipalComponents(components=0.9).count(2, 3) is None


def test_whitened_components_have_variance_one() -> None:
    cube, labels = cube_of(SPECTRA)
    found = PrincipalComponents(components=2, whiten=True).fit(cube, labels).transform(cube)[0]
    np.testing.assert_allclose(found.var(axis=0, ddof=1), [1, 1], rtol=1e-5)


def test_twenty_components_by_default_or_the_bands() -> None:
    assert [PrincipalComponents().count(bands, 0) for bands in (200, 12)] == [20, 12]


def test_more_components_than_bands() -> None:
    with pytest.raises(UsageError, match="features pca: option 'components' is 3; expected 2 at the most, for 2 bands"):
        PrincipalComponents(components=3).count(2, 0)


def test_fewer_training_pixels_than_components() -> None:
    cube, labels = cube_of(np.random.default_rng(0).normal(size=(4, 9)))
    with pytest.raises(DataError, match="features pca: 4 components need at least 5 training pixels, found 4; lower"):
        PrincipalComponents(components=4).fit(cube, labels)
    assert PrincipalComponents(components=3).fit(cube, labels).transform(cube).shape == (2, 4, 3)


def test_equal_spectra() -> None:
    with pytest.raises(DataError, match="features pca: all 4 training pixels have the same spectrum"):
        PrincipalComponents(components=1).fit(*cube_of(np.full((4, 3), 7.0)))


def test_directions_without_variance_cannot_be_whitened() -> None:
    spectra = np.column_stack([SPECTRA, SPECTRA.sum(axis=1)])
    with pytest.raises(DataError, match=r"vary in 2 directions only, .* lower 'components' to 2"):
        PrincipalComponents(components=3, whiten=True).fit(*cube_of(spectra))


@pytest.mark.parametrize("components", [0, -1, 2.5])
def test_impossible_number(components: float) -> None:
    with pytest.raises(UsageError, match="features pca: option 'components"):
        parse_options(PcaOptions, {"components": components}, "features pca")
