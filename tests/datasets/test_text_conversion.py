"""A cube whose carriage returns became line feeds is recognised, and an undamaged one is not."""

import numpy as np
import pytest

from hsclass.datasets.text_conversion import ByteCounts


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 5000, (60, 50, 40)).astype(np.int16)


def damaged(values: np.ndarray, lost: int, kept: int) -> np.ndarray:
    parts = values.copy().view(np.uint8)
    parts[parts == lost] = kept
    return parts.view(values.dtype)


def counted(*blocks: np.ndarray) -> ByteCounts:
    counts = ByteCounts()
    for block in blocks:
        counts.add(block)
    return counts


@pytest.mark.parametrize(("lost", "kept", "side"), [(13, 10, "low"), (10, 13, "high")])
def test_a_replaced_byte_is_found_with_the_share_of_values_that_are_off(
    values: np.ndarray, lost: int, kept: int, side: str
) -> None:
    broken = damaged(values, lost, kept)
    found = counted(*np.array_split(broken, 7)).conversion()
    assert found is not None
    assert (found.lost, found.kept) == (lost, kept)
    shares = dict(found.shares)
    change = broken.astype(int) - values
    by_upper = (np.abs(change) >= 768).mean()
    assert shares[256 * (kept - lost)] == pytest.approx(by_upper, rel=0.1)
    assert shares[kept - lost] == pytest.approx((np.abs(change) % 256 == 3).mean(), rel=0.1)
    assert f"are 768 too {side}" in str(found)


def test_undamaged_values_and_few_values_are_not_accused(values: np.ndarray) -> None:
    assert counted(values).conversion() is None
    assert counted(damaged(values, 13, 10)[:1, :1]).conversion() is None
    assert counted(values.astype(np.float32)).conversion() is None
    assert counted(np.arange(1, 17, dtype=np.uint8).repeat(500)).conversion() is None


def test_indian_pines_as_published_is_damaged() -> None:
    from tensorly.datasets import load_indian_pines

    found = counted(np.asarray(load_indian_pines().tensor).astype(np.uint16)).conversion()
    assert found is not None
    upper, lower = dict(found.shares)[-768], dict(found.shares)[-3]
    assert upper == pytest.approx(0.02, abs=0.005)
    assert lower == pytest.approx(0.005, abs=0.001)
