"""What every model owes that learns from images, or from the features of images."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import hsclass
from hsclass.errors import UsageError
from hsclass.features.frozen import FrozenOptions, ImageFeatures
from hsclass.models import model_class, model_names
from hsclass.models.trained import TrainedModel
from hsclass.samples.images import ImageRecord, ImageSamples
from hsclass.scene import LandCover
from hsclass.split import Role, Split

COLOURS = ((40, 160, 40), (180, 60, 50), (30, 60, 170))
CLASSES = tuple(LandCover(id, name, colour) for id, (name, colour) in enumerate(zip("abc", COLOURS, strict=True), 1))
SMALL: dict[str, dict[str, Any]] = {
    "backbone": {"size": 32, "fine_tune": 1, "epochs": 2, "average_symmetries": False},
    "cnn": {"size": 8, "grey": False, "filters": (4,), "hidden": (16,), "epochs": 8, "learning_rate": 0.02},
    "dense": {"size": 8, "grey": False, "hidden": (16,), "epochs": 10, "learning_rate": 0.02},
    "softmax": {"size": 8, "grey": False, "epochs": 12, "learning_rate": 0.05},
    "ann": {"hidden": (8,), "epochs": 12, "learning_rate": 0.05, "dropout": 0.0},
    "cnn1d": {"filters": (6,), "dense": (16,), "epochs": 12, "learning_rate": 0.05},
    "gradient_boosting": {"iterations": 10, "min_samples_leaf": 2},
    "rf": {"trees": 20},
    "rnn": {"units": (8,), "step": 4, "epochs": 12, "learning_rate": 0.05, "dropout": 0.0},
}
NAMES = model_names("images")


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> ImageSamples:
    """48 noisy images of three colours."""
    rng, folder, records = np.random.default_rng(0), tmp_path_factory.mktemp("images"), []
    for number in range(48):
        colour = COLOURS[number % 3]
        pixels = rng.normal(colour, 20, (16, 16, 3)).clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:02d}.png")
        records.append(ImageRecord(f"{number:02d}.png", ("abc"[number % 3],), "", (16, 16, 3), f"d{number}", ""))
    return ImageSamples("toy", folder, tuple(records), CLASSES)


@pytest.fixture(scope="module")
def split() -> Split:
    roles = np.repeat(np.array([Role.TRAIN, Role.VALIDATION, Role.TEST], np.uint8), [24, 9, 15])
    return Split(roles, 1, "random", 0, {"train": 0.5, "validation": 0.2}, False)


@pytest.fixture(scope="module")
def features(images: ImageSamples) -> ImageFeatures:
    """Made-up features of 24 numbers, which tell the classes apart."""
    rng = np.random.default_rng(1)
    shapes = np.exp(-(((np.arange(24) - np.array([[4], [12], [20]])) / 5) ** 2))
    values = (1 + shapes[images.labels - 1] + rng.normal(0, 0.1, (len(images), 24))).astype(np.float32)
    return ImageFeatures(values, "backbone", FrozenOptions(), 32, "digest")


@pytest.fixture(scope="module")
def train(images: ImageSamples, split: Split, features: ImageFeatures) -> Callable[..., TrainedModel]:
    def train(name: str, samples: ImageSamples = images, **options: Any) -> TrainedModel:
        taken = {} if model_class(name).takes == "images" else {"features": features}
        return hsclass.fit(samples, split, name, **taken, **SMALL.get(name, {}), **options)

    return train


def predicted(model: TrainedModel, images: ImageSamples, features: ImageFeatures, split: Split) -> np.ndarray:
    given = None if model.card.images else features
    return hsclass.predict_images(model, images, split=split, features=given).probabilities


@pytest.mark.parametrize("name", NAMES)
def test_it_learns_what_is_easy_comes_back_from_disk_and_a_seed_repeats_it(
    name: str, train: Any, images: ImageSamples, features: ImageFeatures, split: Split, tmp_path: Path
) -> None:
    trained = train(name)
    found = predicted(trained, images, features, split)
    truth = images.targets[split.roles == Role.TEST]
    assert found.shape == truth.shape
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    assert (found.argmax(axis=1) == truth.argmax(axis=1)).mean() > 0.85
    assert (trained.scope.reach, trained.samples) == (0, "images")
    np.testing.assert_array_equal(trained.scope.seen, np.isin(split.roles, (Role.TRAIN, Role.VALIDATION)))
    trained.save(tmp_path / "model")
    loaded = TrainedModel.load(tmp_path / "model")
    np.testing.assert_allclose(predicted(loaded, images, features, split), found, atol=1e-6)
    np.testing.assert_array_equal(predicted(train(name), images, features, split), found)


@pytest.mark.parametrize("name", NAMES)
def test_images_of_several_classes_are_learned_or_refused(
    name: str, train: Any, images: ImageSamples, features: ImageFeatures, split: Split
) -> None:
    """Images of class a have class b, too."""
    records = tuple(replace(image, labels=tuple({*image.labels, "b"} if "a" in image.labels else image.labels))
                    for image in images.images)  # fmt: skip
    several = replace(images, images=records, several_labels=True)
    if not model_class(name).learns_several_labels:
        with pytest.raises(UsageError, match=f"model {name}: learns one class a sample, but the images"):
            train(name, several)
        return
    found = predicted(train(name, several), several, features, split)
    truth = several.targets[split.roles == Role.TEST] > 0
    assert ((found >= 0.5) == truth).mean() > 0.75
    assert found.sum(axis=1).max() > 1.1
