"""Check that a scene and a split can be learned from."""

import numpy as np

from hsclass.alignment import require_same_grid
from hsclass.errors import DataError
from hsclass.row_blocks import row_blocks
from hsclass.samples import ImageSamples, Samples
from hsclass.scene import Scene
from hsclass.split import Role, Split
from hsclass.wording import counted

_MOST = 8  # bands that a message lists
_BLOCK = 2**24  # values looked at at a time


def require_trainable(samples: Samples, split: Split) -> None:
    """Raise DataError where the samples to learn from, or the pixels around them, are not fit for it.

    Parameters
    ----------
    samples : Scene or ImageSamples
    split : Split
        Which samples are to be learned from.

    Raises
    ------
    DataError
        If split and samples are of different shapes, there are no training samples or these are of one class, a pixel
        to learn from has no class or no data, an image cannot be read, or a pixel of the scene that is not marked as
        without data is NaN or infinite.
    """
    if isinstance(samples, ImageSamples):
        _require_images(samples, split)
    else:
        _require_pixels(samples, split, split.reference(samples.require_labels()))


def _require_images(samples: ImageSamples, split: Split) -> None:
    if split.roles.shape != (len(samples),):
        raise DataError(
            f"split: is of {split.roles.size} images, but set {samples.name} has {len(samples)}; make the split from"
            " this set"
        )
    train = split.roles == Role.TRAIN
    if not train.any():
        raise DataError(f"split: has no training image of set {samples.name}; make it with a larger train fraction")
    if (samples.targets[train].sum(axis=0) > 0).sum() < 2:
        raise DataError(
            "split: the training images hold one class only; at least 2 are needed; make it with a larger train"
            " fraction or another seed"
        )
    broken = np.flatnonzero(np.isin(split.roles, (Role.TRAIN, Role.VALIDATION)) & (samples.labels == 0))
    if len(broken):
        raise DataError(
            f"split: cannot read {counted(len(broken), 'image')} to learn from, as {samples.images[broken[0]].path};"
            " make the split from this set"
        )


def _require_pixels(scene: Scene, split: Split, labels: np.ndarray) -> None:
    require_same_grid(
        split.grid, scene.grid, shapes=(split.roles.shape, scene.shape[:2]), name="split:", other=f"scene {scene.name}"
    )
    if not (split.roles == Role.TRAIN).any():
        raise DataError(f"split: has no training pixel in scene {scene.name}; make it with a larger train fraction")
    if len(np.unique(labels[split.roles == Role.TRAIN])) < 2:
        raise DataError(
            "split: the training pixels hold one class only; at least 2 are needed; make it with a larger train"
            " fraction or another seed"
        )
    learned = np.isin(split.roles, (Role.TRAIN, Role.VALIDATION))
    ids = np.array([cover.id for cover in scene.classes])
    unknown = np.setdiff1d(labels[learned], ids)
    if len(unknown):
        raise DataError(
            f"split: pixels to learn from hold the class ids {unknown.tolist()}, but scene {scene.name} has the classes"
            f" {ids.tolist()}; make the split from this scene"
        )
    _require_counts(scene, split, labels)
    empty = int((learned & ~scene.mask).sum())
    if empty:
        some = counted(empty, "pixel to learn from holds", "pixels to learn from hold")
        raise DataError(f"split: {some} no data in scene {scene.name}; set the labels to 0 there")
    _require_finite(scene, learned)


def _require_counts(scene: Scene, split: Split, labels: np.ndarray) -> None:
    """Check that each class has the training pixels here that the split says it was given."""
    for share in split.classes:
        if (found := int(((labels == share.id) & (split.roles == Role.TRAIN)).sum())) != share.train:
            raise DataError(
                f"split: gave class {share.id} {share.train} training pixels, but by the labels of scene {scene.name}"
                f" it has {found}; expected a split of these labels; make it again from this scene"
            )


def _require_finite(scene: Scene, learned: np.ndarray) -> None:
    rows, cols, bands = scene.shape
    broken, found = np.zeros((rows, cols), bool), np.zeros(bands, bool)
    for part in row_blocks(scene.cube, _BLOCK):
        wrong = ~np.isfinite(scene.cube[part]) & scene.mask[part, :, np.newaxis]
        broken[part] = wrong.any(axis=2)
        found |= wrong.any(axis=(0, 1))
    count = int(broken.sum())
    if count:
        row, col = np.argwhere(broken)[0]
        own = int((broken & learned).sum())
        raise DataError(
            f"scene {scene.name}: {counted(count, 'pixel holds', 'pixels hold')} NaN or infinite values, {own} of them"
            f" to learn from; the first is ({row}, {col}), in {_named(np.flatnonzero(found))}; expected numbers, as"
            " windows reach there: declare the value as nodata, or leave these bands out of the scene"
        )


def constant_bands(spectra: np.ndarray) -> np.ndarray:
    """Return the numbers, from 0, of the bands that have one value in all spectra, shape (n, bands)."""
    return np.flatnonzero((spectra == spectra[:1]).all(axis=0))


def note_on_constant(bands: np.ndarray) -> str:
    """Return a note on bands that are constant over the training pixels."""
    drop = ", ".join(str(band) for band in bands)
    return (
        f"constant over the training pixels: {_named(bands)}, counted from 0; nothing can be learned of that, and other"
        f" values elsewhere are not scaled: leave it out with features bands, drop: [{drop}]"
    )


def _named(bands: np.ndarray) -> str:
    listed = ", ".join(str(band) for band in bands[:_MOST])
    more = f" and {len(bands) - _MOST} more" if len(bands) > _MOST else ""
    return f"band {listed}" if len(bands) == 1 else f"bands {listed}{more}"
