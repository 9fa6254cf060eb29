"""Index: find the images of a set, look at each once, and say what is odd."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hsclass.datasets.manifest import file_digest
from hsclass.errors import DataError
from hsclass.images.bigearthnet import CLASSES, NATURAL, is_patch, patch_labels
from hsclass.images.fetch import list_file
from hsclass.images.hashing import perceptual_hash
from hsclass.images.index import SEPARATOR, ImageIndex, Indexed
from hsclass.images.lists import Listed, read_lists
from hsclass.images.reading import SUFFIXES, UnreadableError, read_image

_PARTS = ("train", "validation", "test")
_SHOWN = 5


def build_index(
    manifest: Mapping[str, Any], home: Path, progress: Callable[[str], None] = lambda text: None
) -> ImageIndex:
    """Look at every image of a fetched set.

    Parameters
    ----------
    manifest : mapping
        From `hsclass.images.fetch`.
    home : Path
        The folder that it lies in.
    progress : callable
        Takes a line of text now and then.

    Returns
    -------
    ImageIndex
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
    for number, (path, labels) in enumerate(sorted(found.items())):
        if lists and path not in listed:
            continue
        images.append(_look(folder, path, labels, listed.get(path)))
        if number % 100 == 99:
            progress(f"{number + 1} of {len(found)} images")
    named = {label for image in images for label in image.labels if not image.problem}
    classes = tuple(manifest["classes"]) or (CLASSES if several and named <= set(CLASSES) else tuple(sorted(named)))
    _require_classes(folder, named, classes)
    return ImageIndex(folder.resolve(), tuple(i for i in images if set(i.labels) <= set(classes)), several, classes)


def oddities(index: ImageIndex) -> dict[str, Any]:
    """Return what is odd about the images of an index, counted and named.

    Returns
    -------
    dict
        `images`; `classes`: number of readable images of each; `empty_classes`; `unreadable`: path and reason of each;
        `shape`: the commonest rows, cols and bands; `other_sizes` and `other_bands`: how many images of each other;
        `identical`: groups of files with the same content.
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
        "classes": index.counts(),
        "empty_classes": sorted(empty | (folders - set(index.classes) - set(_PARTS))),
        "unreadable": {image.path: image.problem for image in index.images if image.problem},
        "shape": list(shape),
        "other_sizes": dict(sizes.most_common()),
        "other_bands": dict(bands.most_common()),
        "identical": [paths for paths in same.values() if len(paths) > 1],
    }


def in_words(odd: Mapping[str, Any]) -> list[str]:
    """Return `oddities` as lines of text: what is there, and one line for each thing that is odd."""
    rows, cols, bands = odd["shape"]
    shape = f"{rows} x {cols} pixels, {bands} band{'s' * (bands > 1)}"
    lines = [f"{odd['images']} images of {len(odd['classes'])} classes, most {shape}"]
    if odd["empty_classes"]:
        lines.append(f"classes without images: {_first(odd['empty_classes'])}")
    if odd["unreadable"]:
        named = [f"{path} ({reason})" for path, reason in odd["unreadable"].items()]
        lines.append(f"{len(named)} images cannot be read and are left out: {_first(named)}")
    for key, what in (("other_sizes", "of another size, brought to the model's"), ("other_bands", "with other bands")):
        if odd[key]:
            told = _first([f"{count} of {kind}" for kind, count in odd[key].items()])
            lines.append(f"{sum(odd[key].values())} images {what}: {told}")
    if odd["identical"]:
        lines.append(f"files with identical content: {_first([' = '.join(paths) for paths in odd['identical']])}")
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


def _look(folder: Path, path: str, labels: tuple[str, ...], listed: Listed | None) -> Indexed:
    file = folder / path
    published = Path(path).parts[0]
    split = listed.part if listed else published if published in _PARTS else ""
    named = listed.labels if listed and listed.labels else labels
    try:
        named = named or patch_labels(file)
        pixels = read_image(file)
        hashed = perceptual_hash(pixels[:, :, list(NATURAL)] if file.is_dir() else pixels)
    except (UnreadableError, ValueError) as error:
        return Indexed(path, named, split, (0, 0, 0), "", "", str(error))
    shape = (pixels.shape[0], pixels.shape[1], pixels.shape[2])
    return Indexed(path, named, split, shape, _digest(file), hashed)


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
        raise DataError(f"{folder}: has classes that its descriptor does not list: {_first(unknown)}; mend 'classes'")


def _first(items: list[str]) -> str:
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more
