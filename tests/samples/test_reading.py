"""Images of all kinds of files come in one form."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image

from hsclass.samples.reading import Form, UnreadableError, read_image, to_form

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def test_grey_image_is_repeated_in_three_channels(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 100], [200, 255]], np.uint8)).save(tmp_path / "a.png")
    image = to_form(read_image(tmp_path / "a.png"), Form(2))
    assert image.tolist() == [[[0] * 3, [100] * 3], [[200] * 3, [255] * 3]]


def test_what_lies_beyond_the_third_band_is_left_out(tmp_path: Path) -> None:
    bands = np.arange(16, dtype=np.uint8).reshape(4, 2, 2)
    with rasterio.open(tmp_path / "a.tif", "w", driver="GTiff", width=2, height=2, count=4, dtype="uint8") as file:
        file.write(bands)
    assert (to_form(read_image(tmp_path / "a.tif"), Form(2)) == np.moveaxis(bands[:3], 0, -1)).all()
    chosen = read_image(tmp_path / "a.tif", (3, 0))
    assert (chosen == np.moveaxis(bands[[3, 0]], 0, -1)).all()


def test_palette_is_read_as_its_colours(tmp_path: Path) -> None:
    picture = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    picture.putpalette([10, 20, 30, 200, 100, 50])
    picture.save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png").tolist() == [[[10, 20, 30], [200, 100, 50]]]


def test_numbers_of_sixteen_bits_stay_as_they_are(tmp_path: Path) -> None:
    with rasterio.open(tmp_path / "a.tif", "w", driver="GTiff", width=1, height=1, count=5, dtype="uint16") as file:
        file.write(np.array([1, 300, 7000, 9, 65535], np.uint16).reshape(5, 1, 1))
    assert to_form(read_image(tmp_path / "a.tif"), Form(1, 5)).ravel().tolist() == [1, 300, 7000, 9, 65535]


def test_crop_takes_the_middle_and_resize_all() -> None:
    wide = np.zeros((4, 8, 1), np.uint8)
    wide[:, 2:6] = 200
    assert (to_form(wide, Form(4, 1, (), "crop")) == 200).all()
    stretched = to_form(wide, Form(4, 1, (), "resize"))[0, :, 0]
    assert stretched[0] < 30
    assert stretched[1] > 170


def test_fine_texture_does_not_alias() -> None:
    stripes = np.tile(np.array([0, 255], np.uint8), (64, 32))[:, :, np.newaxis]
    small = to_form(stripes, Form(8, 1))
    assert np.abs(small - 127.5).max() < 30


@pytest.mark.parametrize("content", [b"", b"no image at all"])
def test_unreadable_file_says_so(tmp_path: Path, content: bytes) -> None:
    for name in ("a.png", "a.tif"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableError):
            read_image(tmp_path / name)


def test_too_few_bands_are_told() -> None:
    with pytest.raises(UnreadableError, match="it has 4 bands, and the model takes 12"):
        to_form(np.zeros((2, 2, 4), np.uint8), Form(2, 12))
