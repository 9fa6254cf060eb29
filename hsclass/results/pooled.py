"""The accuracy of one model over all seeds or folds of a split."""

from pydantic import Field

from hsclass.results.figures import Figures
from hsclass.results.record import Figure, Record


class Spread(Record):
    """What the accuracy of the samples tested varies with; each a standard deviation of OA, None where unknown.

    Attributes
    ----------
    fields : float
        Standard error of the pooled OA between fields, or between groups of images.
    splits : float
        Between splits, on the samples that two of them both test. It includes the seeds of the models where these
        change with the split.
    models : float
        Between seeds of the model under one and the same split.
    runs : float
        Between the OA of whole runs, or of whole cross-validations, each on its own test samples.
    """

    fields: Figure = None
    splits: Figure = None
    models: Figure = None
    runs: Figure = None


class FieldFigures(Record):
    """One field: its class, its rows and columns, and how its `tests` ended.

    `pixels` were tested, each once or in several runs. `taken_for` is the class that most wrong tests gave it; None
    where all are right.
    """

    field: int
    class_id: int
    class_name: str
    row_first: int
    row_last: int
    col_first: int
    col_last: int
    pixels: int
    tests: int
    right: int
    wrong: int
    taken_for: str | None = None
    taken_for_tests: int = 0


class Pooled(Figures):
    """One model over all seeds or folds of a split: all tests of all runs in one confusion matrix.

    Attributes
    ----------
    method : str
        "features/model".
    runs, splits : int
        Runs, and different splits among them.
    folds : int or None
        k of a k-fold cross-validation; None for seeds.
    n_test, n_samples : int
        Tests, and samples that were tested; a sample may be tested in several runs.
    untrained : int
        Tests of samples whose class their run had not trained; they count as errors in all figures but `trained_oa`,
        which is OA without them.
    """

    method: str = ""
    runs: int
    splits: int
    folds: int | None = None
    n_test: int
    n_samples: int
    untrained: int = 0
    trained_oa: Figure = None
    spread: Spread = Spread()
    fields: list[FieldFigures] = Field(default_factory=list)
