"""Small networks, trained from random weights: the classic ones for handwritten digits."""

from typing import Any

from pydantic import Field

from hsclass.backend import load_keras
from hsclass.cost import Layers, Task
from hsclass.errors import UsageError
from hsclass.models.image_network import ImageNetwork, ImageNetworkOptions

_BYTE = 1 / 255


class SoftmaxOptions(ImageNetworkOptions):
    """Options of the softmax; values of Nielsen's and others' first lesson: 28 x 28 x 10 + 10 = 7,850 parameters."""

    grey: bool = True
    augment: bool = False
    dropout: float = Field(0.0, ge=0, lt=1, description="after each hidden layer")


class Softmax(ImageNetwork):
    """Softmax regression: no hidden layer, one weight for each pixel and class."""

    Options = SoftmaxOptions

    def build(self) -> Any:
        """Return the network."""
        keras = load_keras(self.threads)
        layers = keras.layers
        return keras.Sequential(
            [
                keras.Input((self.side, self.side, self.n_features)),
                layers.Rescaling(_BYTE),
                *self.hidden(layers),
                layers.Flatten(),
                *self.dense(layers),
                layers.Dense(self.n_classes, activation=self.activation, dtype="float32"),
            ]
        )

    @classmethod
    def layers(cls, options: Any, task: Task) -> Layers:
        """Return the layers, counted."""
        counted = Layers(task.side, task.side, task.features)
        for filters in getattr(options, "filters", ()):
            counted.convolve(filters, options.kernel, options.kernel, padded=True).pool(2, 2)
        return counted.dense(*getattr(options, "hidden", ()), task.classes)

    def hidden(self, layers: Any) -> list[Any]:
        """Return the layers on the image."""
        del layers
        return []

    def dense(self, layers: Any) -> list[Any]:
        """Return the layers on its values in a row."""
        del layers
        return []


class DenseOptions(SoftmaxOptions):
    """Options of the dense network; of 28 x 28 pixels and 10 classes, the defaults have 118,282 parameters."""

    hidden: tuple[int, ...] = Field((128, 128), min_length=1, description="units of each hidden layer")


class Dense(Softmax):
    """Dense network: hidden layers of rectified linear units, with optional dropout."""

    Options = DenseOptions

    def dense(self, layers: Any) -> list[Any]:
        """Return the hidden layers."""
        rate = self.options.dropout
        found = []
        for units in self.options.hidden:
            found += [layers.Dense(units, activation="relu"), *([layers.Dropout(rate)] if rate else [])]
        return found


class ConvolutionalOptions(DenseOptions):
    """Options of the convolutional network."""

    filters: tuple[int, ...] = Field((20, 50), min_length=1, description="of each convolution, with pooling behind it")
    kernel: int = Field(5, ge=1, description="side [pixels] of the kernels")
    hidden: tuple[int, ...] = Field((500,), description="units of each dense layer")


class Convolutional(Dense):
    """CNN in the style of LeNet: convolutions with pooling, a dense layer, softmax.

    References
    ----------
    LeCun, Y., Bottou, L., Bengio, Y., Haffner, P. (1998). Gradient-based learning applied to document recognition.
    Proceedings of the IEEE 86.
    """

    Options = ConvolutionalOptions

    @classmethod
    def check(cls, options: Any, *, window: int, n_features: int) -> None:
        """Raise UsageError where images are too small for the poolings."""
        del n_features
        least = 2 ** len(options.filters)
        if window < least:
            raise UsageError(
                f"model cnn: images of {window} pixels cannot be halved {len(options.filters)} times; set 'size' to"
                f" {least} or larger, or give fewer 'filters'"
            )

    def hidden(self, layers: Any) -> list[Any]:
        """Return the convolutions, which keep the size, each with a pooling that halves it."""
        found = []
        for filters in self.options.filters:
            found += [
                layers.Conv2D(filters, self.options.kernel, padding="same", activation="relu"),
                layers.MaxPooling2D(),
            ]
        return found
