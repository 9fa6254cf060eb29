"""Which distance a split tests, and what makes it degenerate: by hand."""

import numpy as np
import pytest

from hsclass.audit import audit_split
from hsclass.audit.autocorrelation import errors as discriminant_errors
from hsclass.audit.cautions import cautions
from hsclass.audit.distances import MOST, compared, feature_distances, geographic_distances
from hsclass.scene import LandCover, Scene
from hsclass.split import Split

TRAIN = np.array([[1, 0, 0, 0, 0]], bool)
TEST = np.array([[0, 0, 0, 1, 1]], bool)


def test_distances_on_the_ground_are_those_to_the_nearest_training_pixel() -> None:
    found = geographic_distances(TRAIN, TEST, np.ones((1, 5), bool))
    # Test pixels lie 3 and 4 away; the map without training 1, 2, 3 and 4.
    assert (found.space, found.unit) == ("ground", "pixels")
    assert (found.test.n, found.test.mean) == (2, 3.5)
    assert (found.map.n, found.map.mean, found.map.quantiles) == (4, 2.5, pytest.approx([1.15, 1.75, 2.5, 3.25, 3.85]))
    # The areas between the distribution functions: half on 1..2, half of half on … add up to the difference of means.
    assert found.wasserstein == pytest.approx(1.0)


def test_distances_of_spectra_are_in_standard_deviations_of_a_band() -> None:
    train = np.array([[1, 1, 0, 0]], bool)
    # Band 1 has standard deviation 1 in training, band 2 none, so that it counts as it is.
    cube = np.array([[[0, 5], [2, 5], [2, 8], [6, 5]]], float)
    test = np.array([[0, 0, 1, 0]], bool)
    found = feature_distances(cube, train, test, np.ones((1, 4), bool))
    assert found.test.mean == pytest.approx(3 / np.sqrt(2))
    assert found.map.mean == pytest.approx((3 + 4) / 2 / np.sqrt(2))
    assert found.wasserstein == pytest.approx(0.5 / np.sqrt(2))


def test_a_large_map_is_thinned_out_and_a_map_that_trains_everywhere_has_no_distance() -> None:
    train = np.zeros((1, 2 * MOST), bool)
    train[0, 0] = True
    cube = np.arange(2 * MOST, dtype=float)[np.newaxis, :, np.newaxis]
    found = feature_distances(cube, train, ~train, np.ones_like(train))
    assert (found.test.n, found.test.mean) == (MOST, pytest.approx(MOST, rel=1e-3))
    assert compared(np.array([1.0]), np.array([]), space="ground", unit="pixels").map is None


def test_an_audit_of_a_scene_knows_both_spaces_and_one_of_labels_the_ground() -> None:
    labels = np.array([[1, 1, 0, 2, 2], [1, 1, 0, 2, 1]], np.uint8)
    roles = np.array([[1, 3, 0, 1, 0], [1, 3, 0, 1, 3]], np.uint8)
    split = Split(roles, 1, "fixed", 0, {}, False)
    cube = np.random.default_rng(0).normal(size=(2, 5, 3))
    scene = Scene("toy", cube, labels, None, labels >= 0, tuple(LandCover(k, "", (0, 0, 0)) for k in (1, 2)))
    audit = audit_split(split, scene)
    assert [each.space for each in audit.distances] == ["ground", "spectra"]
    assert [each.space for each in audit_split(split, labels).distances] == ["ground"]
    assert audit.sampled_field_share == pytest.approx(2 / 3)  # the pixel in the corner is a field of its own
    assert [(each.kind, each.classes) for each in audit.cautions] == [
        ("single_class_test", [1]), ("untested", [2]), ("few_test", [1]),
    ]  # fmt: skip


def test_fields_are_the_groups_where_the_split_has_them() -> None:
    labels, roles = np.ones((1, 4), np.uint8), np.array([[1, 3, 3, 3]], np.uint8)
    groups = np.array([[1, 1, 2, 2]])
    split = Split(roles, 1, "fixed", 0, {}, False, groups=groups)
    assert audit_split(split, labels).sampled_field_share == pytest.approx(1 / 3)


def test_classes_that_a_side_lacks_or_hardly_has_are_listed() -> None:
    labels = np.repeat([1, 2, 3, 4], [100, 100, 100, 100])
    place = np.arange(400) % 100
    train = (labels < 3) & (place < 10)
    test = (labels == 1) & (place >= 20) | (labels == 2) & (place >= 95) | (labels == 3)
    found = {each.kind: (each.classes, each.text) for each in cautions(labels, train, test, {3: "water"})}
    assert found == {
        "untrained": ([3], "class 3 water is tested without a training sample"),
        "untested": ([4], "class 4 has no test sample"),
        "few_test": ([2], "class 2 has fewer than 10 test samples"),
        # 5 of 185 test pixels are of class 2, which has a quarter of all.
        "uneven_test": (
            [2],
            "class 2 has a share in the test set that is more than 3 times larger or smaller than among all samples",
        ),
    }


