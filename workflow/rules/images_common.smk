# What the rules of whole images ask of the experiment.

from hsclass.plan import RAW


def image_source(wildcards):
    """What the fetch stage leaves of a set of images."""
    return f"data/{EXPERIMENT.descriptors[wildcards.scene].name}/source.json"


def set_entry(wildcards):
    """The entry of a set of images, by the name that its descriptor gives it."""
    return next(name for name, known in EXPERIMENT.descriptors.items() if known.name == wildcards.dataset)


def set_kind(wildcards):
    """The set's name in the catalogue, its descriptor file, or its folder."""
    return EXPERIMENT.scenes[set_entry(wildcards)].kind


def set_lists(wildcards):
    """The user's own lists of a set."""
    options = EXPERIMENT.scenes[set_entry(wildcards)].options
    lists = (options.train_list, options.validation_list, options.test_list)
    return [path for path in lists if path]


def set_digest(wildcards):
    return stage_digest("fetch", descriptor=descriptor_file(set_kind(wildcards)))


def image_kind(dimension, name):
    """The sampler or model behind an entry's name."""
    return getattr(EXPERIMENT, dimension)[name].kind


def features_file(wildcards):
    """The features that a model takes; no file for a model of pixels."""
    there = wildcards.features != RAW
    return [f"results/{wildcards.scene}/features/{wildcards.features}.npz"] if there else []


def features_argument(wildcards, input):
    """The same as an argument of the command."""
    return f"--features {input.features[0]}" if input.features else ""


TRAINING = EXPERIMENT.plan.training


def image_gpus(wildcards):
    """Cards of a job that trains or applies a model: networks take pixels."""
    return TRAINING.gpus if wildcards.features == RAW else 0


def image_devices(wildcards):
    """What the experiment says of devices, as arguments of the command."""
    given = TRAINING.model_dump(exclude_defaults=True) if wildcards.features == RAW else {}
    return " ".join(f"--{key} {value}" for key, value in given.items())


def image_digest(stage):
    """The digest of a stage that runs a model."""
    return lambda wildcards: code(stage, features=wildcards.features, model=wildcards.model)


def image_files(pattern, folder="folder"):
    """The file of that name in the folder of every run, or of every split."""
    return sorted({f"{getattr(run, folder)}/{pattern}" for run in EXPERIMENT.runs()})
