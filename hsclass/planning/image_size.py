"""How large the sets of images of an experiment are, and how much each run has to do, as known before it runs."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from hsclass.datasets.fetch_images import mirrored_images
from hsclass.datasets.image_set import ImageSet
from hsclass.experiment import Experiment
from hsclass.images.early_maps import MOST_BYTES
from hsclass.images.model import image_model
from hsclass.images.network_model import ImageNetworkOptions
from hsclass.images.symmetries import COUNT
from hsclass.images.training import image_form
from hsclass.memory import HELD_BYTES
from hsclass.planning.backbone_costs import BACKBONE_COSTS
from hsclass.samples.bigearthnet import BANDS, CLASSES, SIDES
from hsclass.samples.reading import SUFFIXES, UnreadableError, read_image

DEFAULT = (10_000, (256, 256, 3))
"""Images, and their rows, columns and bands, of a set of which nothing is known before it is indexed."""

_CLASSES = 20
_BACKWARD = 3  # a step costs what three passes forward do


class Shares(NamedTuple):
    """Numbers of images of the parts of a split."""

    train: int
    validation: int
    test: int


@dataclass(frozen=True)
class ImageSize:
    """Size of a set of images.

    Attributes
    ----------
    images : int
    shape : tuple of int
        Rows, columns and bands of most of them.
    classes : int
    files : int
        Files that an image consists of.
    known : bool
        False where nothing tells the number or the shape, so that it is the default.
    """

    images: int
    shape: tuple[int, int, int]
    classes: int
    files: int = 1
    known: bool = True

    @property
    def megabytes(self) -> float:
        """MB [10^6 bytes] of all images as they are held, see `held_megabytes`."""
        return held_megabytes(self.images, self.shape, most=float("inf"))


@dataclass(frozen=True)
class ImageTask:
    """What one run of a model has to do.

    Attributes
    ----------
    parts : Shares
    epochs : int
        At most; 1 for a model without epochs.
    train_macs, predict_macs : float
        Multiplications with additions, and numbers looked at, of the training and of the prediction of the test images.
    held_mb, maps_mb : float
        Images in memory, and maps of the blocks that do not learn [MB, 10^6 bytes].
    step_mb : float
        What layers put out in one step of the training.
    parameters : float
    network, prepared : bool
        Whether the model is a network; whether it looks at the images before its first epoch.
    """

    parts: Shares
    epochs: int
    train_macs: float
    predict_macs: float
    held_mb: float
    maps_mb: float
    step_mb: float
    parameters: float
    network: bool
    prepared: bool = False

    @property
    def streamed(self) -> bool:
        """Whether images are read anew in each epoch."""
        return self.held_mb * 1e6 >= HELD_BYTES


def held_megabytes(images: int, shape: tuple[int, ...], *, most: float = HELD_BYTES) -> float:
    """Return the MB [10^6 bytes] of images in memory: bytes up to four channels, else float32; no more than `most`."""
    return 1e-6 * min(most, images * prod(shape) * (1 if shape[-1] <= 4 else 4))


def image_size(experiment: Experiment, name: str, folder: Path = Path()) -> ImageSize:
    """Return the size of a set: from its index, else its descriptor, else its folder, else the default.

    Parameters
    ----------
    experiment : Experiment
    name : str
        Name of the set in the experiment.
    folder : Path
        Where the experiment runs.
    """
    described = experiment.descriptors[name]
    assert isinstance(described, ImageSet)
    files = len(BANDS) + 1 if described.several_labels else 1
    try:
        found = json.loads((folder / "results" / name / "index.json").read_text())
        return ImageSize(int(found["images"]), tuple(found["shape"]), len(found["classes"]), files)
    except (OSError, ValueError, KeyError, TypeError):
        images, shape, classes = described.images, described.shape, len(described.classes)
    own = Path(described.folder) if described.folder else mirrored_images(described)
    if own and not (images and shape):
        images, shape, classes = _look(own, described)
    known = bool(images and shape)
    return ImageSize(images or DEFAULT[0], shape or DEFAULT[1], classes or _CLASSES, files, known)


def _look(home: Path, described: ImageSet) -> tuple[int, tuple[int, int, int] | None, int]:
    """Count the images of a folder, and look at the first one."""
    if described.several_labels:
        patches = sum(entry.is_dir() for entry in os.scandir(home)) if home.is_dir() else 0
        return patches, (SIDES["B02"], SIDES["B02"], len(BANDS)), len(CLASSES)
    kinds, count, first = set(), 0, None
    for place, _, names in os.walk(home):
        images = [name for name in names if name.lower().endswith(SUFFIXES)]
        if images:
            kinds.add(Path(place).name)
            count += len(images)
            first = first or Path(place) / images[0]
    try:
        shape = read_image(first).shape if first else None
    except UnreadableError:
        shape = None
    return count, shape and (shape[0], shape[1], shape[2]), len(kinds)


def part_shares(experiment: Experiment, split: str, size: ImageSize) -> Shares:
    """Return how many images of a set a split will give each part; three fifths of a published one train."""
    entry, fractions = experiment.splits[split], experiment.plan.fractions
    drawn = entry.kind == "random"
    train, validation = (fractions.train, fractions.validation) if drawn else (0.6, 0.2)
    numbers = [round(share * size.images) for share in (train, validation)]
    return Shares(numbers[0], numbers[1], max(1, size.images - sum(numbers)))


def image_task(
    kind: str, options: Mapping[str, Any], *, shape: tuple[int, int, int], classes: int, parts: Shares
) -> ImageTask:
    """Return what a model has to do.

    Parameters
    ----------
    kind : str
        Model of images.
    options : mapping
    shape : tuple of int
        Rows, columns and bands of the images; of a model of features those of which they were computed.
    classes : int
    parts : Shares
    """
    family = image_model(kind)
    parsed = family.Options.model_validate(dict(options))
    if not isinstance(parsed, ImageNetworkOptions):
        work = 5.0 * parts.train * classes  # as many strengths are tried
        return ImageTask(parts, 1, work, float(parts.test), 0.0, 0.0, 0.0, 0.0, network=False)
    form = image_form(parsed, shape)
    values, pixels = form.size**2 * form.channels, form.size**2
    name = getattr(parsed, "backbone", None)
    share, once, maps = 1.0, 0.0, 0.0
    if name:
        cost = BACKBONE_COSTS[name]
        macs, activations, parameters = cost.macs * pixels, cost.activations * pixels, cost.parameters
        trained = getattr(parsed, "trained_blocks", None)
        share = 1.0 if trained is None else min(1.0, trained / cost.blocks)
        once = 1.0 if getattr(parsed, "head_start", False) else 0.0
        if share < 1 and cost.maps and form.channels == 3 and not (parsed.jitter or parsed.noise):
            symmetries = COUNT if parsed.augment else 1
            border = cost.maps[cost.blocks - int(trained or 0) - 1] * pixels
            maps = 2.0 * (parts.train * symmetries + parts.validation) * border
            if maps <= MOST_BYTES:
                once += (1 - share) * symmetries
            else:
                maps = 0.0
    else:
        macs, activations, parameters = _small(parsed, form.size, form.channels, classes)
    each = _BACKWARD * share + (0.0 if maps else 1 - share)
    learned = parts.train + (parts.validation if parsed.with_validation else 0)
    checked = 0 if parsed.with_validation else parts.validation
    passes = learned * (once + parsed.epochs * each) + checked * parsed.epochs * (share if maps else 1.0)
    symmetries = COUNT if parsed.average_symmetries else 1
    return ImageTask(
        parts=parts,
        epochs=parsed.epochs,
        train_macs=passes * (macs + values),
        predict_macs=parts.test * symmetries * (macs + values),
        held_mb=held_megabytes(sum(parts), (form.size, form.size, form.channels)),
        maps_mb=1e-6 * maps,
        step_mb=step_megabytes(activations * share, pixels, parsed.batch_size),
        parameters=parameters,
        network=True,
        prepared=once > 0,
    )


def step_megabytes(kept: float, pixels: int, batch: int) -> float:
    """Return the MB [10^6 bytes] of a step: the numbers of each image kept for the way back, and those passing by."""
    passing = 100 * pixels  # the largest maps of common networks, measured
    return 4e-6 * batch * (kept + passing)


def _small(options: Any, side: int, channels: int, classes: int) -> tuple[float, float, float]:
    """Return the cost of one of the small networks: convolutions that are pooled by halves, dense layers, softmax."""
    macs = activations = parameters = 0.0
    for filters in getattr(options, "filters", ()):
        weights = options.kernel**2 * channels * filters
        macs, activations, parameters = macs + side**2 * weights, activations + side**2 * filters, parameters + weights
        side, channels = side // 2, filters
    units = side**2 * channels
    for following in (*getattr(options, "hidden", ()), classes):
        macs, activations, parameters = (
            macs + units * following,
            activations + following,
            parameters + units * following,
        )
        units = following
    return macs, activations, parameters
