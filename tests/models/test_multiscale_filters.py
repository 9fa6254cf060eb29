"""Filters moved over the scene give what they give window by window."""

import numpy as np
import pytest

from hsclass.models.classifier import BLOCK
from hsclass.models.multiscale_filters import FilterBank, _draw, gather, learn_bank, mirrored, pooled_maps


def bank(scale: int, side: int, *, bands: int = 3, filters: int = 2, seed: int = 0) -> FilterBank:
    rng = np.random.default_rng(seed)
    return FilterBank(
        scale,
        rng.normal(size=(side, side, bands, filters)).astype(np.float32),
        rng.normal(size=filters).astype(np.float32),
    )


def window_by_window(cube: np.ndarray, one: FilterBank, pixel: np.ndarray, pooling: str) -> np.ndarray:
    """Features of one pixel, from its own padded window."""
    reach, side = one.scale // 2, len(one.weights)
    padded = np.pad(cube, ((reach, reach), (reach, reach), (0, 0)), mode="reflect")
    window = padded[pixel[0] : pixel[0] + one.scale, pixel[1] : pixel[1] + one.scale]
    places = range(one.scale - side + 1)
    responses = [
        np.maximum(0, np.tensordot(window[r : r + side, c : c + side], one.weights, 3) + one.offsets)
        for r in places
        for c in places
    ]
    return np.max(responses, axis=0) if pooling == "max" else np.mean(responses, axis=0)


def all_features(cube: np.ndarray, banks: list[FilterBank], pixels: np.ndarray, pooling: str) -> np.ndarray:
    found = np.full((len(pixels), sum(b.weights.shape[3] for b in banks)), np.nan)
    for here, features in pooled_maps(cube, banks, pixels, pooling=pooling):
        found[here] = features
    return found


@pytest.mark.parametrize("pooling", ["max", "mean"])
@pytest.mark.parametrize("scales", [(5,), (1, 3, 7), (7, 3)])
def test_maps_are_those_of_single_windows_borders_included(scales: tuple[int, ...], pooling: str) -> None:
    cube = np.random.default_rng(1).normal(size=(9, 8, 3)).astype(np.float32)
    banks = [bank(scale, min(3, scale), seed=scale) for scale in scales]
    pixels = np.random.default_rng(2).permutation(np.argwhere(np.ones((9, 8))))
    expected = [np.concatenate([window_by_window(cube, b, pixel, pooling) for b in banks]) for pixel in pixels]
    np.testing.assert_allclose(all_features(cube, banks, pixels, pooling), expected, atol=1e-5)


def test_tiles_of_a_tall_scene_join_without_a_seam() -> None:
    """Of 4 columns a tile has 8,192 rows; the pixels are those beside the seam."""
    cube = np.random.default_rng(3).normal(size=(BLOCK // 4 + 20, 4, 3)).astype(np.float32)
    one = bank(5, 3)
    pixels = np.array([(row, col) for row in range(BLOCK // 4 - 4, BLOCK // 4 + 4) for col in range(4)])
    expected = [window_by_window(cube, one, pixel, "max") for pixel in pixels]
    np.testing.assert_allclose(all_features(cube, [one], pixels, "max"), expected, atol=1e-5)


def test_windows_at_the_edge_are_mirrored() -> None:
    cube = np.arange(12, dtype=np.float32).reshape(3, 4, 1)
    (corner,) = gather(cube, np.array([(0, 0)]), 3)
    np.testing.assert_array_equal(corner[..., 0], [[5, 4, 5], [1, 0, 1], [5, 4, 5]])


def test_windows_may_be_centred_outside() -> None:
    cube = np.arange(12, dtype=np.float32).reshape(3, 4, 1)
    inside, mirror = gather(cube, np.array([(1, 1), (1, -1)]), 3)
    np.testing.assert_array_equal(mirror, inside[:, ::-1])


def test_scene_narrower_than_the_reach_is_mirrored_more_than_once() -> None:
    np.testing.assert_array_equal(mirrored(3, 5), [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1])


def test_draw_is_equal_over_classes_as_far_as_they_reach() -> None:
    """Of 30, 10 and 2 pixels, 12 are 5, 5 and 2."""
    targets = np.repeat([0, 1, 4], [30, 10, 2])
    drawn = _draw(targets, 12, np.random.default_rng(0))
    assert len(np.unique(drawn)) == 12
    np.testing.assert_array_equal(np.bincount(targets[drawn]), [5, 5, 0, 0, 2])


def test_draw_never_leaves_a_class_out() -> None:
    targets = np.repeat([0, 1, 2], [50, 50, 1])
    assert sorted(targets[_draw(targets, 2, np.random.default_rng(0))]) == [0, 1, 2]


def test_mean_response_of_a_filter_is_zero() -> None:
    """Over the windows that it learned from: all pixels, in filters as large as the scale."""
    rng = np.random.default_rng(4)
    cube = rng.normal(5, 1, (9, 9, 3)).astype(np.float32)
    pixels, targets = np.argwhere(np.ones((9, 9))), rng.integers(0, 4, 81)
    learned = learn_bank(cube, pixels, targets, scale=3, side=3, machines=1, samples=81, cost=1.0, rng=rng)
    responses = np.tensordot(gather(cube, pixels, 3), learned.weights, 3) + learned.offsets
    np.testing.assert_allclose(responses.mean(axis=0), 0, atol=1e-4)
    assert responses.std(axis=0).min() > 0.1


def test_two_classes_have_a_filter_each() -> None:
    rng = np.random.default_rng(4)
    cube = rng.normal(size=(6, 6, 2)).astype(np.float32)
    pixels, targets = np.argwhere(np.ones((6, 6))), np.arange(36) % 2
    learned = learn_bank(cube, pixels, targets, scale=1, side=1, machines=1, samples=36, cost=1.0, rng=rng)
    np.testing.assert_array_equal(learned.weights[..., 0], -learned.weights[..., 1])


@pytest.mark.parametrize("samples", [10, 60])
def test_filter_of_each_class_answers_its_own_class(samples: int) -> None:
    """With fewer samples than window values, and with more."""
    rng = np.random.default_rng(4)
    targets = np.repeat([0, 1, 2], 27).reshape(9, 9)
    cube = (rng.normal(0, 0.1, (9, 9, 3)) + np.eye(3)[targets]).astype(np.float32)
    pixels = np.argwhere(np.ones((9, 9)))
    learned = learn_bank(cube, pixels, targets.ravel(), scale=3, side=3, machines=2, samples=samples, cost=1.0, rng=rng)
    assert learned.weights.shape == (3, 3, 3, 6)
    inner = pixels[(pixels[:, 0] % 3) == 1]
    found = all_features(cube, [learned], inner, "max")
    np.testing.assert_array_equal(found[:, :3].argmax(axis=1), inner[:, 0] // 3)
    np.testing.assert_array_equal(found[:, 3:].argmax(axis=1), inner[:, 0] // 3)
