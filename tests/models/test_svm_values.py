"""Decision values by matrix products are those of scikit-learn."""

import numpy as np
import pytest
from sklearn.svm import SVC

from hsclass.models import svm_values
from hsclass.models.svm_values import decision_values, softmax_scores


def samples(classes: int, count: int = 150) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(classes)
    targets = np.concatenate([np.arange(classes), rng.integers(0, classes, count - classes)])
    spectra = rng.normal(size=(count, 6)) + targets[:, np.newaxis] * [0.7, 0.2, 0, 0, -0.4, 0]
    return spectra.astype(np.float32), targets * 3


@pytest.mark.parametrize("gamma", ["scale", "auto", 0.3])
@pytest.mark.parametrize("classes", [3, 4, 9])
def test_values_and_classes_are_those_of_scikit_learn(classes: int, gamma: str | float) -> None:
    machine = SVC(C=10, gamma=gamma, class_weight="balanced", break_ties=True).fit(*samples(classes))
    others = samples(classes, 3000)[0][:, ::-1]
    values = decision_values(machine, others)
    np.testing.assert_allclose(values, machine.decision_function(others), atol=1e-9)
    np.testing.assert_array_equal(machine.classes_[values.argmax(axis=1)], machine.predict(others))


def test_two_classes_have_opposite_values() -> None:
    machine = SVC(C=10).fit(*samples(2))
    others = samples(2, 500)[0][:, ::-1]
    values = decision_values(machine, others)
    np.testing.assert_allclose(values[:, 1], machine.decision_function(others), atol=1e-9)
    np.testing.assert_array_equal(values[:, 0], -values[:, 1])
    np.testing.assert_array_equal(machine.classes_[values.argmax(axis=1)], machine.predict(others))


def test_more_samples_than_a_block_holds() -> None:
    """400 support vectors allow blocks of 5,242 samples."""
    rng = np.random.default_rng(0)
    machine = SVC(C=0.01).fit(rng.normal(size=(400, 2)), np.arange(400) % 4)
    assert len(machine.support_) == 400
    others = rng.normal(size=(svm_values._KERNEL_VALUES // 400 + 7, 2))
    np.testing.assert_allclose(decision_values(machine, others), machine.decision_function(others), atol=1e-9)


def test_softmax_of_two_classes_by_hand() -> None:
    """Of one training sample each at -1 and 1: at 0 both kernels are equal, so neither class is preferred."""
    machine = SVC(C=1, gamma=0.5).fit([[-1.0], [1.0]], [0, 1])
    at_zero, beyond = softmax_scores(machine, np.array([[0.0], [1.0]]))
    np.testing.assert_allclose(at_zero, [0.5, 0.5])
    # Both dual coefficients reach C = 1, because 1 / (1 - exp(-2)) > 1; the value at 1 is then 1 - exp(-0.5 * 4).
    value = 1 - np.exp(-2)
    np.testing.assert_allclose(beyond, np.exp([-value, value]) / np.exp([-value, value]).sum())
