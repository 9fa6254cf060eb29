"""Schedules of the learning rate."""

from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from hsclass.learning.recipes import NetworkOptions


class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """Increase the rate in equal steps before another schedule starts.

    Large steps with initial weights can make a training diverge; see P. Goyal et al.: Accurate, Large Minibatch SGD.
    2017, section 2.2. Step s of w, from 0, has the share (s + 1) / w of the rate that the other schedule starts with.

    Parameters
    ----------
    steps : int
        Number of steps, w.
    then : float or LearningRateSchedule
        The following schedule; it counts its steps from 0.
    """

    def __init__(self, steps: int, then: Any) -> None:
        super().__init__()
        self.steps = steps
        self.then = then

    def __call__(self, step: Any) -> Any:
        """Return the rate of a step, counted from 0."""
        ops = keras.ops
        step = ops.cast(step, "float32")
        after = ops.maximum(step - self.steps, 0.0)
        rate = self.then(after) if callable(self.then) else ops.convert_to_tensor(self.then, "float32")
        return rate * ops.minimum((step + 1) / self.steps, 1.0)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {"steps": self.steps, "then": self.then}


def learning_rate(options: "NetworkOptions", steps: int) -> Any:
    """Return the rate for `options`: a number if it is constant or lowered by a callback, otherwise a schedule.

    Parameters
    ----------
    options : NetworkOptions
    steps : int
        Batches an epoch.
    """
    schedules, first = keras.optimizers.schedules, options.learning_rate
    warm = options.warmup * steps
    rate: Any = first
    if options.schedule == "cosine":
        rate = schedules.CosineDecay(first, decay_steps=max(1, options.epochs * steps - warm))
    elif options.schedule in ("step", "exponential"):
        every = options.drop_every * steps
        rate = schedules.ExponentialDecay(first, every, options.drop, staircase=options.schedule == "step")
    elif options.decay:
        rate = schedules.InverseTimeDecay(first, decay_steps=1, decay_rate=options.decay)
    return WarmUp(warm, rate) if warm else rate
