"""Fetch: get the files of a data set into a folder, checksum-verified, and record where they came from."""

import fcntl
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hsclass.datasets.descriptor import Descriptor
from hsclass.datasets.edits import content_digest
from hsclass.datasets.image_set import PARTS, ImageSet
from hsclass.datasets.listing import load_descriptor
from hsclass.datasets.obtain import MIRROR_VARIABLE, mirror_files, obtain, write_manifest
from hsclass.datasets.unpack import unpack_archive, write_arrays, write_digits
from hsclass.errors import UsageError

_LOG = logging.getLogger(__name__)
UNPACKED = "images"


def fetch(
    name_or_file: str | os.PathLike[str], folder: str | os.PathLike[str], options: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Get the files of a data set into ``folder/<name>/``: cube and reference labels, or images and their lists.

    A file that is there already with the right digest is kept. Else the folder named by the environment variable
    HSCLASS_DATA_MIRROR is searched for a file of the right name and digest, and then the descriptor's sources are
    tried in order: no server where the environment variable HSCLASS_OFFLINE is set. Files at a local path stay where
    they are, and so do the images of a folder, and unpacked images in the mirror. Archives are unpacked. Of two runs
    started together, the second waits for the first; an interrupted download is resumed, if its digest
    is known.

    Parameters
    ----------
    name_or_file : str or path-like
        A name in the catalogue, a descriptor file, or a folder of images.
    folder : path-like
    options : mapping, optional
        `hsclass.datasets.image_set.ImageSetOptions`.

    Returns
    -------
    dict
        What ``folder/<name>/source.json`` holds: `name`, `descriptor` (digest of the sources listed in it), and for
        `cube` and `labels`, or `train`, `validation` and `test` (None without such) the `file` (relative to
        `source.json`, or absolute when it lies outside the folder around `folder`), its `sha256`, its `origin` and its
        `key`; where there is any, how to read it (`reading`) and the digests of the files next to it (`companions`)
        that belong to it. `images` is the folder of the images, and `origin` where they come from. `content` is a
        digest of all files that stay where they are, where there are such.

    Raises
    ------
    FetchError
        If a file cannot be had from any source; the message lists each of them and why.
    UsageError
        If the descriptor is wrong, or the mirror is not a folder.
    """
    described = load_descriptor(name_or_file, options)
    home = Path(folder) / described.name
    mirror = mirror_files()
    with _lock(Path(folder), described.name):
        manifest: dict[str, Any] = {"name": described.name, "descriptor": described.digest(home)}
        if isinstance(described, Descriptor):
            files = {"cube": described.cube, "labels": described.labels}
        else:
            images, origin = _images(described, home, mirror)
            manifest |= {"images": str(images), "origin": origin}
            files = {part: getattr(described.lists, part) for part in PARTS}
        for part, sources in files.items():
            manifest[part] = obtain(part, sources, home, mirror) if sources else None
        if isinstance(described, Descriptor) and described.more_labels:
            manifest["more_labels"] = [obtain("labels", (source,), home, mirror) for source in described.more_labels]
        if content := content_digest(described, Path(folder)):
            manifest["content"] = content
        write_manifest(home, manifest)
    return manifest


def mirrored_images(described: ImageSet) -> Path | None:
    """Return the folder of a set's unpacked images in the data mirror, None where there is none."""
    mirror = os.environ.get(MIRROR_VARIABLE)
    folder = Path(mirror) / described.mirror if mirror and described.mirror else None
    return folder if folder and folder.is_dir() else None


def _images(described: ImageSet, home: Path, mirror: list[Path]) -> tuple[Path, str]:
    """Return the folder of the images of a set, and where they come from."""
    unpacked = home / UNPACKED
    if described.folder:
        return Path(described.folder), described.folder
    if mirror and (mirrored := mirrored_images(described)):
        return mirrored.resolve(), f"mirror, {mirrored}"
    if described.arrays == "digits":
        write_digits(unpacked)
        return unpacked.resolve(), "package sklearn"
    entry = obtain("archive", described.archive, home, mirror)
    if described.arrays:
        write_arrays(home / entry["file"], unpacked)
        return unpacked.resolve(), entry["origin"]
    unpack_archive(home / entry["file"], unpacked)
    return (unpacked / described.inside).resolve(), entry["origin"]


@contextmanager
def _lock(folder: Path, name: str) -> Iterator[None]:
    """Hold the data set `name` of a data folder, which the system lets go of when a run ends, also when it is killed.

    Where the file system knows no locks, as some of clusters, nothing is held.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / f".{name}.lock").open("a")
    except OSError as error:
        raise UsageError(
            f"output {folder}: cannot write into {folder} ({error.strerror}); choose another output folder"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _LOG.warning("%s: another run fetches %s; waiting for it", folder, name)
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            _LOG.debug("%s: cannot be locked (%s)", folder, error.strerror)
        yield
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)
