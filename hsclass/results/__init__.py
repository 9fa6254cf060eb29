"""Typed records of what stages write and the report reads, each once, and how they are read and written."""

from hsclass.results.audit import (
    Audit,
    Autocorrelation,
    Caution,
    Distances,
    DuplicatePair,
    Histogram,
    Quantiles,
    WindowShares,
)
from hsclass.results.comparison import Comparison, Gain, Pair
from hsclass.results.experiment import ExperimentRecord, Published, PublishedFigure, RunEntry
from hsclass.results.figures import ClassFigures, Figures, Interval
from hsclass.results.image_set import ImageSetRecord
from hsclass.results.metrics import (
    Area,
    Calibration,
    ClassArea,
    ConfidenceBin,
    DistanceBin,
    Leakage,
    Metrics,
    Mistake,
    Validation,
)  # fmt: skip
from hsclass.results.model import (
    Epoch,
    FittedCounts,
    LegendEntry,
    ModelCard,
    PredictionRecord,
    SplitEntry,
    TrainingRecord,
    read_history,
)  # fmt: skip
from hsclass.results.pooled import FieldFigures, Pooled, Spread
from hsclass.results.record import Figure, Record, as_text, read_record, require_file, write_record
from hsclass.results.search import Asked, Axis, Scored, SearchRecord, TrialRow, read_search

__all__ = [
    "Area", "Asked", "Audit", "Autocorrelation", "Axis", "Calibration", "Caution", "ClassArea", "ClassFigures",
    "Comparison", "ConfidenceBin", "DistanceBin", "Distances", "DuplicatePair", "Epoch", "ExperimentRecord",
    "FieldFigures", "Figure", "Figures", "FittedCounts", "Gain", "Histogram", "ImageSetRecord", "Interval", "Leakage",
    "LegendEntry", "Metrics", "Mistake", "ModelCard", "Pair", "Pooled", "PredictionRecord", "Published",
    "PublishedFigure", "Quantiles", "Record", "RunEntry", "Scored", "SearchRecord", "SplitEntry", "Spread",
    "TrainingRecord", "TrialRow", "Validation", "WindowShares", "as_text", "read_history", "read_record",
    "read_search", "require_file", "write_record",
]  # fmt: skip
