"""A map holds class ids, 0 where there is no data, and how sure the model is."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import hsclass
from hsclass.errors import DataError
from hsclass.models.trained import TrainedModel
from hsclass.results import LegendEntry
from hsclass.scene import LandCover, Scene
from hsclass.split import Role, Split


@pytest.fixture(scope="module")
def forest(toy_scene: Scene, toy_split: Split) -> TrainedModel:
    return hsclass.fit(toy_scene, toy_split, "rf", trees=20)


class Fixed:
    """A classifier that gives the same made-up probabilities whatever it sees."""

    def __init__(self, probabilities: list[Any]) -> None:
        self.probabilities = np.array(probabilities, np.float32)

    reach = 0
    threads = 1

    def predict_map(self, cube: np.ndarray, rows: slice | None = None, **limits: object) -> np.ndarray:
        return self.probabilities


def test_map_has_the_ids_of_the_ground_truth(forest: TrainedModel, toy_scene: Scene, toy_split: Split) -> None:
    result = hsclass.predict_scene(forest, toy_scene)
    assert set(np.unique(result.classes)) == {2, 7, 12}
    assert result.classes.dtype == np.uint8
    test = toy_split.roles == Role.TEST
    assert (result.classes == toy_scene.labels)[test].mean() > 0.9
    assert result.legend == toy_scene.classes


def test_unlabelled_pixels_are_mapped_too(forest: TrainedModel, toy_scene: Scene) -> None:
    result = hsclass.predict_scene(forest, replace(toy_scene, labels=None))
    assert (result.classes[:2, -2:] == 2).all()


def test_class_of_the_highest_probability_wins_and_is_the_confidence(forest: TrainedModel, toy_scene: Scene) -> None:
    model = replace(forest, classifier=Fixed([[[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]], [[0.3, 0.4, 0.3], [0, 0, 1]]]))
    mask = np.array([[True, True], [True, False]])
    scene = replace(toy_scene, cube=toy_scene.cube[:2, :2], labels=None, mask=mask)
    result = hsclass.predict_scene(model, scene)
    assert result.classes.tolist() == [[12, 2], [7, 0]]
    np.testing.assert_allclose(result.confidence, [[0.7, 0.5], [0.4, 0]], rtol=1e-6)
    assert result.confidence.dtype == np.float32


@pytest.mark.parametrize(("last", "kind"), [(255, np.uint8), (256, np.uint16)])
def test_map_takes_two_bytes_only_where_the_ids_need_them(
    forest: TrainedModel, toy_scene: Scene, last: int, kind: type
) -> None:
    classes = [LegendEntry(id=i, name=str(i), color=(0, 0, 0)) for i in (1, 4, last)]
    model = replace(forest, card=forest.card.model_copy(update={"classes": classes}), classifier=Fixed([[[0, 0, 1]]]))
    scene = replace(toy_scene, cube=toy_scene.cube[:1, :1], labels=None, mask=np.ones((1, 1), bool))
    result = hsclass.predict_scene(model, scene)
    assert result.classes.dtype == kind
    assert result.classes.tolist() == [[last]]
    assert result.legend[2] == LandCover(last, str(last), (0, 0, 0))


@pytest.mark.parametrize("fill", [np.nan, -9999.0])
def test_fill_values_are_not_mapped_and_change_nothing_around_them(
    forest: TrainedModel, toy_scene: Scene, fill: float
) -> None:
    cube, mask = toy_scene.cube.copy(), np.ones((24, 24), bool)
    cube[10:12, 5], mask[10:12, 5] = fill, False
    whole, holed = (
        hsclass.predict_scene(forest, scene) for scene in (toy_scene, replace(toy_scene, cube=cube, mask=mask))
    )
    assert not holed.classes[~mask].any()
    assert not holed.confidence[~mask].any()
    np.testing.assert_array_equal(holed.classes[mask], whole.classes[mask])
    np.testing.assert_array_equal(holed.confidence[mask], whole.confidence[mask])


def test_fill_values_do_not_spoil_the_windows_of_a_network(toy_scene: Scene, toy_split: Split) -> None:
    cube, mask = toy_scene.cube.copy(), np.ones((24, 24), bool)
    cube[:, 11], mask[:, 11] = np.nan, False
    scene = replace(toy_scene, cube=cube, mask=mask)
    sizes = {"filters": (4, 4, 4), "dense": (16,), "epochs": 12, "learning_rate": 0.01, "dropout": 0.0}
    model = hsclass.fit(scene, toy_split, "cnn3d", **sizes)
    result = hsclass.predict_scene(model, scene)
    assert np.isfinite(result.confidence).all()
    beside = (slice(None), [9, 10, 12, 13])
    assert (result.classes == toy_scene.labels)[beside].mean() > 0.8


def test_other_scene_size_than_in_training(forest: TrainedModel, toy_scene: Scene) -> None:
    scene = replace(toy_scene, cube=toy_scene.cube[3:20, 1:6], labels=None, mask=toy_scene.mask[3:20, 1:6])
    result = hsclass.predict_scene(forest, scene)
    np.testing.assert_array_equal(result.classes, hsclass.predict_scene(forest, toy_scene).classes[3:20, 1:6])


def test_scene_of_other_bands(forest: TrainedModel, toy_scene: Scene) -> None:
    with pytest.raises(DataError, match="has 23 bands, but the model was trained on 24"):
        hsclass.predict_scene(forest, replace(toy_scene, cube=toy_scene.cube[..., 1:], wavelengths=None))
