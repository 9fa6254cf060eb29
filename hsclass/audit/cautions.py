"""What makes a split degenerate: classes that one side lacks or hardly has, and fields on both sides."""

import numpy as np

from hsclass.results.audit import Caution

FEW = 10
"""Test pixels of a class below which its accuracy says next to nothing."""

UNEVEN = 3
"""Factor by which the share of a class in the test set may differ from that among all labelled samples."""


def cautions(labels: np.ndarray, train: np.ndarray, test: np.ndarray) -> list[Caution]:
    """Return what a reader should know of the classes of a split, as data.

    Parameters
    ----------
    labels : ndarray of int, shape of the samples
        Class ids, 0 = unlabelled.
    train, test : ndarray of bool, same shape

    Returns
    -------
    list of Caution
        Kinds: `single_class_test`, `untrained` (tested without training), `untested`, `few_test` (fewer than `FEW`
        test samples), `uneven_test` (a share in the test set more than `UNEVEN` times larger or smaller than among all
        labelled samples).
    """
    classes = np.unique(labels[labels > 0])
    sizes, trained, tested = (
        np.array([int((labels[chosen] == identity).sum()) for identity in classes])
        for chosen in (labels > 0, train, test)
    )
    found = []

    def add(kind: str, which: np.ndarray, text: str) -> None:
        if which.any():
            ids = classes[which].tolist()
            found.append(Caution(kind=kind, classes=ids, text=text.format(len(ids), len(classes))))

    present = tested > 0
    if present.sum() == 1:
        add("single_class_test", present, "the test set holds a single class of {1}")
    add("untrained", present & (trained == 0), "{0} of {1} classes are tested without a training sample")
    add("untested", ~present, "{0} of {1} classes have no test sample")
    add("few_test", present & (tested < FEW), f"{{0}} of {{1}} classes have fewer than {FEW} test samples")
    if present.any():
        ratio = np.where(present, tested / tested.sum() / (sizes / sizes.sum()), 1)
        add(
            "uneven_test",
            (ratio > UNEVEN) | (ratio < 1 / UNEVEN),
            f"{{0}} of {{1}} classes have a share in the test set that is more than {UNEVEN} times larger or smaller"
            " than among all labelled samples",
        )
    return found
