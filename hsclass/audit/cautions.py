"""What makes a split degenerate: classes that one side lacks or hardly has, and fields on both sides."""

from collections.abc import Mapping

import numpy as np

from hsclass.results.audit import Caution

FEW = 10
"""Test pixels of a class below which its accuracy says next to nothing."""

_SHOWN = 5
UNEVEN = 3
"""Factor by which the share of a class in the test set may differ from that among all labelled samples."""


def cautions(
    labels: np.ndarray, train: np.ndarray, test: np.ndarray, names: Mapping[int, str] | None = None
) -> list[Caution]:
    """Return what a reader should know of the classes of a split, as data.

    Parameters
    ----------
    labels : ndarray of int, shape of the samples
        Class ids, 0 = unlabelled.
    train, test : ndarray of bool, same shape
    names : mapping of int to str, optional
        Of the classes, for the sentences.

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

    def add(kind: str, which: np.ndarray, one: str, several: str) -> None:
        ids = classes[which].tolist()
        if not ids:
            return
        shown = ", ".join(f"{identity} {(names or {}).get(identity, '')}".strip() for identity in ids[:_SHOWN])
        more = ", …" if len(ids) > _SHOWN else ""
        text = (
            f"class {shown} {one}"
            if len(ids) == 1
            else f"{len(ids)} of {len(classes)} classes {several}: {shown}{more}"
        )
        found.append(Caution(kind=kind, classes=ids, text=text))

    present = tested > 0
    if present.sum() == 1:
        add("single_class_test", present, "is the only one in the test set", "")
    untrained = "tested without a training sample"
    add("untrained", present & (trained == 0), f"is {untrained}", f"are {untrained}")
    add("untested", ~present, "has no test sample", "have no test sample")
    few = f"fewer than {FEW} test samples"
    add("few_test", present & (tested < FEW), f"has {few}", f"have {few}")
    if present.any():
        ratio = np.where(present, tested / tested.sum() / (sizes / sizes.sum()), 1)
        share = f"a share in the test set that is more than {UNEVEN} times larger or smaller than among all samples"
        add("uneven_test", (ratio > UNEVEN) | (ratio < 1 / UNEVEN), f"has {share}", f"have {share}")
    return found
