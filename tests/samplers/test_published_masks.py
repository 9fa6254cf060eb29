"""Masks that are published and much used, where a mirror folder holds them; see docs/published-masks.md."""

import os
from pathlib import Path

import numpy as np
import pytest

from hsclass.audit import audit_split, open_input
from hsclass.datasets.masks import read_ids, read_mask, require_numbering
from hsclass.errors import DataError
from hsclass.samplers import make_split
from hsclass.split import Role

MIRROR = Path(os.environ.get("HSCLASS_DATA_MIRROR") or "/nonexistent") / "masks"
PINES = MIRROR / "indianpines_disjoint_dset.mat"
PAVIA = {name: MIRROR / f"{name}.mat" for name in ("TRpavia_fixed", "TSpavia_fixed", "paviaU_gt")}
NEEDED = [PINES, *PAVIA.values()]
IDS = {1: 2, 2: 3, 3: 5, 4: 6, 5: 8, 6: 10, 7: 11, 8: 12, 9: 14, 10: 1, 11: 4, 12: 7, 13: 9, 14: 13, 15: 15, 16: 16}

pytestmark = pytest.mark.skipif(
    not all(path.is_file() for path in NEEDED),
    reason=f"HSCLASS_DATA_MIRROR names no folder that holds masks/{', '.join(path.name for path in NEEDED)}",
)


def test_the_mapping_of_the_indian_pines_mask_is_found(indian_pines: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.raises(DataError) as caught:
        require_numbering(read_mask(PINES, indian_pines[0]))
    assert str(caught.value).endswith("which looks like " + ",".join(f"{one}:{other}" for one, other in IDS.items()))


def test_indian_pines_mask_as_published(indian_pines: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> None:
    labels, _ = indian_pines
    mask = read_mask(PINES, labels, ids=IDS)
    assert (mask.members.sum(), mask.unlabelled.sum(), mask.contradictions()) == (5689, 151, {(11, 7): 10})
    np.save(tmp_path / "gt.npy", labels)
    opened = open_input(PINES, "rest", labels=tmp_path / "gt.npy", ids=IDS)
    audits = {window: audit_split(opened.split, opened.samples, window=window) for window in (1, 5, 9, 27)}
    assert {(audit.n_train, audit.n_test) for audit in audits.values()} == {(5689, 4711)}
    assert [audits[w].overlap_share for w in (1, 5, 9, 27)] == pytest.approx([0, 0.7128, 0.9813, 1], abs=5e-5)
    assert [audits[w].centre_share for w in (1, 5, 9, 27)] == pytest.approx([0, 0.3615, 0.7128, 1], abs=5e-5)


@pytest.mark.parametrize(("window", "n_test", "lost"), [(1, 4711, 0), (5, 1376, 2), (9, 90, 12)])
def test_indian_pines_mask_after_the_guard(
    indian_pines: tuple[np.ndarray, np.ndarray], window: int, n_test: int, lost: int
) -> None:
    split = make_split(indian_pines[0], "fixed", window=window, train_mask=PINES, ids=IDS)
    audit = audit_split(split, indian_pines[0])
    assert (audit.n_train, audit.n_test, len(audit.lost_classes), audit.overlap_share) == (5528, n_test, lost, 0)


def test_indian_pines_mask_has_no_test_pixel_out_of_reach_of_large_windows(
    indian_pines: tuple[np.ndarray, np.ndarray],
) -> None:
    with pytest.raises(DataError, match="leaves no test pixel"):
        make_split(indian_pines[0], "fixed", window=27, train_mask=PINES, ids=IDS)


def test_pavia_masks_as_published() -> None:
    opened = open_input(PAVIA["TRpavia_fixed"], str(PAVIA["TSpavia_fixed"]), labels=PAVIA["paviaU_gt"])
    assert opened.remarks[1].endswith(
        "1147 of 3921 pixels are unlabelled in the reference data (by class 1: 221, 2: 37, 3: 108, 4: 372, 5: 33,"
        " 6: 75, 7: 26, 8: 196, 9: 79)"
    )
    audits = [audit_split(opened.split, opened.samples, window=window) for window in (1, 5, 9, 27)]
    assert {(audit.n_train, audit.n_test) for audit in audits} == {(3921, 40002)}
    assert [audit.overlap_share for audit in audits] == pytest.approx([0, 0.1361, 0.2870, 0.7471], abs=5e-5)
    assert [audit.centre_share for audit in audits] == pytest.approx([0, 0.0672, 0.1361, 0.4772], abs=5e-5)


@pytest.mark.parametrize(
    ("window", "unlabelled", "n_train", "n_test", "lost"),
    [
        (1, "drop", 2774, 40002, ()),
        (5, "drop", 2774, 34709, ()),
        (9, "drop", 2774, 29152, ()),
        (27, "drop", 2774, 11372, (5, 7, 9)),
        (9, "keep", 3921, 28522, ()),
    ],
)
def test_pavia_masks_after_the_guard(
    window: int, unlabelled: str, n_train: int, n_test: int, lost: tuple[int, ...]
) -> None:
    labels, _ = read_ids(PAVIA["paviaU_gt"])
    split = make_split(
        labels, "fixed", window=window, train_mask=PAVIA["TRpavia_fixed"], test_mask=PAVIA["TSpavia_fixed"],
        unlabelled=unlabelled,
    )  # fmt: skip
    audit = audit_split(split, labels)
    assert (audit.n_train, audit.n_test, audit.lost_classes, audit.overlap_share) == (n_train, n_test, list(lost), 0)
    assert len(split.places(Role.GUARD)) == 40002 - n_test
