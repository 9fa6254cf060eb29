"""How large the scenes of an experiment are, and how much each run has to do, as far as known before it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.datasets.descriptor import Descriptor, SceneOptions
from hsclass.datasets.readers import open_cube
from hsclass.experiment import Experiment
from hsclass.features import feature_class
from hsclass.models import model_class
from hsclass.samplers.folds import train_share

DEFAULT = (1000, 1000, 200)
"""(rows, cols, bands) of a scene of which nothing is known before it is built."""

_LABELLED = 0.5  # of a scene whose labelled pixels are not known; it is half of Indian Pines
_CLASSES = 16


@dataclass(frozen=True)
class Size:
    """Size of a scene.

    Attributes
    ----------
    rows, cols, bands : int
    classes, labelled : int
        Classes, and labelled pixels.
    known : bool
        False where nothing tells the size, so that it is the default.
    """

    rows: int
    cols: int
    bands: int
    classes: int
    labelled: int
    known: bool = True

    @property
    def pixels(self) -> int:
        """Pixels, labelled or not."""
        return self.rows * self.cols

    @property
    def megabytes(self) -> float:
        """MB [10^6 bytes] that the cube takes as float32."""
        return 4e-6 * self.pixels * self.bands


@dataclass(frozen=True)
class Task:
    """What one run of a model on features has to do.

    Attributes
    ----------
    size : Size
    features : int
        Length of a pixel's feature vector.
    side : int
        Side [pixels] of the windows that the model looks at; 1 for a model of single pixels.
    n_train : int
        Training pixels.
    epochs : int
        At most; 1 for a model without epochs.
    network, bounded : bool
        Whether the model is a network; whether features look no farther than a known distance.
    """

    size: Size
    features: int
    side: int
    n_train: int
    epochs: int
    network: bool
    bounded: bool

    @property
    def train_values(self) -> float:
        """Numbers that training looks at: of each feature of each pixel of each window, in each epoch."""
        return float(self.epochs) * self.n_train * self.side**2 * self.features

    @property
    def map_values(self) -> float:
        """Numbers that a map window by window looks at."""
        return float(self.size.pixels) * self.side**2 * self.features


def scene_size(experiment: Experiment, scene: str, folder: Path = Path()) -> Size:
    """Return the size of a scene: from its descriptor, else from the built scene, else the default.

    Parameters
    ----------
    experiment : Experiment
    scene : str
        Name of the scene in the experiment.
    folder : Path
        Where the experiment runs.
    """
    descriptor, cut = experiment.descriptors[scene], experiment.scenes[scene].options
    assert isinstance(descriptor, Descriptor)
    assert isinstance(cut, SceneOptions)
    built = folder / "results" / scene / "cube.tif"
    known = True
    if descriptor.kept_shape is not None:
        full = descriptor.kept_shape
        rows, cols, bands = cut.cut_shape(full)
    elif built.is_file():
        rows, cols, bands = full = open_cube(built).shape
    else:
        rows, cols, bands = full = DEFAULT
        known = False
    kept = [entry for entry in descriptor.classes if entry.id not in cut.drop_classes]
    counts = [entry.pixels for entry in kept]
    share = rows * cols / (full[0] * full[1])
    if counts and None not in counts:
        labelled = round(share * sum(count or 0 for count in counts))
    else:
        labelled = round(_LABELLED * rows * cols)
    return Size(rows, cols, bands, len(kept) or _CLASSES, labelled, known)


def model_side(kind: str, options: Mapping[str, Any], window: int, n_features: int, n_classes: int) -> int:
    """Return the side [pixels] of the windows that a model looks at, 1 for one that looks at single pixels."""
    family = model_class(kind)
    parsed = family.Options.model_validate(options)
    return 2 * family(parsed, window=window, n_features=n_features, n_classes=n_classes).reach + 1


def run_task(experiment: Experiment, scene: str, split: str, features: str, model: str, *, size: Size) -> Task:
    """Return what a run has to do on a scene of that size."""
    extractor = feature_class(experiment.features[features].kind)(**experiment.features[features].all_options)
    descriptor = experiment.descriptors[scene]
    assert isinstance(descriptor, Descriptor)
    count = extractor.count(size.bands, size.classes, descriptor.kept_wavelengths)
    entry, given = experiment.models[model], experiment.models[model].given
    family = model_class(entry.kind)
    options = family.Options.model_validate(given)
    number = size.bands if count is None else count
    fractions = experiment.plan.fractions
    folds = experiment.splits[split].all_options.get("folds")
    share = train_share(folds, fractions.validation) if folds else fractions.train
    return Task(
        size=size,
        features=number,
        side=model_side(entry.kind, given, experiment.plan.window, number, size.classes),
        n_train=max(1, int(np.ceil(share * size.labelled))),
        epochs=int(getattr(options, "epochs", 1)),
        network=family.network,
        bounded=extractor.reach is not None,
    )
