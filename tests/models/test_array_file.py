"""Arrays read back are those expected, or refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsclass.errors import DataError
from hsclass.models.array_file import read_arrays, write_arrays

LAYOUT: Any = {"weights": ("f4", (None, 3)), "cost": ("f8", ())}
SOUND = {"weights": np.ones((5, 3), np.float32), "cost": np.array(2.0)}


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    write_arrays(tmp_path / "a.npz", **SOUND, more=np.arange(3))
    found = read_arrays(tmp_path / "a.npz", LAYOUT)
    assert found.keys() == SOUND.keys()
    for name, array in SOUND.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": np.ones((5, 4), np.float32)}, r"'weights' is float32 of shape \(5, 4\); .* shape \('any', 3\)"),
        ({"weights": np.ones(3, np.float32)}, r"'weights' is float32 of shape \(3,\)"),
        ({"weights": np.ones((5, 3))}, "'weights' is float64 .* expected finite float32"),
        ({"cost": np.array(np.inf)}, "'cost' is float64 .* expected finite float64"),
        ({"cost": np.array({"a": 1}, object)}, "cannot be read .*; train the model again"),
    ],
)
def test_array_that_does_not_fit_is_named(tmp_path: Path, change: dict[str, np.ndarray], message: str) -> None:
    np.savez(tmp_path / "a.npz", **{**SOUND, **change})
    with pytest.raises(DataError, match=rf"a\.npz: .*{message}"):
        read_arrays(tmp_path / "a.npz", LAYOUT)


def test_array_that_is_missing(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", cost=2.0)
    with pytest.raises(DataError, match=r"a\.npz: cannot be read .*weights"):
        read_arrays(tmp_path / "a.npz", LAYOUT)
