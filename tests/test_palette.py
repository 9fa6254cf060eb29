"""Colours of classes: deterministic, and told apart with normal and with colour-blind eyes."""

import numpy as np
import pytest

from hsclass.palette import PALETTE, colors_for, distinct_colors

# Linear RGB as seen without one kind of cone (Machado et al. 2009, severity 1).
DEUTERANOPIA = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
PROTANOPIA = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]


def lab(colors: np.ndarray, sight: np.ndarray) -> np.ndarray:
    """Return CIELAB (D65) of sRGB colours, shape (n, 3), as seen through the matrix `sight`."""
    encoded = colors / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ sight.T, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


@pytest.mark.parametrize(
    ("sight", "least"), [(np.eye(3), 25), (np.array(DEUTERANOPIA), 15), (np.array(PROTANOPIA), 15)]
)
def test_colours_lie_far_apart(sight: np.ndarray, least: float) -> None:
    assert len(PALETTE) >= 20
    places = lab(np.array([*PALETTE, (0, 0, 0)], float), sight)
    distances = np.linalg.norm(places[:, None] - places[None], axis=2)
    assert distances[np.triu_indices(len(places), 1)].min() > least


def test_taken_colours_are_passed_over() -> None:
    assert distinct_colors(2, [PALETTE[0], PALETTE[2]]) == [PALETTE[1], PALETTE[3]]


def test_customary_colours_go_to_the_first_class_of_a_name_and_are_of_the_palette() -> None:
    blue, green, orange = (0, 114, 178), (0, 158, 115), (230, 159, 0)
    assert colors_for(["Water (deep)", "corn", "water, shallow", "Bare soil", "bog"]) == [
        blue, PALETTE[1], PALETTE[2], orange, PALETTE[3],
    ]  # fmt: skip
    assert colors_for(["watercress", "woods", "corn"], [PALETTE[0]]) == [PALETTE[1], green, PALETTE[3]]
    assert colors_for(["water", "lake"], [blue]) == distinct_colors(2)


@pytest.mark.parametrize("count", [0, 1, 24, 60, 500])
def test_any_number_of_colours(count: int) -> None:
    colors = distinct_colors(count)
    assert len(colors) == count
    assert colors == distinct_colors(500)[:count]
    assert len(set(colors[:100])) == min(count, 100)
    assert (0, 0, 0) not in colors
