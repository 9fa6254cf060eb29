"""Coverage of the 95 % intervals, and false alarms of the paired tests, with spatially correlated errors.

    python benchmarks/coverage.py [--runs 100] [--sides 80 145 290] [--lengths 0 2 5 10 fields sites lines]

Each run simulates a scene of fields with one class each, some of which are test fields, and a map. A pixel is correct
where a smooth Gaussian random field is below the quantile of its class's accuracy, so that the true accuracies are
known and errors are correlated over a length: the standard deviation [pixels] of the Gaussian kernel that smooths the
random field. `fields` puts half of the variance between fields; `sites` too, and there each field is a site, a group
whose pixels are of all classes at random; `lines` are such sites as strips across the scene, with 3, 4 and 8 classes.
Windows are 9 x 9. The accuracies of the classes are `equal`, or `unequal`: from 0.6 times the share of errors below the
mean to as much above it.

`fields` is the mean effective number of test fields; the other columns are in percent of the runs. Intervals of OA that
contain the true value: by bootstrap over pixels (`pixels`), by percentiles of a bootstrap over blocks of two windows a
side (`2 windows`), and by hsclass (`oa`), the last with its mean width. Then hsclass's intervals of AA, kappa, macro F1
and of the classes' producer's and user's accuracies, if defined (`none` is the share of undefined producer's
accuracies). For a second map with the same accuracies and half of its errors in common: intervals of the difference of
OA that contain 0 (`diff`), and false alarms at 5 % of McNemar's test and of the t-test.
"""

import argparse
from collections import defaultdict

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree
from scipy.special import ndtri

import hsclass
from hsclass.assess.confusion import producers_accuracy, summaries, users_accuracy
from hsclass.scene import LandCover
from hsclass.split import Role, Split

WINDOW, TESTED, REPLICATES = 9, 0.4, 1000
# side [pixels], fields, classes, correlation length, mean accuracy, how far classes differ in it
SMALL, MIDDLE, LARGE = (80, 20, 4), (145, 50, 8), (290, 200, 8)
SETTINGS = [
    *((*SMALL, length, 0.8, 0.6) for length in ("0", "2", "5", "fields")),
    *((*MIDDLE, length, 0.8, apart) for apart in (0.6, 0.0) for length in ("0", "2", "5", "10", "fields", "sites")),
    *((145, 40, classes, "lines", 0.8, 0.0) for classes in (3, 4, 8)),
    (*MIDDLE, "5", 0.95, 0.6),
    *((*LARGE, length, 0.8, apart) for apart in (0.6, 0.0) for length in ("5", "10", "fields")),
]
COLUMNS = (
    "fields", "pixels", "2 windows", "oa", "width", "aa", "kappa", "macro_f1", "producers", "none", "users", "diff",
    "mcnemar", "t-test",
)  # fmt: skip


def smooth(side: int, length: float, rng: np.random.Generator) -> np.ndarray:
    """Return a field of mean 0 and variance 1, of which the edges are like the rest."""
    if length == 0:
        return rng.normal(size=(side, side))
    margin = int(4 * length) + 1
    noise = gaussian_filter(rng.normal(size=(side + 2 * margin,) * 2), length, truncate=4)
    kernel = gaussian_filter(np.eye(1, 2 * margin + 1, margin)[0], length, truncate=4)
    return noise[margin:-margin, margin:-margin] / (kernel**2).sum()


def error_field(parcels: np.ndarray, length: str, rng: np.random.Generator) -> np.ndarray:
    if length not in {"fields", "sites", "lines"}:
        return smooth(len(parcels), float(length), rng)
    own = rng.normal(size=parcels.max() + 1)[parcels]
    return np.sqrt(0.5) * (own + smooth(len(parcels), 2, rng))


