"""Build the index of an image set: find its images, look at each once, and say what is unusual."""

import hashlib
import logging
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hsclass.datasets.image_set import PARTS, ImageSet
from hsclass.datasets.listing import load_descriptor
from hsclass.datasets.lists import ListedImage, read_lists
from hsclass.datasets.manifest import file_digest, read_manifest, verified_file
from hsclass.errors import DataError
from hsclass.palette import distinct_colors
from hsclass.progress import progress
from hsclass.samples.bigearthnet import CLASSES, NATURAL, is_patch, patch_labels
from hsclass.samples.hashing import perceptual_hash
from hsclass.samples.images import SEPARATOR, ImageRecord, ImageSamples
from hsclass.samples.reading import SUFFIXES, UnreadableError, paths_below, read_image
from hsclass.scene import LandCover
from hsclass.wording import counted

_LOG = logging.getLogger(__name__)
_SHOWN = 5


def build_images(
    name_or_file: str | os.PathLike[str],
    *,
    folder: str | os.PathLike[str],
    options: Mapping[str, Any] | None = None,
    name: str | None = None,
) -> tuple[ImageSamples, dict[str, Any]]:
    """Look at every image of a fetched set.

    Parameters
    ----------
    name_or_file : str or path-like
        A name in the catalogue, a descriptor file, or a folder of images.
    folder : path-like
        The folder that its files were fetched into.
    options : mapping, optional
        `hsclass.datasets.image_set.ImageSetOptions`, as they were given to `hsclass.datasets.fetch.fetch`.
    name : str, optional
        Name of the samples. Default: the set's.

    Returns
    -------
    samples : ImageSamples
        An image that cannot be read is in it, with the reason.
    about : dict
        `title`, `note`, `origin`, `layout`, `expected` number of images, and what is `unusual`; for
        `hsclass.samples.write_index`.

    Raises
    ------
    UsageError
        If the set is not known, or wrong.
    DataError
        If the set was not fetched; there are no images, or only one class, or another number of images than was
        published; a list names a file that is missing, or one file stands in two lists.
    """
    described = load_descriptor(name_or_file, options, kind="images")
    home = Path(folder) / described.name
    manifest = read_manifest(described, home)
    images = Path(manifest["images"])
    if not images.is_dir():
        raise DataError(f"{images}: no such folder; expected the images of {described.name}; fetch them again")
    found = dict(_patches(images) if described.several_labels else _class_folders(images))
    lists = {part: verified_file(manifest[part], home) for part in PARTS if manifest[part]}
    listed = read_lists(lists, images, found) if lists else {}
    if described.images and len(found) != described.images:
        raise DataError(f"{images}: holds {len(found)} images; expected the {described.images} of {described.name}")
    chosen = [path for path in sorted(found) if not lists or path in listed]
    looked = []
    with progress(f"index {described.name}", len(chosen), unit="images") as bar:
        for path in chosen:
            looked.append(_look(images, path, found[path], listed.get(path)))
            bar.update()
    names = _class_names(images, looked, described)
    colors = distinct_colors(len(names))
    classes = tuple(LandCover(1 + place, label, colors[place]) for place, label in enumerate(names))
    of_these = tuple(image for image in looked if set(image.labels) <= set(names))
    samples = ImageSamples(name or described.name, images.resolve(), of_these, classes, described.several_labels)
    about = {
        "title": described.title or described.name, "note": described.note, "origin": manifest["origin"],
        "layout": described.layout, "expected": described.images, **unusual(samples),
    }  # fmt: skip
    summary, *further = in_words(about)
    _LOG.info("images %s: %s", samples.name, summary)
    for line in further:
        _LOG.warning("images %s: %s", samples.name, line)
    return samples, about


