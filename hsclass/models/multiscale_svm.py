"""Multi-scale convolutional support vector machine."""

import logging
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, PositiveInt, field_validator
from threadpoolctl import threadpool_limits

from hsclass.cost import READ, Cost, Task
from hsclass.errors import UsageError
from hsclass.models.array_file import read_arrays, write_arrays
from hsclass.models.classifier import Classifier, FitReport, ModelOptions, Sample
from hsclass.models.estimator_file import read_estimator, write_estimator
from hsclass.models.multiscale_filters import FilterBank, learn_bank, pooled_maps
from hsclass.models.spectra import check_training
from hsclass.models.svm_values import softmax_scores
from hsclass.space import Choice, Range, search_space

_LOG = logging.getLogger(__name__)

FILTERS_FILE = "filters.npz"
MACHINE_FILE = "machine.skops"


class MultiscaleSvmOptions(ModelOptions):
    """Options of the multi-scale convolutional support vector machine."""

    scales: tuple[PositiveInt, ...] = Field(
        (1, 3, 5, 7), min_length=1, description="sides [pixels], odd, of the windows; none wider than the window"
    )
    side: PositiveInt = Field(3, description="of the filters [pixels], odd; a smaller scale has filters of its size")
    machines: int = Field(4, ge=1, description="linear machines per scale; each gives one filter per class")
    samples: int = Field(500, ge=2, description="maximum number of windows that a linear machine learns from")
    filter_c: float = Field(1e-4, gt=0, description="cost of a training error of the linear machines")
    pooling: Literal["max", "mean"] = Field("max", description="over the places of a filter in the window")
    c: float = Field(10.0, gt=0, description="cost of a training error of the last machine")

    @field_validator("scales", "side")
    @classmethod
    def _odd(cls, value: Any) -> Any:
        if any(number % 2 == 0 for number in (value if isinstance(value, tuple) else (value,))):
            raise ValueError("a side must be odd, so that a window has a centre pixel")
        return value


