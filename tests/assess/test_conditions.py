"""An evaluation refuses a model that has seen a test pixel."""

from dataclasses import replace

import numpy as np
import pytest

from hsclass.assess.conditions import Conditions, require_unseen
from hsclass.errors import DataError, LeakageError
from hsclass.fit_scope import PARTS, FitScope
from hsclass.results import FittedCounts, Leakage
from hsclass.split import Split

# Training at columns 0 and 1, validation at 2, test from 6 on: the nearest test pixel is 4 from validation.
ROLES = np.array([[1, 1, 2, 4, 4, 4, 3, 3, 3, 3]], np.uint8)
SPLIT = Split(ROLES, 3, "fixed", 0, {}, leaky=False)


def scope_of(reach: int | None = 1, **columns: list[int]) -> FitScope:
    """Return the scope of an honest fit, with other columns for the parts named."""
    seen = {"normalizer": [0, 1], "extractor": [0, 1], "model": [0, 1], "validation": [2]} | columns
    return FitScope({part: np.isin(np.arange(10), seen[part])[np.newaxis] for part in PARTS}, reach, "d1")


def test_an_honest_fit_passes_and_is_counted() -> None:
    found = require_unseen(scope_of(), SPLIT, identity="d1")
    assert found.leakage == Leakage(reach=1, unbounded=False, window=3, overlap_share=0, centre_share=0)
    assert found.fit_scope == FittedCounts(normalizer=2, extractor=2, model=2, validation=1)
    assert found.checks == []


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_saw_a_test_pixel_is_refused_and_named(part: str) -> None:
    with pytest.raises(LeakageError, match=rf"fitted on test pixels \({part} 2, of 4\)") as caught:
        require_unseen(scope_of(**{part: [0, 7, 9]}), SPLIT)
    assert caught.value.exit_status == 3


def test_a_leaky_split_does_not_excuse_a_seen_test_pixel() -> None:
    with pytest.raises(LeakageError, match="model 1"):
        require_unseen(scope_of(model=[0, 6]), replace(SPLIT, leaky=True))


def test_a_reach_beyond_the_guard_is_refused() -> None:
    # Reach 2 sees windows of 5, which share a pixel up to a distance of 4: one test pixel of the four.
    with pytest.raises(LeakageError, match=r"looks 2 pixels far, and 25.0% .* make the split with window 5"):
        require_unseen(scope_of(reach=2), SPLIT)


def test_on_a_leaky_split_the_shares_are_told() -> None:
    # Reach 3: windows share pixels up to distance 6 of column 2, columns 6 to 8; none within 3 of a training column.
    found = require_unseen(scope_of(reach=3), replace(SPLIT, leaky=True))
    assert found.leakage is not None
    assert (found.leakage.overlap_share, found.leakage.centre_share) == (0.75, 0.0)
    # Reach 6: column 6 and 7 are within 6 of training column 1.
    found = require_unseen(scope_of(reach=6), replace(SPLIT, leaky=True))
    assert found.leakage is not None
    assert (found.leakage.overlap_share, found.leakage.centre_share) == (1.0, 0.5)


def test_reach_without_bound_is_flagged_and_measured_at_the_splits_window() -> None:
    found = require_unseen(scope_of(reach=None), SPLIT)
    assert found.leakage == Leakage(reach=None, unbounded=True, window=None, overlap_share=0, centre_share=0)


def test_a_model_of_another_scene_is_not_checked_and_that_is_said() -> None:
    found = require_unseen(scope_of(model=[6]), SPLIT, identity="d2")
    assert (found.fit_scope, found.leakage) == (None, None)
    (sentence,) = found.checks
    assert sentence.startswith("not checked whether the model has seen test samples: it was trained on another scene")


def test_a_model_that_is_not_named_is_not_checked_and_that_is_said() -> None:
    found = require_unseen(None, SPLIT, identity="d1")
    assert found == Conditions(None, None, ["not checked whether the model has seen test samples: no model was named"])


@pytest.mark.parametrize(("of_model", "of_scene"), [("", "d1"), ("d1", ""), ("", "")])
def test_where_an_identity_is_unknown_the_places_are_compared_and_that_is_said(of_model: str, of_scene: str) -> None:
    found = require_unseen(replace(scope_of(), identity=of_model), SPLIT, identity=of_scene)
    assert found.fit_scope == FittedCounts(normalizer=2, extractor=2, model=2, validation=1)
    (sentence,) = found.checks
    assert sentence.startswith("checked by place alone whether the model has seen test samples")
    with pytest.raises(LeakageError, match="model 1"):
        require_unseen(replace(scope_of(model=[6]), identity=of_model), SPLIT, identity=of_scene)


def test_another_shape_of_the_same_scene_is_refused() -> None:
    with pytest.raises(DataError, match=r"fit scope: is \(1, 10\) pixels, but the split is \(1, 9\)"):
        require_unseen(scope_of(), replace(SPLIT, roles=ROLES[:, :9]), identity="d1")
