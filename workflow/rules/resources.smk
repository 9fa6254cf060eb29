# What each job asks for, from the size of its scene or its images and the work of its run: more on each retry.

from hsclass.planning.image_needs import ImageNeeds
from hsclass.planning.needs import Needs

NEEDS = ImageNeeds(EXPERIMENT) if EXPERIMENT.samples == "images" else Needs(EXPERIMENT)


def memory(stage):
    """Megabytes of a job of that stage."""
    return lambda wildcards, attempt: NEEDS.memory(stage, dict(wildcards.items()), attempt)


def minutes(stage):
    """Minutes that a job of that stage may take."""
    return lambda wildcards, attempt: NEEDS.minutes(stage, dict(wildcards.items()), attempt)


def disk(stage):
    """Megabytes that a job of that stage may write."""
    return lambda wildcards: NEEDS.disk(stage, dict(wildcards.items()))


def model_threads(wildcards):
    """Convolutions gain from a second thread; the other models are better off with a job beside them."""
    return 2 if model_class(kind("models", wildcards.model)).parallel else 1
