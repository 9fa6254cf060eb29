"""`choice.json` and `card.json`: which candidate was chosen, and what a delivered map is and is worth."""

from typing import Any

from pydantic import Field

from hsclass.results.metrics import Metrics
from hsclass.results.record import Figure, Record

AREAS = (
    "The pixels that the map gives each class are no unbiased estimate of its area, as the errors of the map do not"
    " cancel. For unbiased areas and a design-based accuracy, draw a probability sample of the map (hsclass sample),"
    " label it, and evaluate it (hsclass assess)."
)


LABELLED = (
    "The accuracy is that of labelled pixels. These are no probability sample of the map: where the map is unlike them,"
    " it may be less accurate."
)


class CandidateScore(Record):
    """A candidate, and what the inner folds say of it.

    Attributes
    ----------
    name : str
        Names of features and model, as in the experiment: "raw/svm".
    options, feature_options : dict
        With which it is trained; those that a search found where it has one.
    score : float or None
        Mean over the inner folds; None where it is the only candidate, or could not be scored.
    scores : list of float
    reason : str
        Why it could not be scored.
    """

    name: str
    model: str
    features: str
    options: dict[str, Any]
    feature_options: dict[str, Any]
    score: Figure = None
    scores: list[float] = Field(default_factory=list)
    reason: str = ""


class CandidateChoice(Record):
    """`choice.json`: the choice among the candidates inside the training pixels of one outer fold, or inside all.

    Attributes
    ----------
    key : str
        Digest of all that it follows from.
    fold : int or None
        Number of the outer fold; None: all labelled pixels.
    metric : str
        What was compared.
    chosen : int
        Place of the winner among the candidates.
    epochs : int or None
        Median of the best epochs of a network over the inner folds.
    n_train, n_test : int
        Pixels.
    """

    key: str
    fold: int | None
    metric: str
    candidates: list[CandidateScore]
    chosen: int
    epochs: int | None = None
    n_train: int
    n_test: int = 0

    @property
    def winner(self) -> CandidateScore:
        """The candidate that was chosen."""
        return self.candidates[self.chosen]


class MappedClass(Record):
    """A class of a delivered map: how many pixels were given it, which is no unbiased estimate of its area."""

    id: int
    name: str
    color: tuple[int, int, int]
    pixels: int


class MapApplicability(Record):
    """Where a delivered map may be applied.

    Attributes
    ----------
    threshold : float
        DI above which a pixel lies outside the area of applicability.
    outside : float
        Share of the mapped pixels there.
    expected_accuracy : float or None
        Mean over the pixels inside.
    """

    threshold: float
    outside: Figure
    expected_accuracy: Figure = None


class FinalCard(Record):
    """`card.json` of a delivered map.

    Attributes
    ----------
    shape : tuple of int
        (rows, cols, bands) of the scene.
    crs : str or None
        Its coordinate reference system.
    pixel_size : tuple of float, or None
        Width and height of a pixel, in the unit of the reference system.
    wavelengths : tuple of float, or None
        The shortest and the longest centre of a band [nm].
    scene_digest, labels_digest, model_digest : str
        SHA-256 of the scene's identity, of the reference labels, and of the files of the model.
    choice : CandidateChoice
        Among the candidates, with all labelled pixels.
    fold_choices : list of str
        The candidate that each outer fold chose.
    fold_training : list of int
        The pixels that each outer fold trained with.
    metrics : Metrics
        Of the procedure, by nested cross-validation.
    untrained : int
        Tested pixels of classes that their fold did not train; they count as errors.
    design : str
        What the figure is a figure of, in a sentence.
    limits : list of str
        Sentences.
    """

    scene: str
    title: str = ""
    source: str = ""
    shape: tuple[int, int, int]
    crs: str | None
    pixel_size: tuple[float, float] | None
    wavelengths: tuple[float, float] | None
    scene_digest: str
    labels_digest: str
    model_digest: str
    window: int
    n_labelled: int
    choice: CandidateChoice
    fold_choices: list[str]
    fold_training: list[int]
    folds: int
    sampler: str
    metrics: Metrics
    untrained: int
    design: str
    applicability: MapApplicability | None = None
    classes: list[MappedClass]
    limits: list[str]
    versions: dict[str, str | None]

    @property
    def trained_in_folds(self) -> str:
        """How many pixels a fold trains with, in words."""
        least, most = min(self.fold_training), max(self.fold_training)
        return f"{f'{least} to {most}' if least < most else most} of {self.n_labelled} labelled pixels"

    @property
    def whole_fields(self) -> bool:
        """Whether no fold tests a part of a field, or group, that another part of has trained."""
        return self.sampler == "regions"
