"""Typed records of what stages write and the report reads, each once, and how they are read and written."""

from hsclass.results.audit import Audit, DuplicatePair, Histogram, WindowShares
from hsclass.results.comparison import Comparison, Pair
from hsclass.results.experiment import ExperimentRecord, Published, PublishedFigure, RunEntry
from hsclass.results.image_set import ImageSetRecord
from hsclass.results.metrics import (
    Area,
    Calibration,
    ClassArea,
    ClassFigures,
    ConfidenceBin,
    DistanceBin,
    Interval,
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
from hsclass.results.record import Figure, Record, as_text, read_record, require_file, write_record
from hsclass.results.search import Asked, Axis, Scored, SearchRecord, TrialRow, read_search

__all__ = [
    "Area", "Asked", "Audit", "Axis", "Calibration", "ClassArea", "ClassFigures", "Comparison", "ConfidenceBin",
    "DistanceBin", "DuplicatePair", "Epoch", "ExperimentRecord", "Figure", "FittedCounts", "Histogram",
    "ImageSetRecord", "Interval", "Leakage", "LegendEntry", "Metrics", "Mistake", "ModelCard", "Pair",
    "PredictionRecord", "Published", "PublishedFigure", "Record", "RunEntry", "Scored", "SearchRecord",
    "SplitEntry", "TrainingRecord", "TrialRow", "Validation", "WindowShares", "as_text", "read_history", "read_record",
    "read_search", "require_file", "write_record",
]  # fmt: skip
