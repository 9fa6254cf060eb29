"""Extractors in turn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hsclass.errors import UsageError
from hsclass.features.bilateral import Bilateral
from hsclass.features.chain import Chain, ChainOptions
from hsclass.features.dafe import Discriminants
from hsclass.features.extractor import Origin
from hsclass.features.spectrum import Spectrum
from hsclass.options import parse_options

SMOOTH_DAFE = ({"features": "bilateral", "radius": 2}, {"features": "dafe", "components": 2})


def test_it_gives_what_the_steps_give_one_after_the_other(classes_cube: Callable[..., Any]) -> None:
    cube, labels = classes_cube(3)
    labels[:, ::2] = 0
    smooth = Bilateral(radius=2).fit(cube, labels).transform(cube)
    expected = Discriminants(components=2).fit(smooth, labels).transform(smooth)
    np.testing.assert_array_equal(Chain(steps=SMOOTH_DAFE).fit(cube, labels).transform(cube), expected)


def test_a_step_that_keeps_the_bands_hands_on_what_is_known_of_them(classes_cube: Callable[..., Any]) -> None:
    cube, labels = classes_cube(2)
    origin = Origin(400 + 10.0 * np.arange(5), np.full(5, 40.0), np.full(5, 2.0))
    steps = ({"features": "bilateral"}, {"features": "spectrum"})
    smooth = Bilateral().fit(cube, labels).transform(cube)
    expected = Spectrum().fit(smooth, labels, origin=origin).transform(smooth)
    np.testing.assert_array_equal(Chain(steps=steps).fit(cube, labels, origin=origin).transform(cube), expected)


def test_reaches_add_up() -> None:
    twice = Chain(steps=({"features": "bilateral", "radius": 3}, {"features": "bilateral", "radius": 1}))
    assert (twice.reach, twice.fit_reach) == (4, 3)
    assert (Chain(steps=({"features": "pca"},)).reach, Chain(steps=({"features": "pca"},)).fit_reach) == (0, 0)
    profiles = Chain(steps=({"features": "sdap"}, {"features": "dafe"}))
    assert (profiles.reach, profiles.fit_reach) == (None, None)


def test_number_of_features_is_that_of_the_last_step() -> None:
    assert Chain(steps=SMOOTH_DAFE).count(200, 16) == 2
    assert Chain(steps=({"features": "pca", "components": 0.9}, {"features": "sdap"})).count(200, 16) is None
    with pytest.raises(UsageError, match=r"features mnf: option 'components' is 9; expected 7 at the most"):
        Chain(steps=({"features": "pca", "components": 7}, {"features": "mnf", "components": 9})).count(200, 16)


def test_a_second_fit_forgets_the_first(classes_cube: Callable[..., Any]) -> None:
    cube, labels = classes_cube(3)
    chain = Chain(steps=SMOOTH_DAFE).fit(cube, labels)
    chain.set_params(steps=({"features": "pca", "components": 2},)).fit(cube, labels)
    assert {name for name in vars(chain) if name.endswith("_")} == {"step0_mean_", "step0_components_", "step0_share_"}


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([{"radius": 2}], "step 1 needs 'features: NAME'"),
        ([{"features": "raw"}, {"features": "chain"}], "step 2 needs 'features: NAME', the name of an extractor that"),
        ([{"features": "mfn"}], "unknown feature extractor 'mfn'.*did you mean 'mnf'"),
        ([{"features": "bilateral", "radios": 2}], "step 1, bilateral: unknown option 'radios'; expected one of"),
        ([{"features": "pca"}, {"features": "spectrum"}], "step 2, spectrum, needs the bands of the scene; put it"),
        ([], "at least 1"),
    ],
)
def test_steps_that_cannot_be_are_one_sentence(steps: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(UsageError, match=rf"^features chain: option 'steps' is .*{message}"):
        parse_options(ChainOptions, {"steps": steps}, "features chain")
