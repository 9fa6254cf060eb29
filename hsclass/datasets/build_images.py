"""Build the index of an image set: find its images, look at each once, and say what is unusual."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hsclass.datasets.fetch_images import list_file
from hsclass.datasets.lists import Listed, read_lists
from hsclass.datasets.manifest import file_digest
from hsclass.datasets.palette import distinct_colors
from hsclass.errors import DataError
from hsclass.progress import progress
from hsclass.samples.bigearthnet import CLASSES, NATURAL, is_patch, patch_labels
from hsclass.samples.hashing import perceptual_hash
from hsclass.samples.images import SEPARATOR, ImageRecord, ImageSamples
from hsclass.samples.reading import SUFFIXES, UnreadableError, read_image
from hsclass.scene import LandCover

_PARTS = ("train", "validation", "test")
_SHOWN = 5


def build_index(manifest: Mapping[str, Any], home: Path) -> ImageSamples:
    """Look at every image of a fetched set.

    Parameters
    ----------
    manifest : mapping
        From `hsclass.datasets.fetch_images`.
    home : Path
        The folder that it lies in.

    Returns
    -------
    ImageSamples
        An image that cannot be read is in it, with the reason.

    Raises
    ------
    DataError
        If there are no images, or only one class, or another number of images than was published, or a list names a
        file that is missing, or one file stands in two lists.
    """
    folder = Path(manifest["images"])
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; expected the images of {manifest['name']}; fetch them again")
    several = manifest["layout"] == "bigearthnet"
    lists = {part: file for part in _PARTS if (file := list_file(manifest, part, home))}
    found = dict(_patches(folder) if several else _class_folders(folder))
    listed = read_lists(lists, folder, found) if lists else {}
    expected = manifest.get("expected")
    if expected and len(found) != expected:
        raise DataError(f"{folder}: holds {len(found)} images; expected the {expected} of {manifest['name']}")
    images = []
    chosen = [path for path in sorted(found) if not lists or path in listed]
    with progress(f"index {manifest['name']}", len(chosen), unit="images") as bar:
        for path in chosen:
            images.append(_look(folder, path, found[path], listed.get(path)))
            bar.update()
    named = {label for image in images for label in image.labels if not image.problem}
    names = tuple(manifest["classes"]) or (CLASSES if several and named <= set(CLASSES) else tuple(sorted(named)))
    _require_classes(folder, named, names)
    colors = distinct_colors(len(names))
    classes = tuple(LandCover(1 + place, name, colors[place]) for place, name in enumerate(names))
    of_these = tuple(image for image in images if set(image.labels) <= set(names))
    return ImageSamples(str(manifest["name"]), folder.resolve(), of_these, classes, several)


def unusual(index: ImageSamples) -> dict[str, Any]:
    """Return what is unusual about the images of a set, counted and named.

    Returns
    -------
    dict
        `images`; `counts`: number of readable images of each class; `empty_classes`; `unreadable`: path and reason of
        each; `shape`: the commonest rows, cols and bands; `other_sizes` and `other_bands`: how many images of each
        other; `identical`: groups of files with the same content.
    """
    shape = index.common_shape()
    readable = [index.images[place] for place in index.readable]
    sizes = Counter(f"{image.shape[0]} x {image.shape[1]}" for image in readable if image.shape[:2] != shape[:2])
    bands = Counter(str(image.shape[2]) for image in readable if image.shape[2] != shape[2])
    same: dict[str, list[str]] = defaultdict(list)
    for image in readable:
        same[image.sha256].append(image.path)
    folders = {path.name for path in index.folder.iterdir() if path.is_dir()} if not index.several_labels else set()
    empty = {name for name, count in index.counts().items() if not count}
    return {
        "images": len(index),
        "counts": index.counts(),
        "empty_classes": sorted(empty | (folders - set(index.class_names) - set(_PARTS))),
        "unreadable": {image.path: image.problem for image in index.images if image.problem},
        "shape": list(shape),
        "other_sizes": dict(sizes.most_common()),
        "other_bands": dict(bands.most_common()),
        "identical": [paths for paths in same.values() if len(paths) > 1],
    }


def in_words(found: Mapping[str, Any]) -> list[str]:
    """Return `unusual` as lines of text: what is there, and one line for each thing that is unusual."""
    rows, cols, bands = found["shape"]
    shape = f"{rows} x {cols} pixels, {bands} band{'s' * (bands > 1)}"
    lines = [f"{found['images']} images of {len(found['counts'])} classes, most {shape}"]
    if found["empty_classes"]:
        lines.append(f"classes without images: {_first(found['empty_classes'])}")
    if found["unreadable"]:
        named = [f"{path} ({reason})" for path, reason in found["unreadable"].items()]
        lines.append(f"{len(named)} images cannot be read and are left out: {_first(named)}")
    for key, what in (("other_sizes", "of another size, brought to the model's"), ("other_bands", "with other bands")):
        if found[key]:
            kinds = _first([f"{count} of {kind}" for kind, count in found[key].items()])
            lines.append(f"{sum(found[key].values())} images {what}: {kinds}")
    if found["identical"]:
        lines.append(f"files with identical content: {_first([' = '.join(paths) for paths in found['identical']])}")
    return lines


def _class_folders(folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each image's path and class; ``train`` and ``test`` may stand above the class folders."""
    for path in folder.rglob("*"):
        if path.suffix.lower() in SUFFIXES and path.parent != folder and path.is_file():
            yield path.relative_to(folder).as_posix(), (path.parent.name,)


def _patches(folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    for path in sorted(folder.rglob("*")):
        if path.is_dir() and is_patch(path):
            yield path.relative_to(folder).as_posix(), ()


def _look(folder: Path, path: str, labels: tuple[str, ...], listed: Listed | None) -> ImageRecord:
    file = folder / path
    published = Path(path).parts[0]
    split = listed.part if listed else published if published in _PARTS else ""
    named = listed.labels if listed and listed.labels else labels
    try:
        named = named or patch_labels(file)
        pixels = read_image(file)
        hashed = perceptual_hash(pixels[:, :, list(NATURAL)] if file.is_dir() else pixels)
    except (UnreadableError, ValueError) as error:
        return ImageRecord(path, named, split, (0, 0, 0), "", "", str(error))
    shape = (pixels.shape[0], pixels.shape[1], pixels.shape[2])
    return ImageRecord(path, named, split, shape, _digest(file), hashed)


def _digest(path: Path) -> str:
    if path.is_file():
        return file_digest(path)
    digest = hashlib.sha256()
    for file in sorted(path.iterdir()):
        digest.update(file.name.encode() + b"\0" + file_digest(file).encode())
    return digest.hexdigest()


def _require_classes(folder: Path, named: set[str], classes: tuple[str, ...]) -> None:
    if not named:
        raise DataError(
            f"{folder}: holds no image that can be read; expected {', '.join(SUFFIXES)} in a folder a class, or patches"
        )
    if bad := [name for name in named if SEPARATOR in name]:
        raise DataError(f"{folder}: class '{bad[0]}' has a '{SEPARATOR}' in its name; rename its folder")
    if len(named) < 2:
        raise DataError(f"{folder}: all images are of one class, {named.pop()}; expected two or more to tell apart")
    if unknown := sorted(named - set(classes)):
        raise DataError(f"{folder}: has classes that its descriptor does not list: {_first(unknown)}; fix 'classes'")


def _first(items: list[str]) -> str:
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more
