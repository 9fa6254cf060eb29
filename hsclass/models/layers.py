"""What the layers of the network families share: activation, penalty, the dense layers at the end."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PositiveInt

from hsclass.errors import UsageError
from hsclass.learning.recipes import NetworkOptions
from hsclass.space import Choice, Range, search_space

Activation = Literal["relu", "leaky_relu", "elu", "selu", "gelu", "tanh", "sigmoid"]


def _odd(value: int) -> int:
    if value % 2 == 0:
        raise ValueError("it must be odd, so that there is a centre")
    return value


Odd = Annotated[PositiveInt, AfterValidator(_odd)]
Sizes = tuple[PositiveInt, ...]

PENALTY_SPACE = search_space(l2=Range(low=1e-7, high=1e-2, log=True))
DENSE_SPACE = search_space(dense=Choice(choices=((64,), (128,), (64, 64), (128, 128))))


class LayerOptions(NetworkOptions):
    """Options of the layers of a network."""

    activation: Activation = Field("relu", description="of all layers but the last, which is a softmax")
    l2: float = Field(0.0, ge=0, description="L2 penalty of the weights of all layers but the last")


def hidden_arguments(keras: Any, options: LayerOptions) -> dict[str, Any]:
    """Return what every hidden layer takes: activation and penalty."""
    penalty = keras.regularizers.L2(options.l2) if options.l2 else None
    return {"activation": options.activation, "kernel_regularizer": penalty}


def dense_layers(keras: Any, units: Iterable[int], options: LayerOptions, *, classes: int) -> list[Any]:
    """Return dense layers, each with dropout behind it, and the softmax over the classes."""
    stack, hidden = [], hidden_arguments(keras, options)
    for count in units:
        stack += [keras.layers.Dense(count, **hidden), keras.layers.Dropout(options.dropout)]
    return [*stack, keras.layers.Dense(classes, activation="softmax")]


def require_bands(model: str, n_features: int, least: int, why: str) -> None:
    """Raise UsageError where there are fewer than `least` bands; `why` says what needs them."""
    if n_features < least:
        raise UsageError(
            f"model {model}: {n_features} bands do not fit, {why} need {least} or more; use more bands, or a model that"
            " takes few (ann, rf, svm)"
        )