class MultiscaleSvm(Classifier):
    """Support vector machine on filters that linear support vector machines learned at several scales.

    For each scale, a window of that side around the pixel, linear support vector machines learn to separate the classes
    from sub-windows drawn at random from the windows of the training pixels; their weights are the filters of a
    convolution. The rectified responses are pooled over the window, the features of all scales put side by side,
    standardised, and classified by a machine with a radial basis function. Its probabilities are the softmax of its
    decision values, not calibrated.

    Cavallaro et al. describe the classification of whole images; chosen here, because single pixels are classified
    from windows of a few: one convolution layer, pooling over the whole window, one last machine on the features of all
    scales in place of an ensemble of one network a scale, and offsets that make a filter's mean response zero, because
    a machine of one class against many has one that rectification would leave nothing of.

    References
    ----------
    G. Cavallaro, Y. Bazi, F. Melgani, M. Riedel: Multi-Scale Convolutional SVM Networks for Multi-Class Classification
    Problems of Remote Sensing Images. IGARSS 2019, 875-878.
    Y. Bazi, F. Melgani: Convolutional SVM Networks for Object Detection in UAV Imagery. IEEE Transactions on Geoscience
    and Remote Sensing 56 (2018), 3107-3118.
    """

    Options = MultiscaleSvmOptions
    takes = "windows"
    space = search_space(
        scales=Choice(choices=((1, 3), (1, 5), (1, 3, 5), (1, 3, 5, 7), (1, 5, 9))),
        side=Choice(choices=(1, 3, 5)),
        machines=Range(low=1, high=8),
        filter_c=Range(low=1e-6, high=1e-2, log=True),
        pooling=Choice(choices=("max", "mean")),
        c=Range(low=0.1, high=1e4, log=True),
    )

    @classmethod
    def check(cls, options: Any, *, window: int, n_features: int) -> None:
        """Raise UsageError where a scale is wider than the window that the split keeps apart."""
        del n_features
        if max(options.scales) > window:
            raise UsageError(
                f"model multiscale_svm: option 'scales' holds {max(options.scales)}, wider than the window of {window};"
                f" set window to {max(options.scales)} or more, or take scales up to {window}"
            )

    @property
    def reach(self) -> int:
        """Half of the widest scale."""
        return max(self.options.scales) // 2

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        filters = options.machines * task.classes
        sample = sum(
            float((scale - min(options.side, scale) + 1) ** 2 * min(options.side, scale) ** 2) * task.features * filters
            for scale in options.scales
        )
        responses = filters * len(options.scales)
        return Cost(
            train=task.train * (sample + task.train * responses)
            + READ * len(options.scales) * filters * options.samples * options.side**2 * task.features,
            predict=float(task.predict) * (sample + task.train * responses),
            train_bytes=8.0 * task.train * responses,
        )

    def build(self, seed: int) -> Any:
        """Return the unfitted last machine."""
        from sklearn.svm import SVC

        return SVC(C=self.options.c, break_ties=True, random_state=seed)

    def fit(self, cube: np.ndarray, train: Sample, validation: Sample, *, seed: int) -> FitReport:
        """Learn filters and machine from the windows of the training pixels; `validation` is not used."""
        check_training(cube[train.places[:, 0], train.places[:, 1]])
        options, rng = self.options, np.random.default_rng(seed)
        with threadpool_limits(self.threads):
            self.banks_ = []
            for scale in options.scales:
                _LOG.info("filters of scale %d", scale)
                bank = learn_bank(
                    cube, train.places, train.targets, scale=scale, side=min(options.side, scale),
                    machines=options.machines, samples=options.samples, cost=options.filter_c, rng=rng,
                )  # fmt: skip
                self.banks_.append(bank)
            features = np.empty((len(train), sum(bank.weights.shape[3] for bank in self.banks_)), np.float32)
            for here, maps in pooled_maps(cube, self.banks_, train.places, pooling=options.pooling):
                features[here] = maps
            self.offset_, spread = features.mean(axis=0), features.std(axis=0)
            self.scale_ = np.where(spread > 0, spread, np.float32(1))
            _LOG.info("%d windows of %d filter responses", len(train), features.shape[1])
            self.estimator_ = self.build(seed).fit((features - self.offset_) / self.scale_, train.targets)
        return FitReport(facts=self.facts())

    def predict_proba(self, cube: np.ndarray, pixels: np.ndarray) -> np.ndarray:
        """Return probabilities, shape (n, n_classes); a class that training did not hold gets 0."""
        probabilities = np.zeros((len(pixels), self.n_classes), np.float32)
        with threadpool_limits(self.threads):
            for here, features in pooled_maps(cube, self.banks_, pixels, pooling=self.options.pooling):
                scores = softmax_scores(self.estimator_, (features - self.offset_) / self.scale_)
                probabilities[np.ix_(here, self.estimator_.classes_)] = scores
        return probabilities

    def save(self, folder: Path) -> None:
        """Write filters as plain arrays and the last machine in skops' format."""
        arrays = {"offset": self.offset_, "scale": self.scale_}
        for number, bank in enumerate(self.banks_):
            arrays |= {f"weights_{number}": bank.weights, f"offsets_{number}": bank.offsets}
        write_arrays(folder / FILTERS_FILE, **arrays)
        write_estimator(self.estimator_, folder / MACHINE_FILE)

    def load(self, folder: Path) -> None:
        """Read filters and machine."""
        options = self.options
        sides = [min(options.side, scale) for scale in options.scales]
        layout: dict[str, tuple[str, tuple[int | None, ...]]] = {"offset": ("f4", (None,)), "scale": ("f4", (None,))}
        for number, side in enumerate(sides):
            layout[f"weights_{number}"] = ("f4", (side, side, self.n_features, None))
            layout[f"offsets_{number}"] = ("f4", (None,))
        arrays = read_arrays(folder / FILTERS_FILE, layout)
        self.offset_, self.scale_ = arrays["offset"], arrays["scale"]
        self.banks_ = [
            FilterBank(scale, arrays[f"weights_{number}"], arrays[f"offsets_{number}"])
            for number, scale in enumerate(options.scales)
        ]
        total = sum(bank.weights.shape[3] for bank in self.banks_)
        exact = {"offset": ("f4", (total,)), "scale": ("f4", (total,))}
        exact |= {f"offsets_{n}": ("f4", bank.weights.shape[3:]) for n, bank in enumerate(self.banks_)}
        read_arrays(folder / FILTERS_FILE, exact)
        self.estimator_ = read_estimator(
            folder / MACHINE_FILE, type(self.build(0)), n_features=total, n_classes=self.n_classes
        )

    def facts(self) -> dict[str, str]:
        """Return the hyper-parameters in words."""
        options = self.options
        sides = ", ".join(f"{min(options.side, scale)} in {scale}" for scale in options.scales)
        return {
            "filters in windows (sides, pixels)": sides,
            "filters": str(sum(bank.weights.shape[3] for bank in self.banks_)),
            "linear machines a scale": f"{options.machines}, each of at most {options.samples} windows",
            "C of the linear machines": f"{options.filter_c:g}",
            "pooling": options.pooling,
            "last machine": f"radial basis function, C {options.c:g}",
        }
