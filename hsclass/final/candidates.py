"""What may win: a model on features with options, or the options that a search finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from hsclass.errors import UsageError
from hsclass.models import model_class
from hsclass.options import Options, parse_options
from hsclass.plan import Final
from hsclass.samplers.folds import train_share
from hsclass.tuning.checks import check_sampler
from hsclass.tuning.options import TuneOptions
from hsclass.tuning.subject import Subject


class CandidateEntry(Options):
    """A candidate in a file of candidates."""

    name: str = Field("", description="by default names of features and model")
    model: str
    features: str = "raw"
    options: dict[str, Any] = Field(default_factory=dict, description="of the model")
    feature_options: dict[str, Any] = Field(default_factory=dict, description="of the features")
    search: dict[str, Any] | None = Field(None, description="of a search for the model's other options; null: none")


@dataclass(frozen=True)
class Candidate:
    """A candidate for the model of a delivered map.

    Attributes
    ----------
    model, features : str
        Names of `hsclass.models.MODELS` and `hsclass.features.FEATURES`.
    options, feature_options : mapping
    search : mapping or None
        Options of a search (`hsclass.tuning.options.TuneOptions`) for the options of the model that are not given; None
        without one.
    name : str
        By default names of features and model: "raw/svm".
    """

    model: str
    features: str = "raw"
    options: Mapping[str, Any] = field(default_factory=dict)
    feature_options: Mapping[str, Any] = field(default_factory=dict)
    search: Mapping[str, Any] | None = None
    name: str = ""

    @property
    def label(self) -> str:
        """Its name, also where none was given."""
        return self.name or f"{self.features}/{self.model}"

    @property
    def subject(self) -> Subject:
        """The same as a search takes it."""
        return Subject(self.model, self.features, self.options, self.feature_options)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON knows it, for digests of the code and of the data that it runs on."""
        return {
            "name": self.label, "model": self.model, "features": self.features, "options": dict(self.options),
            "feature_options": dict(self.feature_options),
            "search": None if self.search is None else dict(self.search),
        }  # fmt: skip


def read_candidates(held: Any, where: str) -> list[Candidate]:
    """Read a list of candidates, each a mapping with the attributes of `Candidate`.

    Raises
    ------
    UsageError
        If it is no list of mappings, or one has another key.
    """
    if not isinstance(held, list) or not all(isinstance(entry, Mapping) for entry in held):
        raise UsageError(
            f"{where}: holds no list of candidates; expected entries such as {{model: svm, features: raw}}, one a line"
        )
    parsed = [
        parse_options(CandidateEntry, entry, f"{where}: candidate {place + 1}") for place, entry in enumerate(held)
    ]
    return [
        Candidate(entry.model, entry.features, entry.options, entry.feature_options, entry.search, entry.name)
        for entry in parsed
    ]


def inner_search(asked: Final) -> TuneOptions:
    """Return the inner folds as options of a search."""
    return TuneOptions(
        sampler=asked.sampler, sampler_options=asked.sampler_options, folds=asked.inner_folds, metric=asked.metric,
        validation=asked.validation,
    )  # fmt: skip


def fold_validation(asked: Final, candidates: Sequence[Candidate]) -> float:
    """Return the share of the pixels for validation in each fold: only networks use any."""
    return asked.validation if any(model_class(candidate.model).network for candidate in candidates) else 0.0


def check_folds(asked: Final, candidates: Sequence[Candidate]) -> None:
    """Raise UsageError where the sampler of the folds leaks or cannot cross-validate, or its options are wrong."""
    search = inner_search(asked)
    sampler = check_sampler(search)
    if "folds" in asked.sampler_options:
        raise UsageError("final: 'sampler_options' holds 'folds'; expected it among the keys of 'final'; move it there")
    parse_options(sampler.options_model, {**asked.sampler_options, "folds": asked.folds}, f"sampler {asked.sampler}")
    train_share(asked.folds, fold_validation(asked, candidates))
