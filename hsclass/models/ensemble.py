"""Decisions from the calibrated, averaged and smoothed probabilities of one model or of several."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from hsclass.cost import READ, Cost, Task
from hsclass.errors import UsageError
from hsclass.features.extractor import total_reach
from hsclass.memory import MAP_MEMORY
from hsclass.models.array_file import read_arrays, write_arrays
from hsclass.models.calibration import Calibrator, ProbabilityCalibration, fit_calibration, held_out_folds
from hsclass.models.classifier import Classifier, FitReport, ModelOptions, Sample
from hsclass.models.estimator_file import check_seen
from hsclass.models.members import Members, Spec, built, parsed, resolved
from hsclass.models.smoothing import (
    COMPONENTS,
    RADIUS,
    SEGMENT_BYTES,
    Guide,
    Smoothing,
    fit_guide,
    segment_means,
    segments,
    window_means,
)
from hsclass.samples.neighbours import within
from hsclass.space import Choice, Range, search_space

_LOG = logging.getLogger(__name__)

FILE = "ensemble.npz"
_ROWS = 64  # of a scene, whose single pixels are predicted at a time


class EnsembleOptions(ModelOptions):
    """Options of an ensemble."""

    members: Members = Field(
        ({"model": "lda"}, {"model": "svm"}, {"model": "logistic"}), min_length=1, validate_default=True,
        description="one model or several: names, or 'model: NAME' with the options of each",
    )  # fmt: skip
    seeds: int = Field(1, ge=1, description="times that each member is trained, with another seed each time")
    calibrate: Calibrator | None = Field(
        "temperature", description="correct each member's probabilities on training fields held out; null: do not"
    )
    calibration_folds: int = Field(5, ge=2, description="folds that 'calibrate' deals the training fields to")
    smooth: Smoothing | None = Field(
        "mean", description="mean of the probabilities over windows, or over segments of the whole scene; null: none"
    )
    size: int = Field(5, ge=3, description="side [pixels], odd, of the windows of mean")
    least: int = Field(50, ge=2, description="pixels of the smallest of segments")

    @field_validator("members")
    @classmethod
    def _resolve(cls, members: tuple[Spec, ...], info: ValidationInfo) -> tuple[Spec, ...]:
        normalization = info.data.get("normalization", "standard")
        return tuple(resolved(spec, normalization, number) for number, spec in enumerate(members, 1))

    @field_validator("size")
    @classmethod
    def _odd(cls, size: int) -> int:
        if size % 2 == 0:
            raise ValueError("it must be odd, so that a window has a centre pixel")
        return size

    @property
    def radius(self) -> int | None:
        """How far [pixels] smoothing looks; None: without bound."""
        if self.smooth == "segments":
            return None
        return self.size // 2 if self.smooth else 0


class Ensemble(Classifier):
    """Ensemble: mean of the members' calibrated probabilities, smoothed over windows or segments.

    Members learn from the same training samples and features. The probabilities of one are averaged over its seeds.
    Calibration (`hsclass.models.calibration`) is fitted on training fields that the member, trained anew without them,
    has not seen. Smoothing (`hsclass.models.smoothing`) averages decisions where a feature such as `bilateral` averages
    spectra; it adds its radius to the receptive field, which has no bound with segments.

    References
    ----------
    Lakshminarayanan, B., Pritzel, A., Blundell, C. (2017). Simple and Scalable Predictive Uncertainty Estimation using
    Deep Ensembles. NeurIPS.
    Schindler, K. (2012). An Overview and Comparison of Smooth Labeling Methods for Land-Cover Classification. IEEE
    Transactions on Geoscience and Remote Sensing 50, 4534-4545.
    Felzenszwalb, P. F., Huttenlocher, D. P. (2004). Efficient Graph-Based Image Segmentation. International Journal of
    Computer Vision 59, 167-181.
    """

    Options = EnsembleOptions
    takes = "windows"
    space = search_space(
        calibrate=Choice(choices=(None, "temperature", "isotonic")),
        smooth=Choice(choices=(None, "mean")),
        size=Range(low=3, high=9, step=2),
    )

    @classmethod
    def check(cls, options: Any, *, window: int, n_features: int) -> None:
        """Raise UsageError where a member does not fit, or members and smoothing look beyond the window."""
        members = [built(spec, window=window, n_features=n_features, n_classes=2) for spec in options.members]
        inner = max(member.reach or 0 for member in members)
        reach = inner + (options.radius or 0)
        if options.radius and reach > window // 2:
            raise UsageError(
                f"model ensemble: looks {reach} pixels far, {inner} by its members and {options.radius} by option"
                f" 'size' of {options.size}, beyond the window of {window}; set window to {2 * reach + 1} or more, or a"
                " smaller 'size'"
            )

    @classmethod
    def settle(cls, options: Any, centres: np.ndarray | None) -> Any:
        """Return the options with those of each member settled."""
        members = []
        for spec in options.members:
            family, own = parsed(spec)
            members.append({"model": spec["model"], **family.settle(own, centres).model_dump(mode="json")})
        return options.model_copy(update={"members": tuple(members)})

    @classmethod
    def runs_keras(cls, options: Any) -> bool:
        """Return whether a member is a Keras network."""
        return any(family.runs_keras(own) for family, own in map(parsed, options.members))

    @classmethod
    def bounded(cls, options: Any) -> bool:
        """Return whether smoothing is over windows."""
        return options.radius is not None

    @classmethod
    def map_bytes(cls, options: Any) -> float:
        """Return the bytes of a pixel that segments take."""
        return SEGMENT_BYTES if options.smooth == "segments" else 0.0

    @classmethod
    def cost(cls, options: Any, task: Task) -> Cost:
        """Return what training and prediction cost, at most."""
        costs = [family.cost(own, task) for family, own in map(parsed, options.members)]
        trainings = options.seeds + (options.calibration_folds if options.calibrate else 0)
        segmented = 5 * COMPONENTS * (2 * RADIUS + 1) ** 2
        smoothing = READ * task.classes * bool(options.smooth) + segmented * (options.smooth == "segments")
        return Cost(
            train=trainings * sum(cost.train for cost in costs),
            predict=options.seeds * sum(cost.predict for cost in costs) + float(task.predict) * smoothing,
            parameters=options.seeds * sum(cost.parameters for cost in costs),
            train_bytes=options.seeds * sum(cost.train_bytes for cost in costs),
            predict_bytes=options.seeds * sum(cost.predict_bytes for cost in costs),
            prepared=any(cost.prepared for cost in costs),
        )

    @property
    def reach(self) -> int | None:
        """How far [pixels] the farthest-looking member and smoothing look together; None: without bound."""
        return total_reach(max(member.reach or 0 for member in self._new_members()), self.options.radius)

    def _new_members(self) -> list[Classifier]:
        sizes = {"window": self.window, "n_features": self.n_features, "n_classes": self.n_classes}
        return [built(spec, **sizes, threads=self.threads) for spec in self.options.members]

    def fit(self, cube: np.ndarray, train: Sample, validation: Sample, *, seed: int) -> FitReport:
        """Learn from the training pixels; `validation` steers the members that use it.

        Raises
        ------
        DataError
            If a member cannot learn from the training pixels, there are too few fields to calibrate on, or too few
            adjacent pixels for the noise that guides segments.
        """
        options = self.options
        self.seen_ = np.unique(train.targets)
        self.guide_ = fit_guide(cube, train) if options.smooth == "segments" else None
        self.calibrations_, self.members_, reports = [], [], []
        for number, spec in enumerate(options.members):
            _LOG.info("member %d of %d: %s", number + 1, len(options.members), spec["model"])
            self.calibrations_.append(self._calibrate(number, cube, train, validation, seed=seed))
            for copy in range(options.seeds):
                member = self._new_members()[number]
                reports.append(member.fit(cube, train, validation, seed=seed * options.seeds + copy))
                self.members_.append(member)
        return self._report(reports)

    def _calibrate(
        self, number: int, cube: np.ndarray, train: Sample, validation: Sample, *, seed: int
    ) -> ProbabilityCalibration:
        how = self.options.calibrate
        if how is None:
            return ProbabilityCalibration.none()
        found, targets = [], []
        folds = held_out_folds(
            train, cube.shape[:2], window=self.window, folds=self.options.calibration_folds, seed=seed
        )
        for part, held in folds:
            member = self._new_members()[number]
            member.fit(cube, part, validation, seed=seed)
            found.append(member.predict_proba(cube, held.places))
            targets.append(held.targets)
        return fit_calibration(how, np.concatenate(found), np.concatenate(targets))

    def _mean(self, predicted: Callable[[Classifier], np.ndarray]) -> np.ndarray:
        """Return the mean of the members' calibrated probabilities, shape (…, classes)."""
        total: Any = 0
        for number, member in enumerate(self.members_):
            member.threads = self.threads  # which may have changed
            total += self._of_seen(self.calibrations_[number // self.options.seeds](predicted(member)))
        return total / np.float32(len(self.members_))

    def _at(self, cube: np.ndarray, places: np.ndarray) -> np.ndarray:
        return self._mean(lambda member: member.predict_proba(cube, places))

    def _of_seen(self, probabilities: np.ndarray) -> np.ndarray:
        """Set classes that training did not hold to 0."""
        found = np.zeros_like(probabilities)
        found[..., self.seen_] = probabilities[..., self.seen_]
        return found / found.sum(axis=-1, keepdims=True)

    def _smoothed(self, found: np.ndarray, cube: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
        mask = np.ones(found.shape[:2], bool) if mask is None else mask
        if self.guide_ is None:
            smooth = window_means(found, mask, self.options.radius)
        else:
            smooth = segment_means(found, segments(self.guide_(cube), self.options.least), mask)
        return self._of_seen(np.maximum(smooth, 0))  # running sums may end a hair below

    def predict_proba(self, cube: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Return probabilities, shape (n, n_classes); all pixels around them count as data in smoothing."""
        if not self.options.smooth:
            return self._at(cube, places)
        radius = self.options.radius
        if radius is None:
            return self.predict_map(cube)[tuple(places.T)]
        found = np.empty((len(places), self.n_classes), np.float32)
        for top in range(0, len(cube), _ROWS):
            asked = (places[:, 0] >= top) & (places[:, 0] < top + _ROWS)
            if not asked.any():
                continue
            first = np.maximum(places[asked].min(axis=0) - radius, 0)
            last = places[asked].max(axis=0) + radius + 1
            part = cube[first[0] : last[0], first[1] : last[1]]
            here = tuple((places[asked] - first).T)
            marked = np.zeros(part.shape[:2], bool)
            marked[here] = True
            needed = np.argwhere(within(marked, radius))
            raster = np.zeros((*part.shape[:2], self.n_classes), np.float32)
            raster[..., self.seen_] = 1  # of pixels in no window that is asked for
            raster[tuple(needed.T)] = self._at(cube, needed + first)
            found[asked] = self._smoothed(raster, part, None)[here]
        return found

    def predict_map(
        self,
        cube: np.ndarray,
        rows: slice | None = None,
        *,
        mask: np.ndarray | None = None,
        memory: float = MAP_MEMORY,
    ) -> np.ndarray:
        """Return class probabilities of every pixel; those without data count in no mean of the smoothing."""
        rows = rows or slice(0, len(cube))
        radius = len(cube) if self.options.radius is None else self.options.radius
        wide = slice(max(0, rows.start - radius), min(len(cube), rows.stop + radius))
        found = self._mean(lambda member: member.predict_map(cube, wide, mask=mask, memory=memory))
        if not self.options.smooth:
            return found
        smooth = self._smoothed(found, cube[wide], None if mask is None else mask[wide])
        return smooth[rows.start - wide.start : rows.stop - wide.start]

    def save(self, folder: Path) -> None:
        """Write what is the ensemble's own as plain arrays, and each member into a folder of its own."""
        arrays: dict[str, np.ndarray] = {"seen": self.seen_.astype(np.int32)}
        for number, calibration in enumerate(self.calibrations_):
            arrays |= {f"{name}_{number}": value for name, value in calibration.as_arrays().items()}
        if self.guide_ is not None:
            arrays |= self.guide_.as_arrays()
        write_arrays(folder / FILE, **arrays)
        for number, member in enumerate(self.members_):
            own = folder / f"member-{number}"
            own.mkdir()
            member.save(own)

    def load(self, folder: Path) -> None:
        """Read what `save` wrote; nothing in the files is executed."""
        count = len(self.options.members)
        layout: dict[str, tuple[str, tuple[int | None, ...]]] = {"seen": ("i4", (None,))}
        for number in range(count):
            layout |= {f"{name}_{number}": form for name, form in ProbabilityCalibration.LAYOUT.items()}
        if self.options.smooth == "segments":
            layout |= {"mean": ("f8", (self.n_features,)), "components": ("f8", (None, self.n_features))}
        arrays = read_arrays(folder / FILE, layout)
        check_seen(arrays["seen"], self.n_classes, folder / FILE)
        self.seen_ = arrays["seen"]
        self.calibrations_ = [
            ProbabilityCalibration.from_arrays(
                {name: arrays[f"{name}_{number}"] for name in ProbabilityCalibration.LAYOUT}, folder / FILE
            )
            for number in range(count)
        ]
        self.guide_ = Guide(arrays["mean"], arrays["components"]) if "mean" in arrays else None
        self.members_ = [
            self._new_members()[number // self.options.seeds] for number in range(count * self.options.seeds)
        ]
        for number, member in enumerate(self.members_):
            member.load(folder / f"member-{number}")

    def _report(self, reports: list[FitReport]) -> FitReport:
        """Sum up the members' reports."""
        options = self.options
        names = [spec["model"] for spec in options.members]
        facts = {"members": ", ".join(names)}
        if options.seeds > 1:
            facts["seeds of each member"] = str(options.seeds)
        if options.calibrate == "temperature":
            facts["temperatures"] = ", ".join(
                f"{name} {calibration.temperature:.3g}"
                for name, calibration in zip(names, self.calibrations_, strict=True)
            )
        elif options.calibrate:
            facts["calibration"] = options.calibrate
        if options.smooth == "segments":
            facts["smoothing"] = f"mean of segments of {options.least} pixels or more"
        elif options.smooth:
            facts["smoothing"] = f"mean of {options.size} x {options.size} pixels"
        counts = [report.parameters for report in reports if report.parameters is not None]
        notes = [
            f"member {names[number // options.seeds]}: {note}"
            for number, report in enumerate(reports)
            for note in report.notes
        ]
        return FitReport(
            facts=facts,
            parameters=sum(counts) if counts else None,
            backend=next((report.backend for report in reports if report.backend), None),
            device=next((report.device for report in reports if report.device != "CPU"), "CPU"),
            notes=notes,
        )
