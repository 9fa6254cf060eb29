"""Figures of images are those worked out by hand, or by others' code."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest, t, ttest_1samp
from sklearn.metrics import cohen_kappa_score, f1_score

from hsclass.assess import compare, evaluate
from hsclass.assess.intervals import trials, wilson_limits
from hsclass.assess.sample import EvaluatedSamples
from hsclass.assess.units import GroupUnits
from hsclass.scene import LandCover
from hsclass.split import Role, Split

Classes = Callable[..., tuple[LandCover, ...]]


def images(roles: Any, **options: Any) -> Split:
    return Split(np.asarray(roles, np.uint8), 1, "random", 0, {}, False, **options)


def share(right: np.ndarray, groups: np.ndarray | None = None) -> tuple[float, float]:
    return GroupUnits(np.arange(len(right)) if groups is None else groups).share(right, np.ones(len(right), bool))


@pytest.mark.parametrize(("right", "count"), [(414, 420), (420, 420), (0, 7), (3, 5)])
def test_interval_of_single_images_is_wilsons(right: int, count: int) -> None:
    wanted = binomtest(right, count).proportion_ci(0.95, method="wilson")
    assert share(np.arange(count) < right) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


def test_groups_of_one_size_have_the_cluster_samples_error() -> None:
    """Groups of two with shares 1, 1/2, 1, 0: variance of the mean by hand, Σ (share - mean)² / (4 · 3)."""
    right = np.array([1, 1, 1, 0, 1, 1, 0, 0], bool)
    error = (((np.array([1, 0.5, 1, 0]) - 0.625) ** 2).sum() / 12) ** 0.5
    wanted = wilson_limits(0.625, trials(0.625, error, 8), t.ppf(0.975, 3))
    assert share(right, np.repeat([4, 9, 2, 7], 2)) == pytest.approx(wanted)


def test_groups_that_are_all_right_are_one_trial_each() -> None:
    wanted = wilson_limits(1, 4, t.ppf(0.975, 3))
    assert share(np.ones(12, bool), np.repeat(np.arange(4), 3)) == pytest.approx(wanted)


def test_images_of_one_group_have_no_interval(make_classes: Classes) -> None:
    """However many they are, nothing shows how much another group would differ."""
    assert np.isnan(share(np.arange(200) < 150, np.zeros(200, int))).all()
    labels, predicted = 1 + np.arange(200) % 2, np.where(np.arange(200) < 150, 1 + np.arange(200) % 2, 1)
    found = evaluate(predicted, labels, images([Role.TEST] * 200, groups=np.ones(200, int)), make_classes(1, 2))
    assert (found.oa_low, found.aa_low, found.kappa_low, found.macro_f1_low) == (None,) * 4
    assert (found.interval.reliable, found.interval.lacking) == (False, "1 effective groups of test images")


def test_classes_that_a_group_has_in_common_widen_the_interval_of_their_mean(make_classes: Classes) -> None:
    """Twelve groups that are right or wrong as a whole, with both classes alike in each: AA varies as OA does."""
    groups, labels = np.repeat(np.arange(12), 10), 1 + np.arange(120) % 2
    predicted = np.where(groups < 8, labels, 3 - labels)
    found = evaluate(predicted, labels, images([Role.TEST] * 120, groups=groups + 1), make_classes(1, 2))
    assert found.aa_high - found.aa_low > 0.95 * (found.oa_high - found.oa_low)


def test_grouping_widens_the_intervals_of_kappa_and_macro_f1() -> None:
    rng = np.random.default_rng(0)
    reference = np.repeat(rng.integers(1, 4, 60), 5)
    predicted = np.where(np.repeat(rng.random(60) < 0.8, 5), reference, 1)
    ids = np.array([1, 2, 3])
    single, grouped = (
        GroupUnits(groups).summaries(EvaluatedSamples(np.arange(300)[:, np.newaxis], reference, predicted), ids)
        for groups in (np.arange(300), np.repeat(np.arange(60), 5))
    )
    for name in ("kappa", "macro_f1"):
        widths = [bounds[name].high - bounds[name].low for bounds in (single, grouped)]
        assert 1.8 < widths[1] / widths[0] < 2.6  # √5


def test_accuracy_by_hand(make_classes: Classes) -> None:
    """Of images 2 to 9, of classes 1 and 2 in turn, the model is less and less sure of class 1."""
    roles = [Role.TRAIN] * 2 + [Role.TEST] * 8
    sure = np.array([0, 0, 0.9, 0.8, 0.7, 0.6, 0.55, 0.4, 0.3, 0.2])
    labels, predicted = 1 + np.arange(10) % 2, np.where(sure > 0.5, 1, 2)
    found = evaluate(
        predicted, labels, images(roles), make_classes(1, 2), confidence=np.stack([sure, 1 - sure], axis=1),
        names=[f"{number}.png" for number in range(10)],
    )  # fmt: skip
    assert found.confusion == [[3, 1], [2, 2]]
    assert found.oa == 5 / 8
    assert found.aa == pytest.approx((3 / 4 + 2 / 4) / 2)
    assert found.kappa == pytest.approx((5 / 8 - 1 / 2) / (1 / 2))
    assert (found.n_train, found.n_test) == (2, 8)
    assert [mistake.path for mistake in found.mistakes] == ["3.png", "8.png", "5.png"]
    assert found.mistakes[0].confidence == pytest.approx(0.8)
    assert found.kappa_low < found.kappa < found.kappa_high
    # One image of confidence 0.9, right; two of 0.8 and two of 0.7, half right; 0.55, 0.6 and 0.6, two of three right.
    gaps = (1 - 0.9) + 2 * (0.8 - 0.5) + 2 * (0.7 - 0.5) + (2 - 0.55 - 0.6 - 0.6)
    assert found.calibration.ece == pytest.approx(gaps / 8)
    assert (found.area, found.distance, found.leakage) == (None, [], None)
    assert "OA 0.6250 (0.3057 to 0.8632)" in found.in_words()


def test_several_labels_are_scored_as_scikit_learn_does(make_classes: Classes) -> None:
    rng = np.random.default_rng(0)
    truth, probabilities = rng.random((50, 4)) < 0.4, rng.random((50, 4)).astype(np.float32)
    truth[:, 0] |= ~truth.any(axis=1)
    chosen = probabilities >= 0.5
    found = evaluate(
        chosen, truth, images([Role.TEST] * 50), make_classes(1, 2, 3, 4), confidence=probabilities,
        names=[str(number) for number in range(50)],
    )  # fmt: skip
    assert found.micro_f1 == pytest.approx(f1_score(truth, chosen, average="micro"))
    assert found.macro_f1 == pytest.approx(f1_score(truth, chosen, average="macro"))
    assert found.subset == pytest.approx((truth == chosen).all(axis=1).mean())
    assert found.subset_low < found.subset < found.subset_high
    assert [row.f1 for row in found.classes] == pytest.approx(f1_score(truth, chosen, average=None).tolist())
    assert (found.oa, found.kappa, found.confusion, found.calibration) == (None, None, [], None)
    wrong = (truth != chosen).any(axis=1)
    assert {mistake.path for mistake in found.mistakes} == {str(place) for place in np.flatnonzero(wrong)}
    assert "micro F1" in found.in_words()


def test_models_of_images_are_compared_in_pairs() -> None:
    labels = np.ones(40, int)
    worse = np.where(np.arange(40) < 8, 2, 1)
    found = compare({"one": labels, "other": worse}, labels, images([Role.TEST] * 40))
    (pair,) = found.pairs
    assert (found.n_test, found.blocks, found.block_side) == (40, 40, None)
    assert (pair.difference, pair.only_a, pair.only_b) == (0.2, 8, 0)
    assert pair.mcnemar_p == pytest.approx(2 * 0.5**8)
    gain = (np.arange(40) < 8).astype(int)
    assert pair.p == pytest.approx(ttest_1samp(gain, 0).pvalue)
    assert 0.05 < pair.low < 0.2 < pair.high


def test_label_sets_are_compared_as_wholes() -> None:
    truth = np.eye(3, dtype=bool)[[0, 1, 2, 0]]
    other = truth.copy()
    other[0, 1] = True
    (pair,) = compare({"one": truth, "other": other}, truth, images([Role.TEST] * 4)).pairs
    assert (pair.difference, pair.only_a, pair.only_b) == (0.25, 1, 0)


def test_intervals_of_kappa_and_macro_f1_are_about_those_of_the_jackknife() -> None:
    """Of 600 single images: each left out in turn, figures by scikit-learn, and 1.96 standard errors."""
    rng = np.random.default_rng(2)
    reference = rng.choice([1, 2, 3], 600, p=[0.5, 0.3, 0.2])
    predicted = np.where(rng.random(600) < 0.75, reference, rng.choice([1, 2, 3], 600))
    found = GroupUnits(np.arange(600)).summaries(
        EvaluatedSamples(np.arange(600)[:, np.newaxis], reference, predicted), np.array([1, 2, 3])
    )
    of = {"kappa": cohen_kappa_score, "macro_f1": lambda a, b: f1_score(a, b, average="macro")}
    for name, figure in of.items():
        # Images of one cell of the confusion matrix are alike.
        cells, first, times = np.unique(4 * reference + predicted, return_index=True, return_counts=True)
        left = np.array([figure(np.delete(reference, place), np.delete(predicted, place)) for place in first])
        mean = (times * left).sum() / 600
        half = 1.96 * (599 / 600 * (times * (left - mean) ** 2).sum()) ** 0.5
        value = figure(reference, predicted)
        assert found[name] == pytest.approx((value - half, value + half), abs=0.2 * half)
        assert len(cells) == 9