def unusual(index: ImageSamples) -> dict[str, Any]:
    """Return what is unusual about the images of a set, counted and named.

    Returns
    -------
    dict
        `images`; `counts`: number of readable images of each class; `empty_classes`; `other_files`: how many files of
        each extension in the class folders are no images; `unreadable`: path and reason of each; `shape`: the commonest
        rows, cols and bands; `other_sizes` and `other_bands`: how many images of each other; `identical`: groups of
        files with the same content.
    """
    shape = index.common_shape()
    readable = [index.images[place] for place in index.readable]
    sizes = Counter(f"{image.shape[0]} x {image.shape[1]}" for image in readable if image.shape[:2] != shape[:2])
    bands = Counter(str(image.shape[2]) for image in readable if image.shape[2] != shape[2])
    same: dict[str, list[str]] = defaultdict(list)
    for image in readable:
        same[image.sha256].append(image.path)
    top = [path for path in paths_below(index.folder) if path.parent == index.folder]
    folders = {path.name for path in top if path.is_dir()} if not index.several_labels else set()
    others = [] if index.several_labels else _no_images(index.folder)
    empty = {name for name, count in index.counts().items() if not count}
    return {
        "images": len(index),
        "counts": index.counts(),
        "empty_classes": sorted(empty | (folders - set(index.class_names) - set(PARTS))),
        "other_files": dict(Counter(path.suffix.lower() or "no extension" for path in others).most_common()),
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
    if found["other_files"]:
        kinds = _first([f"{count} of {suffix}" for suffix, count in found["other_files"].items()])
        lines.append(f"files of other kinds are left out: {kinds}; read are {', '.join(SUFFIXES)}")
    if found["unreadable"]:
        named = [f"{path} ({reason})" for path, reason in found["unreadable"].items()]
        lines.append(f"{counted(len(named), 'image')} that cannot be read, left out: {_first(named)}")
    for key, what in (("other_sizes", "of another size, brought to the model's"), ("other_bands", "with other bands")):
        if found[key]:
            kinds = _first([f"{count} of {kind}" for kind, count in found[key].items()])
            lines.append(f"{counted(sum(found[key].values()), 'image')} {what}: {kinds}")
    if found["identical"]:
        lines.append(f"files with identical content: {_first([' = '.join(paths) for paths in found['identical']])}")
    return lines


def _class_folders(folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each image's path and class; ``train`` and ``test`` may stand above the class folders."""
    for path in paths_below(folder):
        if path.suffix.lower() in SUFFIXES and path.parent != folder and path.is_file():
            yield path.relative_to(folder).as_posix(), (path.parent.name,)


def _no_images(folder: Path) -> list[Path]:
    files = (path for path in paths_below(folder) if path.parent != folder and path.is_file())
    return [path for path in files if path.suffix.lower() not in SUFFIXES]


def _patches(folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    for path in sorted(paths_below(folder)):
        if path.is_dir() and is_patch(path):
            yield path.relative_to(folder).as_posix(), ()


def _look(folder: Path, path: str, labels: tuple[str, ...], listed: ListedImage | None) -> ImageRecord:
    file = folder / path
    published = Path(path).parts[0]
    split = listed.part if listed else published if published in PARTS else ""
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


def _class_names(folder: Path, images: list[ImageRecord], described: ImageSet) -> tuple[str, ...]:
    """Return the classes in the order of a model's outputs, after checking that they are possible."""
    named = {label for image in images for label in image.labels if not image.problem}
    if not named:
        raise DataError(
            f"{folder}: holds no image that can be read; expected {', '.join(SUFFIXES)} in a folder a class, or patches"
        )
    if bad := [name for name in named if SEPARATOR in name]:
        raise DataError(f"{folder}: class '{bad[0]}' has a '{SEPARATOR}' in its name; rename its folder")
    if len(named) < 2:
        raise DataError(f"{folder}: all images are of one class, {named.pop()}; expected two or more to tell apart")
    if described.classes and (unknown := sorted(named - set(described.classes))):
        raise DataError(f"{folder}: has classes that its descriptor does not list: {_first(unknown)}; fix 'classes'")
    of_archive = CLASSES if described.several_labels and named <= set(CLASSES) else tuple(sorted(named))
    return described.classes or of_archive


def _first(items: list[str]) -> str:
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more
