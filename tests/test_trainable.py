"""What cannot be learned from is refused with its place; what is unusual is reported."""

from dataclasses import replace

import numpy as np
import pytest

import hsclass
from hsclass.errors import DataError
from hsclass.scene import Scene
from hsclass.split import Split
from hsclass.trainable import constant_bands, note_on_constant, require_trainable


def with_values(scene: Scene, *places: tuple[int, int, int], value: float = np.nan) -> Scene:
    cube = scene.cube.copy()
    for place in places:
        cube[place] = value
    return replace(scene, cube=cube)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_counted_and_named(toy_scene: Scene, toy_split: Split, value: float) -> None:
    broken = with_values(toy_scene, (9, 3, 4), (9, 3, 7), (5, 20, 7), (11, 0, 2), value=value)
    with pytest.raises(DataError) as caught:
        require_trainable(broken, toy_split)
    assert str(caught.value) == (
        "scene toy: 3 pixels hold NaN or infinite values, 2 of them to learn from; the first is (5, 20), in bands"
        " 2, 4, 7; expected numbers, as windows reach there: declare the value as nodata, or leave these bands out of"
        " the scene"
    )


def test_pixels_marked_as_without_data_may_hold_anything(toy_scene: Scene, toy_split: Split) -> None:
    broken = with_values(toy_scene, (5, 20, 7))
    mask = broken.mask.copy()
    mask[5, 20] = False
    require_trainable(replace(broken, mask=mask), toy_split)


def test_training_refuses_values_that_are_not_finite(toy_scene: Scene, toy_split: Split) -> None:
    with pytest.raises(DataError, match=r"1 pixel holds NaN .* the first is \(3, 2\), in band 1;"):
        hsclass.fit(with_values(toy_scene, (3, 2, 1)), toy_split, "rf")


def test_constant_bands_are_those_of_one_value() -> None:
    spectra = np.array([[1, 5, 0.1, 2], [1, 5, 0.1, 3], [1, 4, 0.1, 2]], np.float32)
    assert constant_bands(spectra).tolist() == [0, 2]
    assert note_on_constant(np.array([0, 2])) == (
        "constant over the training pixels: bands 0, 2, counted from 0; nothing can be learned of that, and other"
        " values elsewhere are not scaled: leave it out with features bands, drop: [0, 2]"
    )


def test_constant_bands_are_noted_with_the_model(toy_scene: Scene, toy_split: Split) -> None:
    cube = toy_scene.cube.copy()
    cube[..., 6] = 3
    training = hsclass.fit(replace(toy_scene, cube=cube), toy_split, "rf", trees=2).training
    assert training.notes == [note_on_constant(np.array([6]))]
    assert training.facts["constant bands"] == "1"
    assert hsclass.fit(toy_scene, toy_split, "rf", trees=2).training.notes == []
