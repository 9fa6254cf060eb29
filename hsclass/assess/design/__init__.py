"""Accuracy and area from a probability sample drawn after mapping: draw it, label it, estimate from it."""

from hsclass.assess.design.assessment import Assessment, assess_map, read_assessment
from hsclass.assess.design.drawing import ProbabilitySample, draw_sample
from hsclass.assess.design.files import design_file, read_sample, write_sample

__all__ = [
    "Assessment", "ProbabilitySample", "assess_map", "design_file", "draw_sample", "read_assessment", "read_sample",
    "write_sample",
]  # fmt: skip
