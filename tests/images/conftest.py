"""Small made folders of images."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

COLOURS = {"field": (40, 160, 40), "roof": (180, 60, 50), "water": (30, 60, 170)}
Maker = Callable[..., Path]


def picture(colour: tuple[int, int, int], rng: np.random.Generator, side: int = 16) -> np.ndarray:
    """Return a noisy image of one colour, with a bright rectangle somewhere."""
    pixels = rng.normal(colour, 20, (side, side, 3))
    row, col = rng.integers(0, side // 2, 2)
    pixels[row : row + side // 3, col : col + side // 3] += 60
    return pixels.clip(0, 255).astype(np.uint8)


@pytest.fixture
def make_folder(tmp_path: Path) -> Maker:
    """Write a folder with a sub-folder a class."""

    def make(each: int = 10, name: str = "scenes", suffix: str = ".png", side: int = 16) -> Path:
        rng = np.random.default_rng(0)
        folder = tmp_path / name
        for kind, colour in COLOURS.items():
            (folder / kind).mkdir(parents=True)
            for number in range(each):
                Image.fromarray(picture(colour, rng, side)).save(folder / kind / f"{kind}{number:02d}{suffix}")
        return folder

    return make
