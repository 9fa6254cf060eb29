"""The training loop: epochs as one call on one device, and `Model.fit` for a batch that several share.

Keras' own loop fails with several processes, and averages the means of the devices if a batch does not divide evenly;
see `docs/decisions/0009-own-step-for-several-devices.md`.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from hsclass.backend import backend_name
from hsclass.devices.whole_epochs import make_metrics, run_epochs, whole_epoch
from hsclass.errors import WorkerError

if TYPE_CHECKING:
    from hsclass.learning.batches import Batches


class ReleasableBatches(keras.utils.PyDataset):
    """The same batches, which can be released: TensorFlow never lets go of a data set that `Model.fit` was given.

    Parameters
    ----------
    batches : Batches
        The batches to pass on.
    """

    def __init__(self, batches: "Batches") -> None:
        super().__init__()
        self.batches: Any = batches

    def __len__(self) -> int:
        """Batches per epoch."""
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """Return a batch of the present epoch."""
        return self.batches[index]

    def release(self) -> None:
        """Let go of the batches, and of all that they hold."""
        self.batches = None


class EvenBatches(ReleasableBatches):
    """The same batches, each padded with examples of weight 0.

    Keras divides the loss of a batch by the number of its examples, including those of weight 0; the weights of the
    others are increased to compensate.

    Parameters
    ----------
    batches : Batches
        The batches to pad.
    devices : int
        The number of examples in each becomes a multiple of it.
    learning : bool
        True: the loss of each batch, and so its gradient, equals that without padding. False: the mean over all batches
        does.
    """

    def __init__(self, batches: "Batches", devices: int, *, learning: bool) -> None:
        super().__init__(batches)
        self.devices, self.learning = devices, learning

    def __getitem__(self, index: int) -> tuple[Any, Any, np.ndarray]:
        """Return inputs, targets and weights of a batch of the present epoch."""
        inputs, targets, *given = self.batches[index]
        weights = given[0] if given else np.ones(len(targets), np.float32)
        empty = -len(targets) % self.devices

        def filled(values: Any) -> Any:
            return keras.tree.map_structure(
                lambda array: np.concatenate([array, array[:1].repeat(empty, axis=0)]), values
            )

        return (
            filled(inputs),
            filled(targets),
            np.append(weights, np.zeros(empty, np.float32)) * self._share(len(targets)),
        )

    def _share(self, size: int) -> np.float32:
        """Return the ratio of examples with and without padding, in a batch of that size or in all."""
        count, step = len(self.batches.order), self.batches.batch_size
        sizes = [size] if self.learning else [*[step] * (count // step), *([count % step] if count % step else [])]
        return np.float32(sum(-(-size // self.devices) * self.devices for size in sizes) / sum(sizes))


def fit_model(
    trainer: Any,
    batches: "Batches",
    *,
    epochs: int,
    callbacks: Sequence[Any],
    validation: "Batches | None" = None,
    initial_epoch: int = 0,
) -> None:
    """Train a compiled model as `Model.fit` does, on all devices of the strategy that it was made under.

    Every device computes a part of each batch; loss, gradients and metrics are those of the whole batch. The weights
    equal those of one device except for rounding and for layers that draw random numbers: each device draws for its own
    part.

    Parameters
    ----------
    trainer : keras.Model
        Compiled, its optimizer built.
    batches, validation : Batches
        Training data; data evaluated at the end of each epoch.
    epochs, initial_epoch : int
        The epoch, counted from 0, to stop before, and to start with.
    callbacks : sequence of keras.callbacks.Callback
        Called as `Model.fit` calls them.

    Raises
    ------
    WorkerError
        If the processes do not start with the same epoch.
    """
    course: dict[str, Any] = {"epochs": epochs, "initial_epoch": initial_epoch, "callbacks": list(callbacks)}
    if backend_name() != "tensorflow" or trainer.distribute_strategy.num_replicas_in_sync == 1:
        shared = keras.distribution.distribution() is not None
        run = None if shared else whole_epoch(trainer, batches, validation)
        if run is not None:
            run_epochs(trainer, run, steps=len(batches), **course)
            return
        given = [_passed_on(part, learning=part is batches) for part in (batches, validation) if part is not None]
        try:
            trainer.fit(
                given[0],
                validation_data=None if validation is None else given[1],
                shuffle=False,  # Keras would deal the batches in an order of its own
                verbose=0,
                **course,
            )
        finally:
            for part in given:
                part.release()
        return
    strategy = trainer.distribute_strategy
    _agree(strategy, initial_epoch)
    learn, evaluate = _steps(trainer, strategy)
    make_metrics(trainer, batches)

    def run_shared() -> dict[str, float]:
        figures = _run(trainer, strategy, batches, learn)
        found = {} if validation is None else _run(trainer, strategy, validation, evaluate)
        return figures | {f"val_{name}": value for name, value in found.items()}

    run_epochs(trainer, run_shared, steps=len(batches), **course)


def _passed_on(batches: "Batches", *, learning: bool) -> ReleasableBatches:
    """Pass batches on, padded if Keras shares them among devices, which requires equal parts."""
    shared = keras.distribution.distribution()
    if shared is None:
        return ReleasableBatches(batches)
    return EvenBatches(batches, shared.num_model_replicas, learning=learning)


def _agree(strategy: Any, epoch: int) -> None:
    """Raise WorkerError unless all processes start with the same epoch; they would wait forever otherwise."""
    import tensorflow as tf

    total = strategy.reduce("SUM", strategy.run(lambda: tf.constant(float(epoch))), axis=None)
    if float(total) != epoch * strategy.num_replicas_in_sync:
        raise WorkerError(
            f"training of several workers: this one begins after epoch {epoch}, others after another one; give"
            " all the same output folder on a file system that they share"
        )


def _run(trainer: Any, strategy: Any, batches: "Batches", step: Callable[..., None]) -> dict[str, float]:
    """Run a step over all batches of an epoch and return the figures."""
    trainer.reset_metrics()
    for index in range(len(batches)):
        step(*_shares(strategy, batches[index]))
    return {name: float(value) for name, value in trainer.get_metrics_result().items()}


def _shares(strategy: Any, batch: tuple[Any, ...]) -> tuple[Any, ...]:
    """Distribute a batch among the devices: inputs, targets, weights, and the size of the whole batch."""
    import tensorflow as tf

    inputs, targets, *weights = batch
    size = len(targets)
    whole = (inputs, targets, weights[0] if weights else np.ones(size, np.float32))
    edges = np.arange(strategy.num_replicas_in_sync + 1) * size // strategy.num_replicas_in_sync

    def dealt(values: Any) -> Any:
        def part(context: Any) -> Any:
            mine = context.replica_id_in_sync_group
            return keras.tree.map_structure(
                lambda array: tf.convert_to_tensor(array[edges[mine] : edges[mine + 1]]), values
            )

        return strategy.experimental_distribute_values_from_function(part)

    return (*map(dealt, whole), tf.constant(float(size)))


def _steps(trainer: Any, strategy: Any) -> tuple[Callable[..., None], Callable[..., None]]:
    """Return the steps of training and of evaluation, as graphs over all devices."""
    import tensorflow as tf

    losses = keras.losses.get(trainer.loss)
    each = losses.call if isinstance(losses, keras.losses.Loss) else losses
    devices = float(strategy.num_replicas_in_sync)

    def note(inputs: Any, targets: Any, outputs: Any, weights: Any, values: Any, penalty: Any) -> None:
        trainer.metrics[0].update_state(values + penalty)
        trainer.compute_metrics(inputs, targets, outputs, weights)

    def weighed(targets: Any, outputs: Any, weights: Any) -> tuple[Any, Any]:
        return each(targets, outputs) * weights, tf.add_n(trainer.losses) if trainer.losses else tf.constant(0.0)

    def learn(inputs: Any, targets: Any, weights: Any, size: Any) -> None:
        with tf.GradientTape() as tape:
            outputs = trainer(inputs, training=True)
            values, penalty = weighed(targets, outputs, weights)
            loss = trainer.optimizer.scale_loss(tf.reduce_sum(values) / size + penalty / devices)
        variables = trainer.trainable_variables
        trainer.optimizer.apply_gradients(
            zip(tape.gradient(loss, variables), variables, strict=True)
        )  # sums them first
        note(inputs, targets, outputs, weights, values, penalty)

    def evaluate(inputs: Any, targets: Any, weights: Any, size: Any) -> None:
        del size
        outputs = trainer(inputs, training=False)
        note(inputs, targets, outputs, weights, *weighed(targets, outputs, weights))

    def over_devices(step: Callable[..., None]) -> Callable[..., None]:
        return tf.function(lambda *shares: strategy.run(step, args=shares), reduce_retracing=True)

    return over_devices(learn), over_devices(evaluate)
