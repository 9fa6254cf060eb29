"""Fetch: get a set of images into a folder of image files, with the lists that divide it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hsclass.datasets.edits import content_digest
from hsclass.datasets.fetch import MIRROR_VARIABLE, mirror_files, obtain, write_manifest
from hsclass.datasets.image_set import ImageSet, Lists, load_image_set
from hsclass.datasets.lock import fetch_lock
from hsclass.datasets.manifest import MANIFEST
from hsclass.datasets.unpack import unpack_archive, write_arrays, write_digits
from hsclass.errors import DataError

UNPACKED = "images"


def fetch_images(name: str, folder: str | os.PathLike[str], options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Get a set of images into ``folder/<name>/``.

    Your own folder stays where it is. Where the folder that the environment variable HSCLASS_DATA_MIRROR names holds
    the set's unpacked images, these are used where they lie. Else the archive is had as the files of scenes are (see
    `hsclass.datasets.fetch.fetch`), verified by its digest and unpacked.

    Parameters
    ----------
    name : str
        A name in the catalogue of image sets, a descriptor file, or a folder of images.
    folder : path-like
    options : mapping, optional
        `ImageSetOptions`.

    Returns
    -------
    dict
        What ``folder/<name>/source.json`` holds: `name`, `title`, `descriptor` (digest of what was asked for), `images`
        (folder of the images), `origin`, `layout`, `classes`, `expected` (published number of images or None), and
        for `train`, `validation` and `test` the entry of the list, None without one.

    Raises
    ------
    FetchError
        If a file cannot be had from any source.
    UsageError
        If the set is not known, or wrong.
    """
    described = load_image_set(name, options)
    home = Path(folder) / described.name
    mirror = mirror_files()
    with fetch_lock(Path(folder), described.name):
        images, origin = _images(described, home, mirror)
        manifest: dict[str, Any] = {
            "name": described.name, "title": described.title or described.name, "note": described.note,
            "descriptor": described.digest, "images": str(images), "origin": origin, "layout": described.layout,
            "classes": list(described.classes), "expected": described.images,
        }  # fmt: skip
        for part in Lists.model_fields:
            sources = getattr(described.lists, part)
            manifest[part] = obtain(part, sources, home, mirror) if sources else None
        if content := content_digest(described, Path(folder)):
            manifest["content"] = content
        write_manifest(home, manifest)
    return manifest


def read_image_manifest(home: Path) -> dict[str, Any]:
    """Return what `fetch_images` wrote into a data set's folder, or raise DataError where it did not."""
    path = home / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        known = {"images", "layout", *Lists.model_fields} <= set(manifest)
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}); run 'hsclass images fetch' into {home.parent}"
        ) from error
    except (ValueError, TypeError) as error:
        raise DataError(f"{path}: is not JSON ({error}); run 'hsclass images fetch' into {home.parent}") from error
    if not known:
        raise DataError(f"{path}: is not of a set of images; run 'hsclass images fetch' into {home.parent}")
    return dict(manifest)


def list_file(manifest: Mapping[str, Any], part: str, home: Path) -> Path | None:
    """Return the list of a part, None where the set has none."""
    return None if manifest[part] is None else home / manifest[part]["file"]


def mirrored_images(described: ImageSet) -> Path | None:
    """Return the folder of a set's unpacked images in the data mirror, None where there is none."""
    mirror = os.environ.get(MIRROR_VARIABLE)
    folder = Path(mirror) / described.mirror if mirror and described.mirror else None
    return folder if folder and folder.is_dir() else None


def _images(described: ImageSet, home: Path, mirror: list[Path]) -> tuple[Path, str]:
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
