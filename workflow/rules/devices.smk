# On what networks are trained and applied: the key `training:` of the experiment.

TRAINING = EXPERIMENT.plan.training


def is_network(name):
    return model_class(kind("models", name)).network


def several_workers(name):
    return TRAINING.workers > 1 and model_class(kind("models", name)).several_workers


def gpus(wildcards):
    """Cards of a job that trains, searches or applies a network."""
    return TRAINING.gpus if is_network(wildcards.model) else 0


def devices(wildcards):
    """The same as arguments of `hsclass train`."""
    given = TRAINING.model_dump(exclude_defaults=True) if is_network(wildcards.model) else {}
    if TRAINING.workers > 1 and not several_workers(wildcards.model):
        given = {key: value for key, value in given.items() if key == "gpus"}
    return " ".join(f"--{key} {value}" for key, value in given.items())
