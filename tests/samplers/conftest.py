"""The real scene that samplers and audit are measured on."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def indian_pines() -> tuple[np.ndarray, np.ndarray]:
    """Ground truth, shape (145, 145), and cube, shape (145, 145, 200), as tensorly carries them."""
    found = importlib.util.find_spec("tensorly")
    if found is None or found.origin is None:
        pytest.skip("tensorly, which carries the scene, is not installed")
    folder = Path(found.origin).parent / "datasets" / "data"
    return np.load(folder / "Indian_pines_gt.npy"), np.load(folder / "Indian_pines_corrected.npy")
