"""The evaluate stage: how accurate a prediction is on the test samples of a split, and how sure that is."""

from hsclass.assess.area import adjusted_area
from hsclass.assess.calibration import calibration
from hsclass.assess.comparison import compare
from hsclass.assess.confusion import (
    average_accuracy,
    cohen_kappa,
    f1_scores,
    macro_f1,
    overall_accuracy,
    producers_accuracy,
    users_accuracy,
)
from hsclass.assess.distance import accuracy_by_distance
from hsclass.assess.evaluation import evaluate
from hsclass.assess.files import compare_files, evaluate_file
from hsclass.assess.optimism import optimism
from hsclass.assess.pooling import pool
from hsclass.assess.reading import align

__all__ = [
    "accuracy_by_distance",
    "adjusted_area",
    "align",
    "average_accuracy",
    "calibration",
    "cohen_kappa",
    "compare",
    "compare_files",
    "evaluate",
    "evaluate_file",
    "f1_scores",
    "macro_f1",
    "optimism",
    "overall_accuracy",
    "pool",
    "producers_accuracy",
    "users_accuracy",
]
