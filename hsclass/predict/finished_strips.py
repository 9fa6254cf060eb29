"""Finished strips of a map, from which a killed run is resumed: each a file that says which map it belongs to."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.atomic import atomic_path
from hsclass.errors import UsageError
from hsclass.predict.prediction import Chunk
from hsclass.results.model import ModelCard

_IGNORED = {"training.json", "history.csv"}  # figures that differ from run to run


def map_key(model_folder: Path | None, card: ModelCard, options: Mapping[str, Any]) -> str:
    """Return a digest of all that the pixels of a map follow from.

    Parameters
    ----------
    model_folder : Path or None
        Whose files are digested; None: `card` alone identifies the model.
    card : ModelCard
    options : mapping
        Identity of the scene, options, version.
    """
    digest = hashlib.sha256(json.dumps([card.as_dict(), options], sort_keys=True, default=str).encode())
    _add_files(digest, model_folder)
    return digest.hexdigest()


def model_digest(folder: Path) -> str:
    """Return the SHA-256 of the files of a model, but for what its training took."""
    digest = hashlib.sha256()
    _add_files(digest, folder)
    return digest.hexdigest()


def _add_files(digest: Any, folder: Path | None) -> None:
    for path in sorted(folder.rglob("*")) if folder else []:
        if path.is_file() and path.name not in _IGNORED:
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())


class FinishedStrips:
    """Finished strips in a folder next to the output.

    Parameters
    ----------
    output : Path
        The map; the folder is `.tiles-NAME` next to it.
    key : str
        Of `map_key`: strips with another are ignored.
    dtype : dtype
        Of the classes.
    cols : int
    probabilities, measured : int
        Bands of probabilities, and of dissimilarity, that a strip holds; 0: none.
    """

    def __init__(
        self, output: Path, key: str, *, dtype: np.dtype, cols: int, probabilities: int, measured: int = 0
    ) -> None:
        self.folder = output.with_name(f".tiles-{output.name}")
        self._key, self._dtype, self._cols = key, dtype, cols
        self._bands = {"probabilities": probabilities, "dissimilarity": measured}

    def open(self) -> None:
        """Create the folder.

        Raises
        ------
        UsageError
            If that is not possible.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"output {self.folder.parent}: cannot be written into ({error.strerror}); choose another output folder"
            ) from error

    def save(self, chunk: Chunk) -> None:
        """Write a strip, whole or not at all."""
        arrays: dict[str, Any] = {
            "key": np.array(self._key),
            "classes": chunk.classes,
            "confidence": chunk.confidence,
            "seconds": np.array(chunk.seconds),
            "broken": chunk.broken,
        }
        if chunk.probabilities is not None:
            arrays["probabilities"] = chunk.probabilities
        if chunk.dissimilarity is not None:
            arrays["dissimilarity"] = chunk.dissimilarity
        with atomic_path(self._path(chunk.rows)) as partial:
            np.savez(partial, **arrays)

    def finished(self, within: slice, height: int) -> list[slice]:
        """Return the strips that are whole, belong to this map and do not overlap, by their first row.

        Parameters
        ----------
        within : slice
            Rows of the map.
        height : int
            Rows of a tile, at whose ends strips begin and end.
        """
        found: list[slice] = []
        for path in sorted(self.folder.glob("rows-*.npz")):
            first, _, last = path.stem.removeprefix("rows-").partition("-")
            if not (first.isdigit() and last.isdigit()):
                continue
            rows = slice(int(first), int(last))
            aligned = rows.start % height == 0 and (rows.stop % height == 0 or rows.stop == within.stop)
            after = found[-1].stop if found else within.start
            if aligned and after <= rows.start < rows.stop <= within.stop and self.load(rows) is not None:
                found.append(rows)
        return found

    def load(self, rows: slice) -> Chunk | None:
        """Return a strip; None where it is damaged or of another map."""
        shape = (rows.stop - rows.start, self._cols)
        try:
            with np.load(self._path(rows), allow_pickle=False) as held:
                if str(held["key"]) != self._key:
                    return None
                classes, confidence, seconds = held["classes"], held["confidence"], float(held["seconds"])
                broken = held["broken"]
                cubes = {name: held[name] if bands else None for name, bands in self._bands.items()}
        except Exception:  # a broken file can fail the reader at any of its steps
            return None
        fits = classes.shape == confidence.shape == shape and classes.dtype == self._dtype and broken.shape[1:] == (2,)
        for name, cube in cubes.items():
            fits = fits and (cube is None or cube.shape == (self._bands[name], *shape))
        if not fits:
            return None
        return Chunk(rows, classes, confidence, cubes["probabilities"], seconds, broken, cubes["dissimilarity"])

    def remove(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, rows: slice) -> Path:
        return self.folder / f"rows-{rows.start:09d}-{rows.stop:09d}.npz"


def missing(finished: list[slice], within: slice) -> list[slice]:
    """Return the rows of `within` that are in none of the `finished` strips, which ascend."""
    gaps, top = [], within.start
    for rows in [*finished, slice(within.stop, within.stop)]:
        if rows.start > top:
            gaps.append(slice(top, rows.start))
        top = rows.stop
    return gaps
