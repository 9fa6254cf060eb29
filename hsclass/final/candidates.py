"""What may win: a model on features with options, or the options that a search finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from hsclass.errors import UsageError
from hsclass.options import Options, parse_options
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
