"""Principal components of the training spectra as the first layer of a network.

The layer is pointwise and not trained, so that it belongs to the network on disk and in its fully convolutional form.
"""

from typing import Any, ClassVar

import numpy as np
from pydantic import Field, PositiveInt

from hsclass.cost import Layers, Task
from hsclass.errors import UsageError
from hsclass.features.pca import principal_components
from hsclass.models.classifier import Sample
from hsclass.models.spatial import SpatialNetwork, SpatialOptions

_NAME = "projection"


class ProjectedOptions(SpatialOptions):
    """Options of a network on principal components."""

    components: PositiveInt | None = Field(
        30,
        description="principal components of the training spectra, each of variance 1, that the network looks at;"
        " null: all features as they are",
    )


class ProjectedNetwork(SpatialNetwork):
    """A network on windows of principal components.

    The components are those of the training pixels alone (Hotelling, Journal of Educational Psychology 24, 1933), where
    the publications take those of all pixels of the scene.
    """

    Options = ProjectedOptions
    name: ClassVar[str]

    @property
    def channels(self) -> int:
        """Values of a pixel behind the projection."""
        return self.options.components or self.n_features

    def projection(self, keras: Any) -> list[Any]:
        """Return the layer that projects, still without its weights; none where all features are wanted."""
        if self.options.components is None:
            return []
        # In single precision under any policy: the last components are differences of nearly equal numbers.
        return [keras.layers.Dense(self.options.components, trainable=False, dtype="float32", name=_NAME)]

    @classmethod
    def projected(cls, options: Any, task: Task) -> Layers:
        """Return the layers up to the projection, counted."""
        side = options.window or task.side
        counted = Layers(side, side, task.features)
        return counted.convolve(options.components, 1, 1) if options.components else counted

    def prepare(self, cube: np.ndarray, train: Sample) -> None:
        """Set the projection to the principal components of the training pixels.

        Raises
        ------
        DataError
            If the training pixels are too few or too alike for that many components.
        """
        if self.options.components is None:
            return
        spectra = cube[train.places[:, 0], train.places[:, 1]].astype(np.float64)
        mean, components, _ = principal_components(
            spectra, self.options.components, whiten=True, who=self.name, table="model"
        )
        self.network_.get_layer(_NAME).set_weights([components.T, -components @ mean])


def check_components(model: str, options: ProjectedOptions, n_features: int) -> None:
    """Raise UsageError where more components are asked for than there are features."""
    if options.components is not None and options.components > n_features:
        raise UsageError(
            f"model {model}: option 'components' is {options.components}, more than the {n_features} features; set it"
            f" to {n_features} or less, or to null for all features as they are"
        )
