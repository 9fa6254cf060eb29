"""Options of a search."""

from typing import Any, Literal

from pydantic import Field, field_validator

from hsclass.options import Options


class TuneOptions(Options):
    """Options of a search."""

    trials: int = Field(30, ge=1, description="sets of options to try, the model's own among them")
    timeout: float | None = Field(
        None, gt=0, description="seconds of trials, for each worker, after which no further one starts; null: no limit"
    )
    metric: Literal["oa", "aa", "kappa"] = Field("oa", description="what decides, as a mean over the folds")
    sampler: str = Field("dbscan_area", description="deals the training pixels to the folds; one that does not leak")
    sampler_options: dict[str, Any] = Field(default_factory=dict, description="of the sampler, but for 'folds'")
    folds: int = Field(5, ge=2, description="of the cross-validation inside the training pixels")
    window: int | None = Field(
        None,
        ge=1,
        description="side [pixels] of the windows that the folds keep apart, odd; null: the split's. A model that looks"
        " at single pixels may take a smaller one, which leaves it more pixels to learn from.",
    )
    validation: float = Field(
        0.05, ge=0, lt=1, description="share of the training pixels that validates networks in each fold; 0: none"
    )
    pruning: bool = Field(True, description="stop a trial whose mean over folds is below the median of the others")
    space: dict[str, Any] = Field(
        default_factory=dict,
        description="narrows or replaces what is tried of an option: a list of values, or any of low, high, log, step",
    )
    features: bool = Field(False, description="search the options of the feature extractor, too")
    feature_space: dict[str, Any] = Field(default_factory=dict, description="as 'space', for the feature extractor")
    workers: int = Field(1, ge=1, description="jobs that share the trials")
    storage: Literal["sqlite", "journal"] = Field(
        "sqlite",
        description="file that keeps the trials; 'journal' for workers on machines that share a network file system,"
        " where the locks of SQLite cannot be relied on",
    )

    @field_validator("window")
    @classmethod
    def _odd(cls, window: int | None) -> int | None:
        if window is not None and window % 2 == 0:
            raise ValueError(f"a window has a centre pixel, so its side must be odd; take {window - 1} or {window + 1}")
        return window
