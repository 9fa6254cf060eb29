# What each job asks for, from the sizes of its inputs and the cost of its model and features: more on each retry.

from hsclass.planning.resources import STAGES, JobResources

RESOURCES = JobResources(EXPERIMENT)


def memory(rule):
    """Megabytes of a job of that rule."""
    return lambda wildcards, attempt: RESOURCES.memory(STAGES.get(rule, rule), dict(wildcards.items()), attempt)


def minutes(rule):
    """Minutes that a job of that rule may take."""
    return lambda wildcards, attempt: RESOURCES.minutes(STAGES.get(rule, rule), dict(wildcards.items()), attempt)


def disk(rule):
    """Megabytes that a job of that rule may write."""
    return lambda wildcards: RESOURCES.disk(STAGES.get(rule, rule), dict(wildcards.items()))


def is_parallel(model):
    return model_class(kind("models", model)).parallel


# Two jobs of one thread finish sooner than one after the other with two.
SEVERAL_PARALLEL = sum(is_parallel(run.model) for run in EXPERIMENT.runs()) > 1


def model_threads(wildcards):
    """A second thread for a model that gains from it, where no other such run could use it."""
    return 2 if is_parallel(wildcards.model) and not SEVERAL_PARALLEL else 1


def candidate_threads(wildcards):
    """The same for a job that trains all candidates for the delivered map."""
    return 2 if any(model_class(candidate.model).parallel for candidate in EXPERIMENT.candidates()) else 1


def asks(rule):
    """The same as resources of a rule."""
    return {"mem_mb": memory(rule), "runtime": minutes(rule), "disk_mb": disk(rule)}
