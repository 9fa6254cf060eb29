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
    order and downloads its figures, with the learning rate at its end, as one vector.

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
    run = calls[backend_name()](trainer, both)
    names = [f"{prefix}{name}" for prefix in ("", "val_")[: len(both)] for name in sorted(trainer.get_metrics_result())]
    return lambda: dict(zip([*names, "learning_rate"], ops.convert_to_numpy(run()).tolist(), strict=True))


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


def _vector(trainer: Any, figures: Sequence[dict[str, Any]]) -> Any:
    """Return the figures of training and, if there is any, of validation by name, then the learning rate."""
    values = [part[name] for part in figures for name in sorted(part)]
    return ops.stack([ops.cast(value, "float32") for value in (*values, trainer.optimizer.learning_rate)])


def _under_tensorflow(trainer: Any, both: list["Batches"]) -> Callable[[], Any]:
    import tensorflow as tf

    held = [[tf.constant(values) for values in part.examples] for part in both]
    steps = [trainer.train_step, trainer.test_step][: len(both)]
    if trainer.jit_compile:
        steps = [tf.function(step, jit_compile=True, reduce_retracing=True) for step in steps]

    @tf.function(reduce_retracing=True)
    def epoch(drawn: list[list[Any]]) -> Any:
        figures = []
        for part, values, order, step in zip(both, held, drawn, steps, strict=True):
            trainer.reset_metrics()
            total, size = tf.shape(order[0])[0], part.batch_size

            def run(start: Any, step: Any = step, order: Any = order, values: Any = values, size: int = size) -> Any:
                step(_batch(values, *(given[start : start + size] for given in order)))
                return start + size

            tf.while_loop(lambda start, total=total: start < total, run, [0], parallel_iterations=1)
            figures.append(trainer.get_metrics_result())
        return _vector(trainer, figures)

    return lambda: epoch([list(map(tf.constant, part.drawn)) for part in both])


def _under_jax(trainer: Any, both: list["Batches"]) -> Callable[[], Any]:
    import jax

    held = [[jax.numpy.asarray(values) for values in part.examples] for part in both]
    groups = [
        trainer.trainable_variables, trainer.non_trainable_variables, trainer.optimizer.variables,
        trainer.metrics_variables,
    ]  # fmt: skip
    zeros = [variable.value * 0 for variable in groups[3]]

    def check(state: Any, data: Any) -> Any:
        learned, fixed, optimizer, metrics = state
        figures, (learned, fixed, metrics) = trainer.test_step((learned, fixed, metrics), data)
        return figures, (learned, fixed, optimizer, metrics)

    def epoch(state: Any, held: Any, drawn: Any) -> Any:
        measured = []
        for part, values, order, step in zip(both, held, drawn, (trainer.train_step, check), strict=False):
            state = (*state[:3], zeros)
            full, size = len(order[0]) // part.batch_size, part.batch_size

            def run(state: Any, given: Any, step: Any = step, values: Any = values) -> Any:
                figures, state = step(state, _batch(values, *given))
                return state, figures  # of all batches so far

            if full:
                rows = [given[: full * size].reshape(full, size) for given in order]
                state, each = jax.lax.scan(run, state, rows)
                figures = {name: values[-1] for name, values in each.items()}
            if len(order[0]) % size:
                state, figures = run(state, [given[full * size :] for given in order])
            measured.append(figures)
        with keras.StatelessScope(list(zip(trainer.optimizer.variables, state[2], strict=True))):
            return state, _vector(trainer, measured)

    compiled = jax.jit(epoch, donate_argnums=0)

    def call() -> Any:
        state = tuple([variable.value for variable in group] for group in groups)
        state, figures = compiled(state, held, [list(part.drawn) for part in both])
        for group, values in zip(groups, state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)
        return figures

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
