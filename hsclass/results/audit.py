"""`audit.json`: how far a split keeps its roles apart."""

from pydantic import Field

from hsclass.results.record import Record


class Histogram(Record):
    """Counts of test pixels by their distance [pixels] to the nearest training pixel; one more edge than counts.

    Bin i counts the test pixels with edges[i] <= distance < edges[i + 1].
    """

    edges: list[int]
    counts: list[int]


class WindowShares(Record):
    """At side `window`: share of test windows that share pixels with others, and that contain a training pixel."""

    window: int
    overlap_share: float | None
    centre_share: float | None


class Quantiles(Record):
    """`n` distances: their mean, and their quantiles at 5, 25, 50, 75 and 95 %."""

    n: int
    mean: float
    quantiles: list[float]


class Distances(Record):
    """Distances to the nearest training pixel: of test pixels and of the map, and how far these two are apart.

    `space` is "ground" or "spectra", `unit` that of all figures; `wasserstein` is the Wasserstein distance of the two
    distributions. `map` is None where all pixels of the map train.
    """

    space: str
    unit: str
    test: Quantiles
    map: Quantiles | None
    wasserstein: float | None


class Autocorrelation(Record):
    """Up to which distance the `spectra`, or the `errors` of a simple model, of nearby pixels are alike: `of`.

    `range` [pixels] is where a variogram model, fitted to `n` pixels up to the distance `largest` [pixels], reaches its
    plateau, the exponential one 95 % of it; `range_map` is the same in `unit`, of the map. 0: neighbours are hardly
    more alike than any pixels; None: not known, and `note` says why. `nugget_share` is the part of the plateau that
    neighbours already differ by.
    """

    of: str
    n: int
    range: float | None = None
    range_map: float | None = None
    unit: str | None = None
    largest: float | None = None
    model: str | None = None
    nugget_share: float | None = None
    note: str = ""

    def worded(self) -> str:
        """Return the range, or why it is not known, in words."""
        if self.range is None:
            return f"not known: {self.note}"
        mapped = "" if self.range_map is None else f" ({self.range_map:.3g} {self.unit})"
        return f"{self.range:.1f} pixels{mapped}" + (f"; {self.note}" if self.note else "")


class Caution(Record):
    """What makes a split degenerate: its kind, the ids of the classes that it holds for, and a sentence with counts."""

    kind: str
    classes: list[int]
    text: str


class DuplicatePair(Record):
    """Two near-duplicates in two roles of a split, and the bits in which their hashes differ."""

    paths: list[str]
    parts: list[str]
    classes: list[list[str]]
    distance: int


class Audit(Record):
    """Figures of a split; None where a figure is not defined for its samples.

    Attributes
    ----------
    window : int or None
        Side of the windows [pixels] that the shares are for; None for images.
    threshold : int or None
        Bits of 64 in which the hashes of near-duplicates may differ; None for pixels.
    n_train, n_validation, n_test, n_guard : int
        Samples in each role.
    overlap : int
        Number of test samples that are neighbours of a training or validation sample: their windows share a pixel, or
        they show nearly the same.
    overlap_share : float
        Their share of the test samples.
    centre_share : float or None
        Share of the test windows that contain a training pixel.
    moran_i : float or None
        Moran's I of the assignment; see `hsclass.audit.moran_i`. None where it is undefined.
    kl_train, kl_test : float or None
        Kullback-Leibler divergence [nat] of the class shares of the training and test set from those of all samples; 0
        when they agree. None without labels.
    train_ratio_asked : float or None
        Share of the labelled samples that was asked for training; None when unknown.
    train_ratio : float
        Training samples as a share of the labelled samples (without labels: of the samples with a role).
    lost_classes : list of int
        Ids of the classes that have labelled samples and no test sample; empty when neither labels nor the split's own
        summary say what classes there are.
    leaky : bool
        Whether the split declares itself leaky.
    published : bool
        Whether others made the split: it is measured and reported, not refused.
    pairs : dict of str to int, or None
        Number of near-duplicate pairs between each two roles; None for pixels.
    within : int or None
        Number of near-duplicate pairs that lie within one role, or with an unused image; None for pixels.
    shown : list of DuplicatePair
        The nearest pairs between two roles, those with a test image first.
    distance_histogram : Histogram or None
        Chebyshev distance [pixels] of each test pixel to the nearest training pixel; None for images.
    by_window : list of WindowShares
        Overlap and centre share at the odd window sides from 1 up, the split's own among them; empty for images.
    sampled_field_share : float or None
        Share of the test pixels in whose field a training pixel lies; None for images and without labels.
    distances : list of Distances
        Of test pixels and map to training: on the ground, and between spectra where the cube is known.
    autocorrelation : list of Autocorrelation
        Range of spectra of labelled pixels and of a simple model's errors on test pixels, where the cube is known.
    cautions : list of Caution
        What makes the split degenerate; empty without labels.
    notes : list of str
        What the split says of itself.
    """

    window: int | None = None
    threshold: int | None = None
    n_train: int
    n_validation: int
    n_test: int
    n_guard: int = 0
    overlap: int | None = None
    overlap_share: float | None
    centre_share: float | None
    moran_i: float | None
    kl_train: float | None
    kl_test: float | None
    train_ratio_asked: float | None
    train_ratio: float | None
    lost_classes: list[int] | None = None
    leaky: bool
    published: bool = False
    pairs: dict[str, int] | None = None
    within: int | None = None
    shown: list[DuplicatePair] = Field(default_factory=list)
    distance_histogram: Histogram | None = None
    by_window: list[WindowShares] = Field(default_factory=list)
    sampled_field_share: float | None = None
    distances: list[Distances] = Field(default_factory=list)
    autocorrelation: list[Autocorrelation] = Field(default_factory=list)
    cautions: list[Caution] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)

    @property
    def leaks(self) -> bool:
        """True when at least one test sample is a neighbour of a training or validation sample."""
        return bool(self.overlap_share)
