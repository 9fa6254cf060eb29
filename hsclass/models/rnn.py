"""Recurrent network over the bands of one spectrum, after Mou et al. (2017)."""

from typing import Any, Literal

from pydantic import Field, PositiveInt

from hsclass.backend import load_keras
from hsclass.cost import Layers, Task
from hsclass.models.layers import PENALTY_SPACE, Activation, Sizes, dense_layers, hidden_arguments, require_bands
from hsclass.models.network import TRAINING_SPACE
from hsclass.models.spectral import SpectralNetwork, SpectralOptions
from hsclass.space import Choice, search_space


class RnnOptions(SpectralOptions):
    """Options of the recurrent network; the defaults are the published sizes."""

    cell: Literal["gru", "lstm"] = Field("gru", description="recurrent unit")
    units: Sizes = Field((64,), min_length=1, description="of each recurrent layer")
    step: PositiveInt = Field(
        1, description="neighbouring bands that are read at a time; the last are padded with 0; 1: as published"
    )
    both_ways: bool = Field(False, description="read the bands in both directions")
    dense: Sizes = Field((), description="units of dense layers behind the recurrent ones")
    dropout: float = Field(0.3, ge=0, lt=1, description="after the recurrent layers and after each dense one")
    activation: Activation = Field("tanh", description="of all layers but the last, which is a softmax")


class Recurrent(SpectralNetwork):
    """Recurrent network: reads a spectrum band by band; its last state, batch-normalised, gives the class.

    One layer of 64 gated recurrent units, batch normalisation and a softmax, as published but for the activation: the
    parametric one of the publication is a hyperbolic tangent here, in common gated units (Cho et al., EMNLP 2014). The
    option `cell` gives long short-term memory (Hochreiter & Schmidhuber, Neural Computation 9, 1997) in their place.
    Time goes with the number of steps: 200 bands with `step` 10 are 20 of them.

    References
    ----------
    L. Mou, P. Ghamisi, X. X. Zhu: Deep Recurrent Neural Networks for Hyperspectral Image Classification. IEEE
    Transactions on Geoscience and Remote Sensing 55, 2017, 3639-3655.
    """

    Options = RnnOptions
    space = search_space(
        cell=Choice(choices=("gru", "lstm")),
        units=Choice(choices=((32,), (64,), (128,), (64, 64))),
        step=Choice(choices=(1, 2, 5, 10, 20)),
        both_ways=Choice(choices=(True, False)),
        **PENALTY_SPACE,
        **TRAINING_SPACE,
    )

    @classmethod
    def check(cls, options: Any, *, window: int, n_features: int) -> None:
        """Raise UsageError where a step would take more bands than there are."""
        del window
        require_bands("rnn", n_features, options.step, f"its steps of {options.step} (option 'step')")

    def build(self) -> Any:
        """Return the untrained network."""
        keras = load_keras(self.threads)
        layers, options, hidden = keras.layers, self.options, hidden_arguments(keras, self.options)
        recurrent = {"gru": layers.GRU, "lstm": layers.LSTM}[options.cell]
        stack = [keras.Input((1, 1, self.n_features)), layers.Reshape((-1, 1))]
        missing = -self.n_features % options.step
        if missing:
            stack.append(layers.ZeroPadding1D((0, missing)))
        if options.step > 1:
            stack.append(layers.Reshape((-1, options.step)))
        for layer, units in enumerate(options.units, start=1):
            cell = recurrent(
                units,
                return_sequences=layer < len(options.units),
                recurrent_regularizer=hidden["kernel_regularizer"],
                **hidden,
            )
            stack.append(layers.Bidirectional(cell) if options.both_ways else cell)
        stack += [layers.BatchNormalization(), layers.Dropout(options.dropout)]
        return keras.Sequential([*stack, *dense_layers(keras, options.dense, options, classes=self.n_classes)])

    @classmethod
    def layers(cls, options: Any, task: Task) -> Layers:
        """Return the layers, counted."""
        steps, inputs, ways = -(-task.features // options.step), options.step, 2 if options.both_ways else 1
        counted = Layers(task.features)
        for units in options.units:
            gates = ways * {"gru": 3, "lstm": 4}[options.cell]
            counted.count((steps, ways * units), weights=gates * units * (inputs + units), uses=steps)
            inputs = ways * units
        counted.shape = (inputs,)
        return counted.dense(*options.dense, task.classes)
