"""The figures of a split, as an audit gives them."""

from dataclasses import asdict, dataclass
from typing import Any

from hsclass.audit.measures import WindowShares


@dataclass(frozen=True)
class Audit:
    """Figures of a split.

    Attributes
    ----------
    window : int
        Side of the windows [pixels] that the shares are for.
    n_train, n_validation, n_test : int
        Pixels in each role.
    overlap_share : float
        Share of the test windows that share at least one pixel with a training or validation window.
    centre_share : float
        Share of the test windows that contain a training pixel.
    moran_i : float or None
        Moran's I of the assignment; see `moran_i`. None where it is undefined.
    kl_train, kl_test : float or None
        Kullback-Leibler divergence [nat] of the class shares of the training and test set from the scene's; 0 when
        they agree. None without labels.
    train_ratio_asked : float or None
        Share of the labelled pixels that was asked for training; None when unknown.
    train_ratio : float
        Training pixels as a share of the labelled pixels (without labels: of the pixels with a role).
    lost_classes : tuple of int
        Ids of the classes that have labelled pixels and no test pixel; empty when neither labels nor the split's own
        account say what classes there are.
    leaky : bool
        Whether the split declares itself leaky.
    distance_edges, distance_counts : tuple of int
        Histogram of the Chebyshev distance [pixels] of each test pixel to the nearest training pixel: bin i counts
        the test pixels with edges[i] <= distance < edges[i + 1].
    by_window : tuple of WindowShares
        Overlap and centre share at the odd window sides from 1 up, the split's own among them.
    """

    window: int
    n_train: int
    n_validation: int
    n_test: int
    overlap_share: float
    centre_share: float
    moran_i: float | None
    kl_train: float | None
    kl_test: float | None
    train_ratio_asked: float | None
    train_ratio: float
    lost_classes: tuple[int, ...]
    leaky: bool
    distance_edges: tuple[int, ...]
    distance_counts: tuple[int, ...]
    by_window: tuple[WindowShares, ...]

    @property
    def leaks(self) -> bool:
        """True when at least one test window shares a pixel with a training or validation window."""
        return self.overlap_share > 0

    def as_dict(self) -> dict[str, Any]:
        """Return the figures, without the histogram, as what JSON knows; the keys and their order are fixed."""
        return {
            "window": self.window,
            "n_train": self.n_train,
            "n_validation": self.n_validation,
            "n_test": self.n_test,
            "overlap_share": self.overlap_share,
            "centre_share": self.centre_share,
            "moran_i": self.moran_i,
            "kl_train": self.kl_train,
            "kl_test": self.kl_test,
            "train_ratio_asked": self.train_ratio_asked,
            "train_ratio": self.train_ratio,
            "lost_classes": list(self.lost_classes),
            "leaky": self.leaky,
        }

    @property
    def distance_histogram(self) -> dict[str, list[int]]:
        """The `edges` [pixels] and `counts` of the test pixels' distances to the nearest training pixel."""
        return {"edges": list(self.distance_edges), "counts": list(self.distance_counts)}

    def details(self) -> dict[str, Any]:
        """Return what `as_dict` leaves out, as what JSON knows."""
        return {
            "distance_histogram": self.distance_histogram,
            "by_window": [asdict(shares) for shares in self.by_window],
        }
