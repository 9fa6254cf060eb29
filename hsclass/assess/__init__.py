"""The evaluate stage: how right a map is on the test pixels of a split, and how sure that is."""

from hsclass.assess.area import adjusted_area
from hsclass.assess.calibration import calibration
from hsclass.assess.comparison import Comparison, Pair, compare_maps
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
from hsclass.assess.evaluation import Evaluation, evaluate
from hsclass.assess.inflation import Estimate, inflation

__all__ = [
    "Comparison",
    "Estimate",
    "Evaluation",
    "Pair",
    "accuracy_by_distance",
    "adjusted_area",
    "average_accuracy",
    "calibration",
    "cohen_kappa",
    "compare_maps",
    "evaluate",
    "f1_scores",
    "inflation",
    "macro_f1",
    "overall_accuracy",
    "producers_accuracy",
    "users_accuracy",
]