def scene(
    side: int, fields: int, classes: int, length: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the field and the class of every pixel, and which are test: of each class at least one field."""
    pixels = np.argwhere(np.ones((side, side)))
    parcels = cKDTree(side * rng.random((fields, 2))).query(pixels)[1].reshape(side, side)
    if length == "lines":
        parcels = np.repeat(np.arange(side)[:, np.newaxis] * fields // side, side, axis=1)
    kinds = rng.permutation(np.arange(fields) % classes)
    one_each = [rng.choice(np.flatnonzero(kinds == kind)) for kind in range(classes)]
    tested = np.union1d(one_each, rng.permutation(fields)[: int(TESTED * fields)])
    return parcels, kinds[parcels], np.isin(parcels, tested)


def percentiles(right: np.ndarray, pixels: np.ndarray, side: int, rng: np.random.Generator) -> tuple[float, float]:
    """Interval by resampling blocks of one grid; side 1 is the bootstrap over pixels."""
    if side == 1:
        shares = rng.binomial(len(right), right.mean(), REPLICATES) / len(right)
    else:
        block = np.unique(pixels // side, axis=0, return_inverse=True)[1].ravel()
        sums, sizes = np.bincount(block, right), np.bincount(block)
        draws = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), REPLICATES)
        shares = (draws @ sums) / (draws @ sizes)
    low, high = np.percentile(shares, [2.5, 97.5])
    return float(low), float(high)


def run(
    setting: tuple[int, int, int, str, float, float], rng: np.random.Generator, outcomes: dict[str, list[float]]
) -> None:
    side, fields, classes, length, accuracy, apart = setting
    accuracies = accuracy + (1 - accuracy) * np.linspace(-apart, apart, classes)
    parcels, kinds, test = scene(side, fields, classes, length, rng)
    groups = None
    if length in {"sites", "lines"}:
        kinds, groups = rng.integers(0, classes, kinds.shape), parcels + 1
    shared = error_field(parcels, length, rng)
    truth, maps = kinds + 1, {}
    for name in ("a", "b"):
        errors = np.sqrt(0.5) * (shared + error_field(parcels, length, rng))
        maps[name] = np.where(errors < ndtri(accuracies)[kinds], truth, (kinds + 1) % classes + 1)
    split = Split(np.where(test, Role.TEST, Role.UNUSED).astype(np.uint8), WINDOW, "fixed", 0, {}, False, groups=groups)
    legend = tuple(LandCover(kind + 1, str(kind), (0, 0, 0)) for kind in range(classes))
    expected = np.zeros((classes, classes))
    for kind, size in enumerate(np.bincount(kinds[test], minlength=classes)):
        expected[kind, kind] = size * accuracies[kind]
        expected[kind, (kind + 1) % classes] = size * (1 - accuracies[kind])
    true = {name: float(value) for name, value in summaries(expected).items()}

    def hold(name: str, low: float | None, high: float | None, value: float) -> None:
        if low is not None and high is not None:
            outcomes[name].append(low <= value <= high)

    right, pixels = (maps["a"] == truth)[test], np.argwhere(test)
    hold("pixels", *percentiles(right, pixels, 1, rng), true["oa"])
    hold("2 windows", *percentiles(right, pixels, 2 * WINDOW, rng), true["oa"])
    found = hsclass.evaluate(maps["a"], truth, split, legend).as_dict()
    for name, value in true.items():
        hold(name, found[f"{name}_low"], found[f"{name}_high"], value)
    outcomes["fields"].append(found["interval"]["effective_fields"])
    if found["oa_low"] is not None:
        outcomes["width"].append(found["oa_high"] - found["oa_low"])
    for name, values in (("producers", producers_accuracy(expected)), ("users", users_accuracy(expected))):
        for row, value in zip(found["classes"], values, strict=True):
            hold(name, row[f"{name}_low"], row[f"{name}_high"], value)
            if name == "producers":
                outcomes["none"].append(row[f"{name}_low"] is None)
    (pair,) = hsclass.compare(maps, truth, split).pairs
    hold("diff", pair.low, pair.high, 0)
    outcomes["mcnemar"].append(pair.mcnemar_p < 0.05)
    outcomes["t-test"].append(pair.p < 0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--sides", type=int, nargs="*", default=[80, 145, 290], help="of the scenes")
    parser.add_argument(
        "--lengths", nargs="*", default=["0", "2", "5", "10", "fields", "sites", "lines"], help="of the correlation"
    )
    options = parser.parse_args()
    runs = options.runs
    print("| scene | accuracy | classes | length | " + " | ".join(COLUMNS) + " |")
    print("|---" * (4 + len(COLUMNS)) + "|")
    for setting in [each for each in SETTINGS if each[0] in options.sides and each[3] in options.lengths]:
        rng, outcomes = np.random.default_rng(0), defaultdict[str, list[float]](list)
        for _ in range(runs):
            run(setting, rng, outcomes)
        side, _, _, length, accuracy, apart = setting
        mean = {name: float(np.mean(values)) for name, values in outcomes.items()}
        digits = {"width": 2, "fields": 1}
        shown = [f"{mean[name]:.{digits[name]}f}" if name in digits else f"{100 * mean[name]:.0f}" for name in COLUMNS]
        first = (str(side), str(accuracy), "unequal" if apart else "equal", length)
        print("| " + " | ".join([*first, *shown]) + " |", flush=True)


if __name__ == "__main__":
    main()
