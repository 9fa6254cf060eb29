"""Figures of accuracy with their intervals, which every record of an evaluation holds."""

from pydantic import Field

from hsclass.results.record import Figure, Record

FEW_UNITS = 10
"""Effective number of fields, or of groups of images, below which an interval is not to be relied on."""

FEW_RUNS = 5
"""Number of runs below which an interval over several is not to be relied on: they show too little of what others would
differ in.
"""


class ClassFigures(Record):
    """Accuracy of one class; `support` is its number of test samples, which lie in `fields`.

    `effective_fields` fields of equal size would carry as much information; both are None for images.
    """

    id: int
    name: str
    support: int
    fields: int | None = None
    effective_fields: Figure = None
    producers_accuracy: Figure
    users_accuracy: Figure
    f1: Figure
    producers_low: Figure = None
    producers_high: Figure = None
    users_low: Figure = None
    users_high: Figure = None


class Interval(Record):
    """How the intervals were estimated: the effective number of `blocks` of pixels, or of `groups` of images.

    `fields` are the test fields, `effective_fields` how many of equal size would carry as much information; `runs` the
    seeds or folds. `reliable` is False where there are too few fields or groups, or two to four runs, so that the
    interval may miss the truth more often than it says. Of a single run it holds for that training set.
    """

    method: str = ""
    level: float = 0.95
    blocks: int | None = None
    groups: int | None = None
    fields: int | None = None
    effective_fields: float | None = None
    runs: int = 1
    reliable: bool = True
    block_side: int | None = None

    @property
    def lacking(self) -> str:
        """What there is too little of for an interval to be relied on, in words; empty where there is enough."""
        words = {"units": f"{self.units} effective {self.kind}", "runs": f"{self.runs} runs"}
        return " and ".join(words[name] for name in too_few(self.units, self.runs))

    @property
    def units(self) -> float | None:
        """The effective number of test fields, or of groups of test images."""
        return self.groups if self.effective_fields is None else self.effective_fields

    @property
    def kind(self) -> str:
        """What `units` are, in the plural."""
        return "groups of test images" if self.effective_fields is None else "test fields"


def too_few(units: float | None, runs: int) -> list[str]:
    """Return which are too few for an interval to be relied on: `units`, `runs`. A single run is not several.

    `units` is the effective number of fields or groups.
    """
    few = {"units": units is not None and units < FEW_UNITS, "runs": 1 < runs < FEW_RUNS}
    return [name for name, lacks in few.items() if lacks]


class Figures(Record):
    """The main figures of some test samples.

    `confusion` has references in rows, predictions in columns. OA and kappa are None where a sample may have several
    classes; `micro_f1` and `subset`, the share of samples with exactly the right classes, where it has one.
    """

    several_labels: bool = False
    oa: Figure = None
    aa: Figure = None
    kappa: Figure = None
    macro_f1: Figure = None
    micro_f1: Figure = None
    subset: Figure = None
    oa_low: Figure = None
    oa_high: Figure = None
    aa_low: Figure = None
    aa_high: Figure = None
    kappa_low: Figure = None
    kappa_high: Figure = None
    macro_f1_low: Figure = None
    macro_f1_high: Figure = None
    subset_low: Figure = None
    subset_high: Figure = None
    interval: Interval = Interval()
    classes: list[ClassFigures]
    confusion: list[list[int]] = Field(default_factory=list)
