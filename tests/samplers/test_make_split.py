"""What make_split checks, returns and passes on."""

import doctest

import numpy as np
import pytest

import hsclass.samplers.making
from hsclass.errors import DataError, UsageError
from hsclass.samplers import check_counts, make_split, sampler_names
from hsclass.scene import LandCover, Scene

LABELS = np.repeat(np.repeat(np.array([[1, 2], [2, 1]]), 10, axis=0), 20, axis=1)


def test_the_docstrings_example_holds() -> None:
    found = doctest.testmod(hsclass.samplers.making)
    assert (found.failed, found.attempted > 0) == (0, True)


def test_the_split_carries_what_it_was_made_with() -> None:
    split = make_split(LABELS, "dbscan_area", window=3, train=0.2, validation=0.1, seed=7, eps=2)
    assert (split.window, split.sampler, split.seed, split.leaky) == (3, "dbscan_area", 7, False)
    assert split.fractions == {"train": 0.2, "validation": 0.1}
    assert split.options == {
        "folds": None, "eps": 2.0, "min_samples": 5, "max_overshoot": 2.0, "by_rows": False, "first": "smallest",
    }  # fmt: skip
    assert split.roles.dtype == np.uint8


def test_a_scene_gives_its_ground_truth_cube_and_mask() -> None:
    mask = np.ones(LABELS.shape, bool)
    mask[:5] = False
    cube = np.random.default_rng(0).normal(size=(*LABELS.shape, 4))
    classes = (LandCover(1, "a", (1, 1, 1)), LandCover(2, "b", (2, 2, 2)))
    scene = Scene("patch", cube, LABELS.astype(np.uint8), None, mask, classes)
    split = make_split(scene, "dbscan_variance", window=3)
    assert not split.roles[:5].any()
    assert split.roles[5:].all()
    assert np.array_equal(split.roles, make_split(LABELS, "dbscan_variance", window=3, cube=cube, mask=mask).roles)


def test_arguments_are_not_changed() -> None:
    labels = LABELS.astype(np.uint16)
    before = labels.copy()
    make_split(labels, "dbscan_area", window=3)
    assert np.array_equal(labels, before)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"sampler": "dbscan"},
            r"unknown sampler 'dbscan': expected one of blocks, clusters, dbscan_area, dbscan_variance, fix",
        ),
        (
            {"radius": 2},
            r"sampler dbscan_area: unknown option 'radius'; expected one of by_rows, eps, first, folds, max_over",
        ),
        ({"eps": 0}, r"sampler dbscan_area: option 'eps' is 0; it should be greater than or equal to 1"),
        ({"sampler": "random", "strategy": "fair"}, r"option 'strategy' is 'fair'"),
        ({"window": 4}, r"window: is 4 pixels; expected an odd number from 1 to 20, as the scene has 20 rows and 40"),
        ({"window": -1}, r"window: is -1 pixels"),
        ({"window": 21}, r"window: is 21 pixels"),
        ({"train": 0}, r"fractions: train is 0 and validation is 0.05; expected train above 0"),
        ({"validation": -0.1}, r"validation is -0.1"),
        ({"train": 0.9, "validation": 0.1}, r"a sum below 1"),
        ({"train": float("nan")}, r"train is nan"),
        ({"sampler": "dbscan_variance"}, r"sampler dbscan_variance: looks at the spectra, but no cube was given"),
    ],
)
def test_impossible_requests_are_usage_errors(arguments: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make_split(LABELS, **{"window": 3, **arguments})


@pytest.mark.parametrize(
    ("labels", "arguments", "message"),
    [
        (LABELS.astype(float), {}, r"type float64 and shape \(20, 40\); expected integers"),
        (LABELS[0], {}, r"shape \(40,\)"),
        (LABELS - 2, {}, r"its labels hold -1"),
        (LABELS * 0, {}, r"scene patch: has no labelled pixel"),
        (
            LABELS,
            {"cube": np.zeros((20, 39, 3))},
            r"cube is \(20, 39\) pixels, but the labels are \(20, 40\)",
        ),
        (LABELS, {"mask": np.zeros((4, 4), bool)}, r"mask is \(4, 4\) pixels"),
        (LABELS, {"mask": np.zeros((20, 40), bool)}, r"has no labelled pixel"),
    ],
)
def test_rasters_that_do_not_fit_are_data_errors(labels: np.ndarray, arguments: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        make_split(labels, window=3, scene="patch", **arguments)


def test_a_class_too_small_to_split_is_named_with_all_counts() -> None:
    labels = LABELS.copy()
    labels[0, :2] = 3
    message = (
        r"scene patch: class 3 has fewer than the 3 pixels that sampler random needs of every class \(pixels per class:"
        r" 1: 398, 2: 400, 3: 2\); drop such classes with drop_classes"
    )
    with pytest.raises(DataError, match=message):
        make_split(labels, "random", window=3, scene="patch")
    assert make_split(labels, "random", window=3, validation=0).classes[2].test == 1
    assert make_split(labels, "dbscan_area", window=3).classes[2].train == 2


def test_a_single_pixel_is_too_few_for_every_sampler() -> None:
    for sampler in sampler_names("pixels"):
        with pytest.raises(DataError, match=r"class 8, 9 has fewer than the 2 pixels"):
            check_counts({9: 1, 3: 50, 8: 1}, sampler, train=0.1, validation=0)


def test_counts_alone_are_checked_like_the_scene() -> None:
    check_counts({1: 3, 2: 400}, "random", train=0.1, validation=0.05)
    with pytest.raises(DataError, match=r"scene houston: class 1 has fewer than the 3 pixels"):
        check_counts({1: 2, 2: 400}, "random", train=0.1, validation=0.05, scene="houston")
    with pytest.raises(UsageError, match="fractions"):
        check_counts({1: 40}, "random", train=0.6, validation=0.4)
    with pytest.raises(UsageError, match="unknown sampler 'grid'"):
        check_counts({1: 40}, "grid", train=0.1, validation=0)


def test_no_test_pixel_left_is_an_error_with_counts_and_advice() -> None:
    labels = np.repeat([[1, 2, 3]], 3, axis=0).repeat(3, axis=1)
    with pytest.raises(DataError) as caught:
        make_split(labels, "dbscan_area", window=3, scene="patch", validation=0)
    assert str(caught.value) == (
        "scene patch: sampler dbscan_area with window 3 and train 0.1 leaves no test pixel out of reach of the other"
        " windows (pixels per class: 1: 9 train, 0 validation, 0 guard, 2: 9 train, 0 validation, 0 guard,"
        " 3: 9 train, 0 validation, 0 guard); choose a smaller window, a smaller train fraction or another sampler"
    )
