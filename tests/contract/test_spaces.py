"""Every declared search space gives options that the model or extractor accepts."""

from typing import Any

import numpy as np
import pytest

from hsclass.features import feature_class, feature_names
from hsclass.models import MODELS, model_class
from hsclass.options import parse_options
from hsclass.space import Choice, Dimension, Space

WINDOW, IMAGE, BANDS, CLASSES = 11, 64, 200, 16


def draw(dimension: Dimension, rng: np.random.Generator) -> Any:
    """One value, both ends as likely as anything between."""
    if isinstance(dimension, Choice):
        return dimension.choices[rng.integers(len(dimension.choices))]
    place = rng.choice([0.0, 1.0, rng.random()])
    value = dimension.low + place * (dimension.high - dimension.low)
    if dimension.step is not None:
        value = dimension.low + round((value - dimension.low) / dimension.step) * dimension.step
    return int(value) if dimension.whole else float(value)


def draws(space: Space, count: int = 40) -> list[dict[str, Any]]:
    rng = np.random.default_rng(0)
    return [{name: draw(dimension, rng) for name, dimension in space.items()} for _ in range(count)]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_model_accepts_all_that_its_space_gives(name: str) -> None:
    family = model_class(name)
    for values in draws(family.space):
        options = parse_options(family.Options, values, f"model {name}")
        family.check(options, window=IMAGE if family.takes == "images" else WINDOW, n_features=BANDS)
        assert {key: options.model_dump()[key] for key in values} == values


@pytest.mark.parametrize("name", sorted(set(MODELS) - {"sam"}))
def test_model_with_something_to_set_has_a_space(name: str) -> None:
    """The spectral angle mapper has its normalisation alone, and another one is another method."""
    assert model_class(name).space


@pytest.mark.parametrize("name", [name for name in feature_names("pixels") if feature_class(name).space])
def test_extractor_accepts_all_that_its_space_gives(name: str) -> None:
    extractor = feature_class(name)
    for values in draws(extractor.space):
        options = parse_options(extractor.Options, values, f"features {name}")
        assert extractor(**options.model_dump()).count(BANDS, CLASSES) >= 1
