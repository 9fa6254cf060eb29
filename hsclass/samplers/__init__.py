"""Samplers: strategies that assign labelled pixels, or images, to train, validation and test."""

from hsclass.samplers.making import make_folds, make_split
from hsclass.samplers.table import DEFAULT, SAMPLERS, check_counts, sampler_for, sampler_names

__all__ = ["DEFAULT", "SAMPLERS", "check_counts", "make_folds", "make_split", "sampler_for", "sampler_names"]
