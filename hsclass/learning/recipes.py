"""Training recipes: how a network is trained, chosen by name, each value open to change."""

import os
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from hsclass.errors import UsageError
from hsclass.models.classifier import ModelOptions

Precision = Literal["float32", "mixed"]

RECIPES: dict[str, dict[str, Any]] = {
    "default": {},
    "lange2018": {
        "normalization": "scalar", "optimizer": "sgd", "learning_rate": 1.0, "decay": 5e-6, "weight_decay": 0.0,
        "loss": "mean_squared_error", "batch_size": 50, "epochs": 600, "dropout": 0.0, "augment": False,
        "monitor": "loss", "patience": None,
    },
}  # fmt: skip


class NetworkOptions(ModelOptions):
    """Options of every network; the field defaults are the recipe `default`, another recipe changes them."""

    recipe: Literal["default", "lange2018"] = Field("default", description="named set of the values below")
    optimizer: Literal["adamw", "adam", "sgd"] = "adamw"
    learning_rate: float = Field(1e-3, gt=0, description="at the first step")
    decay: float = Field(0.0, ge=0, description="learning rate = first / (1 + decay × step), of schedule constant")
    schedule: Literal["constant", "cosine", "step", "exponential", "plateau"] = Field(
        "constant",
        description="of the learning rate; cosine: to 0 at the last epoch; step, exponential: times 'drop' every"
        " 'drop_every' epochs, in steps or gradually; plateau: the same after that many epochs without improvement",
    )
    drop: float = Field(0.1, gt=0, lt=1, description="of schedule step, exponential and plateau")
    drop_every: int = Field(10, ge=1, description="epochs, of schedule step, exponential and plateau")
    warmup: int = Field(0, ge=0, description="epochs before the schedule, in which the learning rate rises")
    weight_decay: float = Field(1e-4, ge=0, description="of adamw")
    loss: Literal["cross_entropy", "mean_squared_error"] = Field("cross_entropy", description="on the softmax")
    batch_size: int = Field(50, ge=1, description="windows per step")
    epochs: int = Field(60, ge=1, description="maximum number of epochs")
    dropout: float = Field(0.3, ge=0, lt=1, description="after each dense layer")
    balance: Literal["none", "weights", "batches"] = Field(
        "none",
        description="weights: inverse to the frequency of a window's class; batches: all classes equally often",
    )
    augment: bool = Field(True, description="mirror and turn the windows at random")
    jitter: float = Field(0.0, ge=0, description="random gain and offset of each band: their standard deviation")
    noise: float = Field(0.0, ge=0, le=1, description="random change of each value: its standard deviation")
    mixup: float = Field(0.0, ge=0, description="blend windows in pairs, in shares of a beta distribution; 0: do not")
    monitor: Literal["val_accuracy", "val_loss", "loss"] = Field(
        "val_accuracy", description="what decides which epoch is kept"
    )
    patience: int | None = Field(
        15, ge=1, description="epochs without improvement before training stops; null: it never stops early"
    )
    precision: Precision = Field("float32", description="mixed: the layers compute in 16 bits")
    jit: bool | Literal["auto"] = Field("auto", description="compile with XLA; auto: where the backend is JAX")

    @model_validator(mode="before")
    @classmethod
    def _apply_recipe(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return {**RECIPES.get(str(given.get("recipe", "default")), {}), **given}
        return given

    @model_validator(mode="after")
    def _check_schedule(self) -> Self:
        if self.decay and self.schedule != "constant":
            raise ValueError(
                f"'decay' goes with schedule constant, not with {self.schedule}; leave one of the two away"
            )
        if self.warmup and self.schedule == "plateau":
            raise ValueError("'warmup' does not go with schedule plateau; leave one of the two away")
        return self


def compile_arguments(keras: Any, options: NetworkOptions, *, steps: int = 1) -> dict[str, Any]:
    """Return the optimizer and loss that `options` describe, as arguments of `Model.compile`.

    `steps`, batches an epoch, is what schedules of the learning rate count epochs in.
    """
    from hsclass.learning.schedules import learning_rate

    rate = learning_rate(options, steps)
    if options.optimizer == "adamw":
        optimizer = keras.optimizers.AdamW(rate, weight_decay=options.weight_decay)
    elif options.optimizer == "adam":
        optimizer = keras.optimizers.Adam(rate)
    else:
        optimizer = keras.optimizers.SGD(rate)
    loss = "categorical_crossentropy" if options.loss == "cross_entropy" else "mean_squared_error"
    return {
        "optimizer": optimizer,
        "loss": loss,
        "weighted_metrics": ["accuracy"],
        "jit_compile": _compiled(keras.backend.backend(), options),
    }


def _compiled(backend: str, options: NetworkOptions) -> bool:
    """Whether XLA compiles the steps; Keras leaves it, with a mere warning, where TensorFlow is to be repeatable."""
    if options.jit is True and backend == "tensorflow" and os.environ.get("TF_DETERMINISTIC_OPS") in ("1", "true"):
        raise UsageError(
            "option 'jit': is true, but TensorFlow does not compile with XLA where its operations are to be repeatable;"
            " set the environment variable TF_DETERMINISTIC_OPS to 0, or KERAS_BACKEND to jax"
        )
    return backend == "jax" if options.jit == "auto" else options.jit


def recipe_facts(options: NetworkOptions, examples: str = "windows") -> dict[str, str]:
    """Return the hyper-parameters in words, for the information block of a report; a batch is one of `examples`."""
    weight_decay = f", weight decay {options.weight_decay:g}" if options.optimizer == "adamw" else ""
    patience = "none" if options.patience is None else f"{options.patience} epochs without a better {options.monitor}"
    facts = {
        "recipe": options.recipe,
        "optimizer": options.optimizer,
        "learning rate": f"{options.learning_rate:g}{_rate_in_words(options)}",
        "loss": options.loss.replace("_", " "),
        "batch": f"{options.batch_size} {examples}",
        "epochs requested": str(options.epochs),
        "early stopping": patience,
        "kept": f"epoch of the best {options.monitor}",
        "regularisation": f"dropout {options.dropout:g}{weight_decay}",
        "augmentation": _augmentation_in_words(options),
    }
    if options.balance != "none":
        facts["balance of classes"] = "weights" if options.balance == "weights" else "equally often in batches"
    if options.precision == "mixed":
        facts["precision"] = "mixed, 16 and 32 bits"
    return facts


def _rate_in_words(options: NetworkOptions) -> str:
    words = f", decay {options.decay:g} per step" if options.decay else ""
    if options.schedule == "cosine":
        words = ", falling as a cosine to 0"
    elif options.schedule != "constant":
        epochs = f"{options.drop_every} epochs"
        how = {
            "step": f"every {epochs}",
            "exponential": f"gradually in {epochs}",
            "plateau": f"after {epochs} without improvement",
        }
        words = f", × {options.drop:g} {how[options.schedule]}"
    return words + (f", warm-up of {options.warmup} epochs" if options.warmup else "")


def _augmentation_in_words(options: NetworkOptions) -> str:
    words = ["mirrored and turned by quarters"] if options.augment else []
    spreads = {"band jitter": options.jitter, "noise": options.noise, "mixup": options.mixup}
    return ", ".join([*words, *(f"{name} {value:g}" for name, value in spreads.items() if value)]) or "none"