def test_several_classes_are_listed_with_their_number() -> None:
    labels, test = np.repeat(np.arange(1, 9), 20), np.repeat(np.arange(1, 9), 20) == 1
    (untested,) = (each for each in cautions(labels, ~test, test, {3: "water"}) if each.kind == "untested")
    assert untested.text == "7 of 8 classes have no test sample: 2, 3 water, 4, 5, 6, …"


def test_a_balanced_split_has_no_caution() -> None:
    labels = np.repeat([1, 2], 40)
    assert cautions(labels, np.arange(80) % 2 == 0, np.arange(80) % 2 == 1) == []


def test_an_audit_of_a_scene_knows_how_far_spectra_and_errors_are_alike() -> None:
    # Class means alternate in squares of 8 pixels; in the test half the class is wrong in whole squares of 16.
    rng = np.random.default_rng(0)
    labels = 1 + np.kron(rng.integers(0, 2, (12, 12)), np.ones((8, 8), int)).astype(np.uint8)
    wrong = np.kron(rng.integers(0, 2, (6, 6)), np.ones((16, 16), int)).astype(bool)
    wrong[:, :32] = False
    shown = np.where(wrong, 3 - labels, labels)
    cube = shown[:, :, np.newaxis] * np.array([1.0, -2.0]) + rng.normal(0, 0.05, (96, 96, 2))
    roles = np.full(labels.shape, 3, np.uint8)
    roles[:, :32] = 1
    scene = Scene("toy", cube, labels, None, labels > 0, tuple(LandCover(k, "", (0, 0, 0)) for k in (1, 2)))
    spectra, errors = audit_split(Split(roles, 1, "fixed", 0, {}, False), scene).autocorrelation
    assert (spectra.of, errors.of) == ("spectra", "errors")
    # Independent squares of side a have no pairs alike beyond a * sqrt(2); a spherical model is steeper near 0.
    assert 7 <= spectra.range <= 12
    assert 14 <= errors.range <= 23
    assert audit_split(Split(roles, 1, "fixed", 0, {}, False), labels).autocorrelation == []


def test_a_range_that_cannot_be_known_says_so(toy_scene: Scene, toy_split: Split) -> None:
    spectra, errors = audit_split(toy_split, toy_scene).autocorrelation
    assert spectra.range is not None or spectra.note
    assert errors.range is None
    assert errors.worded() == "not known: all pixels are alike"  # the toy's classes are told apart without an error


def test_the_simple_model_is_a_discriminant_of_ten_components_of_standardised_bands() -> None:
    """By the formula, with priors by counts and a common covariance that is shrunk by 0.01 towards its mean variance.

    Components are taken from the eigenvectors of the correlation matrix.
    """
    rng = np.random.default_rng(1)
    labels = rng.integers(1, 4, (30, 20))
    mixing = rng.normal(size=(14, 14))
    cube = 3 + (rng.normal(size=(30, 20, 14)) + 0.4 * labels[:, :, np.newaxis]) @ mixing
    places = np.argwhere(labels > 0)
    learned, tested = places[:250], places[250:]
    spectra, classes = cube[tuple(learned.T)], labels[tuple(learned.T)]
    centre, scale = spectra.mean(axis=0), spectra.std(axis=0)
    axes = np.linalg.eigh(np.cov((spectra - centre) / scale, rowvar=False))[1][:, -10:]
    scores, others = (((cube[tuple(at.T)] - centre) / scale) @ axes for at in (learned, tested))
    means = np.stack([scores[classes == one].mean(axis=0) for one in (1, 2, 3)])
    shares = np.array([(classes == one).mean() for one in (1, 2, 3)])
    inside = sum(
        share * _shrunk(np.cov(scores[classes == one], rowvar=False, bias=True), 0.01)
        for one, share in zip((1, 2, 3), shares, strict=True)
    )
    weights = np.linalg.solve(inside, means.T)
    likely = others @ weights - 0.5 * (means.T * weights).sum(axis=0) + np.log(shares)
    wanted = 1 + likely.argmax(axis=1) != labels[tuple(tested.T)]
    found = discriminant_errors(cube, labels, learned, tested)
    assert 0.1 < wanted.mean() < 0.9
    assert (found != wanted).sum() <= 1  # of 350; rounding at a border
    # A single class is all that is named.
    alone = learned[classes == 1]
    np.testing.assert_array_equal(discriminant_errors(cube, labels, alone, tested), labels[tuple(tested.T)] != 1)


def _shrunk(covariance: np.ndarray, share: float) -> np.ndarray:
    mean = np.trace(covariance) / len(covariance)
    return (1 - share) * covariance + share * mean * np.eye(len(covariance))
