"""The pixels of images as a network takes them: in one form, held in memory or read again each time."""

from pathlib import Path
from typing import Any

import numpy as np

from hsclass.errors import DataError
from hsclass.memory import HELD_BYTES
from hsclass.samples.reading import Form, UnreadableError, read_image, to_form

_CENTRE, _SPREAD = 127.5, 64.0


class ImageSource:
    """Images from files, in one form, their values brought to about 0…255.

    Bytes are left as they are. Other numbers, as reflectances, are scaled channel by channel with `gain` and `offset`,
    which `measure` takes from training images.

    Parameters
    ----------
    files : ndarray of Path
    form : Form
    held_bytes : int
        Where the images take no more than this together as bytes, each is read once, else they are streamed; of images
        of other numbers, which take more, those that do not fit are read each time.
    """

    def __init__(self, files: np.ndarray, form: Form, *, held_bytes: int = HELD_BYTES) -> None:
        self.files, self.form = files, form
        self.gain = np.ones(form.channels, np.float32)
        self.offset = np.zeros(form.channels, np.float32)
        values = form.size**2 * form.channels
        self._held: dict[int, np.ndarray] | None = {} if len(files) * values <= held_bytes else None
        self._free = held_bytes

    def __len__(self) -> int:
        return len(self.files)

    @property
    def streamed(self) -> bool:
        """Whether images are read anew each time."""
        return self._held is None

    def take(self, places: np.ndarray) -> np.ndarray:
        """Return the images at `places`, shape (n,): float32 of shape (n, size, size, channels)."""
        images = np.empty((len(places), self.form.size, self.form.size, self.form.channels), np.float32)
        for row, place in enumerate(places.tolist()):
            images[row] = self._read(place)
        return images * self.gain + self.offset

    def measure(self, places: np.ndarray) -> None:
        """Take gain and offset from some training images, where their values are not bytes."""
        raw = np.stack([self._read(place) for place in places.tolist()])
        if raw.dtype == np.uint8:
            return
        mean, spread = raw.mean(axis=(0, 1, 2)), raw.std(axis=(0, 1, 2))
        self.gain = (_SPREAD / np.where(spread > 0, spread, 1)).astype(np.float32)
        self.offset = (_CENTRE - mean * self.gain).astype(np.float32)

    def as_record(self) -> dict[str, Any]:
        """Return how the images are read, for a saved model."""
        form = self.form
        return {
            "form": {"size": form.size, "channels": form.channels, "bands": list(form.bands), "fit": form.fit},
            "gain": self.gain.tolist(), "offset": self.offset.tolist(),
        }  # fmt: skip

    @classmethod
    def from_record(cls, record: dict[str, Any], files: np.ndarray) -> "ImageSource":
        """Return other images, read as those that `as_record` describes."""
        form = record["form"]
        images = cls(files, Form(form["size"], form["channels"], tuple(form["bands"]), form["fit"]))
        images.gain, images.offset = (np.array(record[key], np.float32) for key in ("gain", "offset"))
        return images

    def _read(self, place: int) -> np.ndarray:
        if self._held is not None and place in self._held:
            return self._held[place]
        image = read_in_form(self.files[place], self.form)
        if self._held is not None and image.nbytes <= self._free:
            self._held[place] = image
            self._free -= image.nbytes
        return image


def read_in_form(file: Path, form: Form) -> np.ndarray:
    """Return an image in a form, shape (size, size, channels): bytes where the file holds bytes, else float32.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    try:
        pixels = read_image(file, form.bands)
        image = to_form(pixels, form)
    except UnreadableError as error:
        raise DataError(f"{file}: cannot be read ({error}); repair it, or run 'hsclass scene' again") from error
    return image.round().astype(np.uint8) if pixels.dtype == np.uint8 else image
