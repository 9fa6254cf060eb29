"""How large the scenes or the sets of images of an experiment are, as known before it runs."""

import json
import os
from dataclasses import dataclass
from math import prod
from pathlib import Path

from hsclass.datasets.descriptor import Descriptor, SceneOptions
from hsclass.datasets.fetch import mirrored_images
from hsclass.datasets.image_set import ImageSet
from hsclass.datasets.readers import open_cube
from hsclass.errors import DataError
from hsclass.experiment import Experiment
from hsclass.memory import held_megabytes
from hsclass.samples.bigearthnet import BANDS, CLASSES, SIDES
from hsclass.samples.reading import SUFFIXES, UnreadableError, paths_below, read_image

SCENE = (1000, 1000, 200)
"""(rows, cols, bands) of a scene of which nothing is known before it is built."""

IMAGES = (10_000, (256, 256, 3))
"""Images, and their (rows, cols, bands), of a set of which nothing is known before it is indexed."""

_LABELLED = 0.5  # of a scene whose labelled pixels are not known; it is half of Indian Pines
_CLASSES = 20


@dataclass(frozen=True)
class Size:
    """Size of a scene or of a set of images.

    Attributes
    ----------
    samples, labelled : int
        Pixels or images; those with a label.
    shape : tuple of int
        Rows, columns and bands of the scene, or of most images.
    classes : int
    images : bool
    files : int
        Files that an image consists of.
    known : bool
        False where nothing is known of the size, so that it is the default.
    """

    samples: int
    labelled: int
    shape: tuple[int, int, int]
    classes: int
    images: bool = False
    files: int = 1
    known: bool = True

    @property
    def megabytes(self) -> float:
        """MB [10^6 bytes] of the cube as float32, or of all images as they are held."""
        if self.images:
            return held_megabytes(self.samples, prod(self.shape), channels=self.shape[2], most=float("inf"))
        return 4e-6 * prod(self.shape)

    @property
    def guess(self) -> str:
        """What is taken where the size is not known, in words."""
        rows, cols, bands = self.shape
        if self.images:
            return f"{self.samples} images of {rows} x {cols} pixels and {bands} bands"
        return f"{rows} x {cols} pixels and {bands} bands"


def sample_size(experiment: Experiment, name: str, folder: Path = Path()) -> Size:
    """Return the size of a scene or of a set of images.

    It is that of the descriptor, else that of the user's own file or folder of images or of what an earlier run has
    built, else the default.

    Parameters
    ----------
    experiment : Experiment
    name : str
        Of the scene or set in the experiment.
    folder : Path
        Where the experiment runs.
    """
    built = folder / "results" / name
    described = experiment.descriptors[name]
    if isinstance(described, ImageSet):
        return built_images(built, files=_files(described)) or _described_images(described)
    cut = experiment.scenes[name].options
    assert isinstance(cut, SceneOptions)
    return _scene(described, cut, built)


def require_fitting_cuts(experiment: Experiment) -> None:
    """Check the rows and columns that are cut from scenes whose size is known before they are built.

    Raises
    ------
    UsageError
        If a cut reaches beyond its scene.
    """
    for name, entry in experiment.scenes.items():
        described = experiment.descriptors[name]
        if isinstance(entry.options, SceneOptions) and isinstance(described, Descriptor):
            shape = described.kept_shape or _local_shape(described)
            if shape is not None and (entry.options.rows or entry.options.cols):
                entry.options.cut_shape(shape)


def _scene(described: Descriptor, cut: SceneOptions, built: Path) -> Size:
    known = True
    if described.kept_shape is not None:
        full = described.kept_shape
        shape = cut.cut_shape(full)
    elif local := _local_shape(described):
        full = local
        shape = cut.cut_shape(full)
    elif cube := built_cube(built):
        shape = full = cube
    else:
        shape = full = SCENE
        known = False
    kept = [entry for entry in described.classes if entry.id not in cut.drop_classes]
    counts = [entry.pixels for entry in kept]
    pixels = shape[0] * shape[1]
    labelled = _LABELLED * pixels
    if counts and None not in counts:
        labelled = sum(count or 0 for count in counts) * pixels / (full[0] * full[1])
    elif counted := _built_labelled(built):
        labelled = counted
    return Size(pixels, round(labelled), shape, len(kept) or _CLASSES, known=known)


def _local_shape(described: Descriptor) -> tuple[int, int, int] | None:
    """Return (rows, cols, bands) that will be kept of the user's own file; None where it is fetched or unreadable."""
    for source in described.cube:
        if source.is_local and Path(source.path or "").is_file():
            try:
                cube = open_cube(Path(source.path or ""), key=source.key, ndim=3, **source.reading)
            except DataError:
                return None
            return (*cube.shape[:2], len(set(cube.good.tolist()) - set(described.drop_bands)))
    return None


def built_cube(folder: Path) -> tuple[int, int, int] | None:
    """Return (rows, cols, bands) of the scene that was built in a folder, None where there is none."""
    cube = folder / "cube.tif"
    return open_cube(cube).shape if cube.is_file() else None


def _built_labelled(folder: Path) -> int | None:
    """Return the labelled pixels of the scene that was built in a folder, None where there is none."""
    import rasterio

    from hsclass.raster import UNREADABLE, quiet
    from hsclass.scene import LABELS_FILE

    try:
        with quiet(), rasterio.open(folder / LABELS_FILE) as source:
            return int(source.tags().get("labelled", 0)) or None
    except (*UNREADABLE, ValueError):
        return None


def built_images(folder: Path, *, files: int = 1) -> Size | None:
    """Return the size of the set of images that was indexed in a folder, None where there is none."""
    try:
        found = json.loads((folder / "index.json").read_text())
        count, (rows, cols, bands) = int(found["images"]), found["shape"]
        return Size(count, count, (rows, cols, bands), len(found["classes"]), images=True, files=files)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _described_images(described: ImageSet) -> Size:
    images, shape, classes = described.images, described.shape, len(described.classes)
    home = Path(described.folder) if described.folder else mirrored_images(described)
    if home and not (images and shape):
        images, shape, classes = _look(home, described)
    count = images or IMAGES[0]
    return Size(
        count, count, shape or IMAGES[1], classes or _CLASSES, images=True, files=_files(described),
        known=bool(images and shape),
    )  # fmt: skip


def _files(described: ImageSet) -> int:
    return len(BANDS) + 1 if described.several_labels else 1


def _look(home: Path, described: ImageSet) -> tuple[int, tuple[int, int, int] | None, int]:
    """Count the images of a folder, and look at the first one."""
    if described.several_labels:
        patches = sum(entry.is_dir() for entry in os.scandir(home)) if home.is_dir() else 0
        return patches, (SIDES["B02"], SIDES["B02"], len(BANDS)), len(CLASSES)
    kinds, count, first = set(), 0, None
    for path in paths_below(home):
        if path.suffix.lower() in SUFFIXES and path.is_file():
            kinds.add(path.parent.name)
            count += 1
            first = first or path
    try:
        shape = read_image(first).shape if first else None
    except UnreadableError:
        shape = None
    return count, shape and (shape[0], shape[1], shape[2]), len(kinds)
