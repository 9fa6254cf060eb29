# On what networks are trained and applied: the key `training:` of the experiment.


def is_network(name):
    return model_class(kind("models", name)).network


def runs_keras(name):
    """A network, or an ensemble of some."""
    return model_class(kind("models", name)).runs_keras(EXPERIMENT.models[name].options)


def several_workers(name):
    return PLAN.training.workers > 1 and model_class(kind("models", name)).several_workers


def gpus(wildcards):
    """GPUs of a job that trains, searches or applies a network."""
    return PLAN.training.gpus if runs_keras(wildcards.model) else 0


def devices(wildcards):
    """The same as arguments of `hsclass train`: what may change the weights."""
    return " ".join(word for word in device_options(wildcards.model) if not is_idle(word))


def idle_devices(wildcards, threads):
    """The others, which train no model again: `auto` is `single` but on a machine with several GPUs."""
    return " ".join(word for word in device_options(wildcards.model) if is_idle(word))


def is_idle(word):
    return word == "--strategy single" or word.startswith("--wait")


def device_options(model):
    given = PLAN.training.model_dump(exclude_defaults=True) if is_network(model) else {}
    if PLAN.training.workers > 1 and not several_workers(model):
        given = {key: value for key, value in given.items() if key == "gpus"}
    return [f"--{key} {value}" for key, value in given.items()]


def all_workers(need):
    """What all workers of a job need together: they may share a machine."""
    return lambda wildcards, attempt: PLAN.training.workers * need(wildcards, attempt)


def cpus_each(wildcards, threads):
    """Processors of one worker: the cores that snakemake may use bound those of all."""
    return max(1, threads // PLAN.training.workers)


def launcher(wildcards, resources):
    """What starts the workers as tasks of this job; nothing where hsclass does, on this machine."""
    started_by = resources.get("mpi", "")
    tasks = f"--ntasks={PLAN.training.workers} --cpus-per-task={resources.cpus_per_task}"
    return f"{started_by} {tasks} " if started_by else ""
