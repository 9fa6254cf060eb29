"""Training recipes: how a network is trained, chosen by name, each value open to change."""

from typing import Any, Literal

from pydantic import Field, model_validator

from hsclass.models.classifier import ModelOptions

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
    decay: float = Field(0.0, ge=0, description="learning rate = first / (1 + decay × step)")
    weight_decay: float = Field(1e-4, ge=0, description="of adamw")
    loss: Literal["cross_entropy", "mean_squared_error"] = Field("cross_entropy", description="on the softmax")
    batch_size: int = Field(50, ge=1, description="windows a step")
    epochs: int = Field(60, ge=1, description="most epochs to train")
    dropout: float = Field(0.3, ge=0, lt=1, description="after each dense layer")
    augment: bool = Field(True, description="mirror and turn the windows at random")
    monitor: Literal["val_accuracy", "val_loss", "loss"] = Field(
        "val_accuracy", description="what decides which epoch is kept"
    )
    patience: int | None = Field(15, ge=1, description="epochs without a better one before stopping; null: never stop")

    @model_validator(mode="before")
    @classmethod
    def _apply_recipe(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return {**RECIPES.get(str(given.get("recipe", "default")), {}), **given}
        return given


def compile_arguments(keras: Any, options: NetworkOptions) -> dict[str, Any]:
    """Return the optimizer and loss that `options` describe, as arguments of `Model.compile`."""
    rate: Any = options.learning_rate
    if options.decay:
        rate = keras.optimizers.schedules.InverseTimeDecay(rate, decay_steps=1, decay_rate=options.decay)
    if options.optimizer == "adamw":
        optimizer = keras.optimizers.AdamW(rate, weight_decay=options.weight_decay)
    elif options.optimizer == "adam":
        optimizer = keras.optimizers.Adam(rate)
    else:
        optimizer = keras.optimizers.SGD(rate)
    loss = "categorical_crossentropy" if options.loss == "cross_entropy" else "mean_squared_error"
    return {"optimizer": optimizer, "loss": loss, "weighted_metrics": ["accuracy"]}


def recipe_facts(options: NetworkOptions) -> dict[str, str]:
    """Return the hyper-parameters in words, for the information block of a report."""
    decay = f", decay {options.decay:g} a step" if options.decay else ""
    weight_decay = f", weight decay {options.weight_decay:g}" if options.optimizer == "adamw" else ""
    patience = "none" if options.patience is None else f"{options.patience} epochs without a better {options.monitor}"
    return {
        "recipe": options.recipe,
        "optimizer": options.optimizer,
        "learning rate": f"{options.learning_rate:g}{decay}",
        "loss": options.loss.replace("_", " "),
        "batch": f"{options.batch_size} windows",
        "epochs asked for": str(options.epochs),
        "early stopping": patience,
        "kept": f"epoch of the best {options.monitor}",
        "regularisation": f"dropout {options.dropout:g}{weight_decay}",
        "augmentation": "mirrored and turned by quarters" if options.augment else "none",
    }
