"""The keys of an experiment file, for pixels of scenes and for whole images alike."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from hsclass.devices.strategy import TrainingOptions
from hsclass.entries import NAMED_ONCE, Listed, entries_of
from hsclass.options import NAME, Options
from hsclass.results.experiment import Published

Samples = Literal["pixels", "images"]
"""What an experiment classifies: pixels of scenes, or whole images."""

RAW = "raw"
"""The features that are the samples themselves: the bands of a pixel, the pixels of an image."""

ONLY: dict[Samples, tuple[str, ...]] = {"pixels": ("scenes", "window", "map_tiles", "final"), "images": ("images",)}
"""The keys that mean something for one kind of samples alone."""


class Fractions(Options):
    """Shares of the labelled samples that train and validate; the rest tests."""

    train: float = Field(0.10, gt=0, lt=1)
    validation: float = Field(0.05, ge=0, lt=1)

    @model_validator(mode="after")
    def _leave_a_test_set(self) -> "Fractions":
        if self.train + self.validation >= 1:
            raise ValueError(
                f"train {self.train:g} + validation {self.validation:g} must add up to less than 1, to leave a test set"
            )
        return self


class Final(Options):
    """How the candidates for the map that is delivered are compared."""

    sampler: str = Field("regions", description="deals whole fields or groups to the folds; one that does not leak")
    sampler_options: dict[str, Any] = Field(default_factory=dict, description="of the sampler, but for 'folds'")
    folds: int = Field(5, ge=2, description="of the cross-validation over all labelled pixels: they give the accuracy")
    inner_folds: int = Field(3, ge=2, description="of the cross-validation inside training pixels: they choose")
    metric: Literal["oa", "aa", "kappa"] = Field("oa", description="what chooses, as a mean over the inner folds")
    validation: float = Field(
        0.05, ge=0, lt=1, description="share of the pixels that decides which epoch of a network is kept, in each fold"
    )
    seed: int = Field(0, ge=0, description="of folds and models")


class FinalMap(Final):
    """How the map that is delivered is made, and what is done with it."""

    features: tuple[str, ...] = Field((), description="names of the experiment's features that may win; none: all")
    models: tuple[str, ...] = Field((), description="names of the experiment's models that may win; none: all")
    suggest: int = Field(20, ge=0, description="places to label next, at most")
    sample: int = Field(0, ge=0, description="points of a probability sample of the map, to be labelled")
    assess: str | dict[str, str] | None = Field(
        None, description="the sample, labelled, which gives unbiased accuracy and areas; of several scenes, by name"
    )
    allow_missing: bool = Field(False, description="leave points of it without a label out")
    other: tuple[str, ...] = Field((), description="classes of the sample that the map lacks; errors of the map")

    def labelled_sample(self, scene: str) -> str | None:
        """Return the labelled sample of the map of a scene; None where there is none."""
        return self.assess.get(scene) if isinstance(self.assess, dict) else self.assess


class Plan(Options):
    """The keys of an experiment file."""

    experiment: str = Field(pattern=NAME, description="name of the experiment and of its report's folder")
    scenes: Annotated[tuple[Listed, ...], entries_of("scene"), NAMED_ONCE] = ()
    images: Annotated[tuple[Listed, ...], entries_of("images"), NAMED_ONCE] = ()
    window: int = Field(9, ge=1, description="side [pixels] of the windows, odd")
    fractions: Fractions = Fractions()
    seeds: tuple[int, ...] = Field((0, 1), min_length=1)
    splits: Annotated[tuple[Listed, ...], entries_of("sampler"), NAMED_ONCE] = Field(min_length=1)
    features: Annotated[tuple[Listed, ...], entries_of("features"), NAMED_ONCE] = Field(
        (Listed(kind=RAW, name=RAW),), min_length=1
    )
    models: Annotated[tuple[Listed, ...], entries_of("model"), NAMED_ONCE] = Field(min_length=1)
    map_tiles: int = Field(1, ge=1, description="jobs that share each map; the map is the same, byte for byte")
    training: TrainingOptions = TrainingOptions()
    published: Published | None = None
    final: FinalMap | None = Field(
        None, description="make a map with all labels, with the accuracy of its cross-validation"
    )

    @property
    def samples(self) -> Samples:
        """What is classified."""
        return "images" if self.images else "pixels"

    @field_validator("training")
    @classmethod
    def _several_workers(cls, training: TrainingOptions) -> TrainingOptions:
        if training.strategy == "multi_worker" and training.workers == 1:
            raise ValueError("'strategy: multi_worker' needs 'workers', 2 or more; add it, or take another strategy")
        return training

    @field_validator("window")
    @classmethod
    def _odd(cls, window: int) -> int:
        if window % 2 == 0:
            raise ValueError(f"a window has a centre pixel, so its side must be odd; take {window - 1} or {window + 1}")
        return window

    @model_validator(mode="after")
    def _one_kind_of_samples(self) -> "Plan":
        if self.scenes and self.images:
            raise ValueError("has 'scenes' and 'images'; give one of the two, and each its own file")
        if not (self.scenes or self.images):
            raise ValueError("option 'scenes' is missing; add it, or 'images' to classify whole images")
        if self.images and (other := [key for key in ONLY["pixels"] if key in self.model_fields_set]):
            raise ValueError(f"option '{other[0]}' is for scenes, and this experiment has images; take it out")
        return self
