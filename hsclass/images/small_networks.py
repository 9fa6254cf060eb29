"""Small networks, trained from random weights: the classic ones for handwritten digits."""

from typing import Any

from pydantic import Field

from hsclass.backend import load_keras
from hsclass.cost import Layers, Task
from hsclass.errors import UsageError
from hsclass.images.network_model import ImageNetworkOptions, NetworkModel

_BYTE = 1 / 255


class SoftmaxOptions(ImageNetworkOptions):
    """Options of the softmax; values of Nielsen's and others' first lesson: 28 x 28 x 10 + 10 = 7,850 parameters."""

    grey: bool = True
    augment: bool = False
    dropout: float = Field(0.0, ge=0, lt=1, description="after each hidden layer")


class Softmax(NetworkModel):
    """No hidden layer: one weight for each pixel and class."""

    Options = SoftmaxOptions

    def build(self, input_shape: tuple[int, ...]) -> Any:
        """Return the network."""
        keras = load_keras(self.threads)
        layers = keras.layers
        return keras.Sequential(
            [
                keras.Input(input_shape),
                layers.Rescaling(_BYTE),
                *self.hidden(layers, input_shape),
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

    def hidden(self, layers: Any, input_shape: tuple[int, ...]) -> list[Any]:
        """Return the layers on the image."""
        del layers, input_shape
        return []

    def dense(self, layers: Any) -> list[Any]:
        """Return the layers on its values in a row."""
        del layers
        return []


class DenseOptions(SoftmaxOptions):
    """Options of the dense network; of 28 x 28 pixels and 10 classes, the defaults have 118,282 parameters."""

    hidden: tuple[int, ...] = Field((128, 128), min_length=1, description="units of each hidden layer")


class Dense(Softmax):
    """Hidden layers of rectified units, with dropout behind each where it is asked for."""

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
    """LeNet's line: convolutions with pooling, a dense layer, softmax.

    References
    ----------
    LeCun, Y., Bottou, L., Bengio, Y., Haffner, P. (1998). Gradient-based learning applied to document recognition.
    Proceedings of the IEEE 86.
    """

    Options = ConvolutionalOptions

    def hidden(self, layers: Any, input_shape: tuple[int, ...]) -> list[Any]:
        """Return the convolutions, which keep the size, each with a pooling that halves it."""
        least = 2 ** len(self.options.filters)
        if input_shape[0] < least:
            raise UsageError(
                f"model cnn: images of {input_shape[0]} pixels cannot be halved {len(self.options.filters)} times; set"
                f" 'size' to {least} or larger, or give fewer 'filters'"
            )
        found = []
        for filters in self.options.filters:
            found += [
                layers.Conv2D(filters, self.options.kernel, padding="same", activation="relu"),
                layers.MaxPooling2D(),
            ]
        return found
