"""Pictures, decoded with GDAL's PNG reader."""

import base64
import warnings

import numpy as np
import pytest
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from hsclass.natural_colours import backdrop
from hsclass.report.pictures import Picture, colour_picture, png, shown_step, split_picture
from hsclass.scene import Scene


def decode(picture: Picture | bytes) -> np.ndarray:
    """Return red, green and blue, shape (rows, cols, 3)."""
    raw = picture if isinstance(picture, bytes) else base64.b64decode(picture.uri.split(",")[1])
    with warnings.catch_warnings(), MemoryFile(raw) as file:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with file.open() as image:
            bands = image.read()
            if len(bands) == 3:
                return np.moveaxis(bands, 0, 2)
            colors = image.colormap(1)
            return np.array([[colors[value][:3] for value in row] for row in bands[0].tolist()])


def test_true_colour_png_gives_its_pixels_back() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    np.testing.assert_array_equal(decode(png(pixels)), pixels)


@pytest.mark.parametrize(
    ("shape", "pictures", "step"),
    [((60, 60), 300, 1), ((2000, 1200), 1, 2), ((1001, 10), 1, 2), ((1000, 1000), 56, 2)],
)
def test_step_keeps_side_and_page_in_bounds(shape: tuple[int, int], pictures: int, step: int) -> None:
    # 56 pictures of a million pixels are four times the 14 million of a page: every 2nd row and column
    assert shown_step(shape, pictures) == step


def test_split_is_drawn_in_role_colours_over_faded_grey() -> None:
    image = np.zeros((1, 6, 3), np.uint8)
    image[0, 5] = 255
    drawn = decode(split_picture(np.array([[1, 2, 3, 4, 0, 0]], np.uint8), image, 1))[0].tolist()
    assert drawn[:4] == [[230, 97, 1], [253, 184, 99], [94, 60, 153], [120, 120, 120]]
    assert drawn[4:] == [[165] * 3, [250] * 3]


def scene(**about) -> Scene:
    """Return one row of 11 pixels; band b runs from 0 at the left to 10 (b + 1) at the right."""
    cube = np.arange(11.0)[np.newaxis, :, np.newaxis] * np.arange(1, 5)
    given = {"labels": None, "wavelengths": None, "mask": np.ones((1, 11), bool), "classes": ()} | about
    return Scene(name="line", cube=cube, **given)


def test_bands_are_stretched_each_by_itself() -> None:
    image, natural = backdrop(scene(rgb=(3, 0, 1)))
    assert natural
    assert image[0, 0].tolist() == [0, 0, 0]
    assert image[0, -1].tolist() == [255, 255, 255]
    assert len(set(image[0, 5].tolist())) == 1


def test_natural_colours_are_found_by_wavelength() -> None:
    cube = np.zeros((1, 11, 4))
    cube[:, :6, 0], cube[:, 6:, 2] = 1, 1  # blue left, red right
    known = Scene("x", cube, None, np.array([470.0, 555.0, 660.0, 900.0]), np.ones((1, 11), bool), ())
    image, natural = backdrop(known)
    assert natural
    assert image[0, 0].tolist() == [0, 0, 255]
    assert image[0, -1].tolist() == [255, 0, 0]


def test_unknown_bands_are_drawn_grey_and_called_so() -> None:
    image, natural = backdrop(scene())
    assert not natural
    assert (image == image[:, :, :1]).all()


def test_pixels_without_data_are_white_and_do_not_stretch_the_rest() -> None:
    mask = np.ones((1, 11), bool)
    mask[0, 0] = False
    image, _ = backdrop(scene(mask=mask))
    assert image[0, 0].tolist() == [255] * 3
    assert image[0, 1].tolist() == [0] * 3


def test_colour_picture_keeps_colours_within_the_bits_it_drops() -> None:
    image = np.random.default_rng(1).integers(0, 256, (4, 6, 3)).astype(np.uint8)
    shown = decode(colour_picture(image, 2))
    assert shown.shape == (2, 3, 3)
    assert np.abs(shown.astype(int) - image[::2, ::2]).max() <= 4
