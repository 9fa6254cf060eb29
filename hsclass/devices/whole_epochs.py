"""An epoch as one call of the backend: the host neither deals batches nor waits for them in between."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from hsclass.backend import backend_name

if TYPE_CHECKING:
    from hsclass.learning.batches import Batches

Epoch = Callable[[], dict[str, float]]
"""Train and validate for the epoch that the batches stand at; return its figures, named as `Model.fit` names them."""


def whole_epoch(trainer: Any, batches: "Batches", validation: "Batches | None") -> Epoch | None:
    """Return the call that runs an epoch on one device; None where examples are read from disk, or no call can.

    Batches, random numbers and weights are those of `Model.fit`. The examples are uploaded once, an epoch uploads its
    order and downloads its figures.

    Parameters
    ----------
    trainer : keras.Model
        Compiled, its optimizer built.
    batches, validation : Batches
    """
    both = [part for part in (batches, validation) if part is not None]
    calls = {"tensorflow": _under_tensorflow, "jax": _under_jax}
    if backend_name() not in calls or not all(part.in_memory for part in both):
        return None
    make_metrics(trainer, batches)
    return calls[backend_name()](trainer, both)


def make_metrics(trainer: Any, batches: "Batches") -> None:
    """Create the variables of the metrics, which is not possible inside a graph."""
    targets = ops.convert_to_tensor(batches.targets[:1])
    weights = None if batches.weights is None else ops.convert_to_tensor(batches.weights[:1])
    trainer.compute_loss(None, targets, targets, weights)
    trainer.compute_metrics(None, targets, targets, weights)
    trainer.reset_metrics()


def _batch(held: Sequence[Any], places: Any, partners: Any = None, shares: Any = None) -> tuple[Any, ...]:
    """Return what `Batches` gives as a batch, from tensors of all examples."""
    inputs, *figures = (ops.take(values, places, axis=0) for values in held)
    if partners is None:
        return (inputs, *figures)
    others, *theirs = (ops.take(values, partners, axis=0) for values in held)

    def blend(one: Any, other: Any) -> Any:
        share = ops.reshape(shares, (-1,) + (1,) * (len(one.shape) - 1))
        return share * one + (1 - share) * other

    return ((inputs, others, shares[:, None]), *map(blend, figures, theirs))


def _named(figures: Sequence[Any]) -> dict[str, float]:
    """Return the figures of training and, if there is any, of validation as numbers."""
    prefixes = zip(("", "val_"), figures, strict=False)
    return {f"{prefix}{name}": float(value) for prefix, part in prefixes for name, value in part.items()}


def _under_tensorflow(trainer: Any, both: list["Batches"]) -> Epoch:
    import tensorflow as tf

    held = [[tf.constant(values) for values in part.examples] for part in both]
    steps = [trainer.train_step, trainer.test_step][: len(both)]
    if trainer.jit_compile:
        steps = [tf.function(step, jit_compile=True, reduce_retracing=True) for step in steps]

    @tf.function(reduce_retracing=True)
    def epoch(drawn: list[list[Any]]) -> list[dict[str, Any]]:
        figures = []
        for part, values, order, step in zip(both, held, drawn, steps, strict=True):
            trainer.reset_metrics()
            total, size = tf.shape(order[0])[0], part.batch_size

            def run(start: Any, step: Any = step, order: Any = order, values: Any = values, size: int = size) -> Any:
                step(_batch(values, *(given[start : start + size] for given in order)))
                return start + size

            tf.while_loop(lambda start, total=total: start < total, run, [0], parallel_iterations=1)
            figures.append(trainer.get_metrics_result())
        return figures

    return lambda: _named(epoch([list(map(tf.constant, part.drawn)) for part in both]))


def _under_jax(trainer: Any, both: list["Batches"]) -> Epoch:
    import jax

    held = [[jax.numpy.asarray(values) for values in part.examples] for part in both]
    groups = [
        trainer.trainable_variables, trainer.non_trainable_variables, trainer.optimizer.variables,
        trainer.metrics_variables,
    ]  # fmt: skip
    zeros = [variable.value * 0 for variable in groups[3]]

    def learn(state: Any, data: Any) -> Any:
        return trainer.train_step(state, data)[1]

    def check(state: Any, data: Any) -> Any:
        learned, fixed, optimizer, metrics = state
        _, (learned, fixed, metrics) = trainer.test_step((learned, fixed, metrics), data)
        return learned, fixed, optimizer, metrics

    def epoch(state: Any, held: Any, drawn: Any) -> Any:
        figures = []
        for part, values, order, step in zip(both, held, drawn, (learn, check), strict=False):
            state = (*state[:3], zeros)
            full, size = len(order[0]) // part.batch_size, part.batch_size

            def run(state: Any, given: Any, step: Any = step, values: Any = values) -> Any:
                return step(state, _batch(values, *given)), None

            if full:
                rows = [given[: full * size].reshape(full, size) for given in order]
                state, _ = jax.lax.scan(run, state, rows)
            if len(order[0]) % size:
                state, _ = run(state, [given[full * size :] for given in order])
            figures.append(state[3])
        return state, figures

    compiled = jax.jit(epoch, donate_argnums=0)

    def call() -> dict[str, float]:
        state = tuple([variable.value for variable in group] for group in groups)
        state, measured = compiled(state, held, [list(part.drawn) for part in both])
        for group, values in zip(groups, state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)
        figures = []
        for values in measured:
            for variable, value in zip(groups[3], values, strict=True):
                variable.assign(value)
            figures.append(trainer.get_metrics_result())
        return _named(figures)

    return call


def run_epochs(
    trainer: Any,
    run: Epoch,
    *,
    epochs: int,
    initial_epoch: int,
    steps: int,
    callbacks: Sequence[Any],
) -> None:
    """Run epochs and the callbacks around them as `Model.fit` does; those of batches are not called."""
    watching = keras.callbacks.CallbackList(list(callbacks), model=trainer, epochs=epochs, steps=steps)
    trainer.stop_training = False
    watching.on_train_begin()
    figures: dict[str, float] = {}
    for epoch in range(initial_epoch, epochs):
        watching.on_epoch_begin(epoch)
        figures = run()
        watching.on_epoch_end(epoch, figures)
        if trainer.stop_training:
            break
    watching.on_train_end(figures)
