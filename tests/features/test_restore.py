"""Undoing a text conversion."""

import numpy as np

from hsclass.features.extractor import Origin
from hsclass.features.restore import Restore


def scene(bands: int = 40) -> np.ndarray:
    """Return whole numbers, shape (20, 20, bands), of three smooth spectra mixed, with a little noise."""
    rng = np.random.default_rng(2)
    place = np.linspace(0, 1, bands)
    spectra = np.stack([1000 + 6000 * place, 4000 - 2500 * np.cos(9 * place), 3300 + 2200 * np.sin(7 * place)])
    shares = rng.dirichlet([0.6, 0.6, 0.6], (20, 20))
    return np.rint(shares @ spectra + rng.normal(0, 15, (20, 20, bands))).astype(int)


def converted(values: np.ndarray) -> np.ndarray:
    """Do what the conversion does to the high bytes."""
    return np.where(values // 256 == 13, 10 * 256 + values % 256, values)


def restored(values: np.ndarray, *, scale: float = 1.0) -> tuple[np.ndarray, Restore]:
    """Return measured values after restoration of a normalised cube, half of whose pixels train."""
    bands = values.shape[2]
    origin = Origin(None, np.full(bands, 3000.0), np.full(bands, scale))
    cube = ((values - 3000.0) / scale).astype(np.float32)
    labels = np.where(np.arange(20) < 10, 1, 0)[:, np.newaxis].repeat(20, axis=1)
    extractor = Restore(components=3).fit(cube, labels, origin=origin)
    return np.rint(extractor.transform(cube) * scale + 3000).astype(int), extractor


def test_nearly_all_damage_is_undone_and_nearly_nothing_else_touched() -> None:
    whole = scene()
    damaged = converted(whole)
    hit = damaged != whole
    assert 0.05 < hit.mean() < 0.1
    assert ((whole >= 2560) & (whole < 2816)).mean() > 0.05
    found, extractor = restored(damaged, scale=400.0)
    assert extractor.damaged_
    assert (found == whole)[hit].mean() > 0.9
    assert (found != whole)[~hit].mean() < 0.001


def test_pixels_that_did_not_train_come_back_as_well() -> None:
    whole = scene()
    found, _ = restored(converted(whole))
    hit = (converted(whole) != whole)[10:]
    assert (found == whole)[10:][hit].mean() > 0.9


def test_a_whole_scene_passes_unchanged() -> None:
    whole = scene()
    found, extractor = restored(whole)
    assert not extractor.damaged_
    np.testing.assert_array_equal(found, whole)


def test_a_scene_without_values_above_the_gap_is_not_taken_for_damaged() -> None:
    dark = np.minimum(scene(), 3000)
    found, extractor = restored(dark)
    assert not extractor.damaged_
    np.testing.assert_array_equal(found, dark)
