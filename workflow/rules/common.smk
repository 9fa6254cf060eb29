# The experiment, checked before any job starts, and what the rules ask of it.

import json
import shlex

from snakemake.exceptions import WorkflowError

from hsclass.datasets import descriptor_file
from hsclass.errors import HsclassError
from hsclass.experiment import Experiment
from hsclass.models import model_class
from hsclass.sources import stage_digest

try:
    EXPERIMENT = Experiment(config)
except HsclassError as error:
    raise WorkflowError(str(error)) from None


wildcard_constraints:
    scene="[^/]+",
    split="[^/]+",
    seed=r"\d+",
    features="[^/]+",
    model="[^/]+",


def settings(dimension, name, flag="--set"):
    """The options that the experiment file gives an entry, as arguments of its command."""
    given = EXPERIMENT.given_options(dimension, name)
    return " ".join(f"{flag} {shlex.quote(f'{key}={json.dumps(value)}')}" for key, value in sorted(given.items()))


def kind(dimension, name):
    """What an entry is: the data set, sampler, extractor or model behind its name."""
    return getattr(EXPERIMENT, dimension)[name].kind


def dataset_kind(wildcards):
    """The data set's name in the catalogue, or its descriptor file."""
    names = {EXPERIMENT.descriptors[name].name: entry.kind for name, entry in EXPERIMENT.scenes.items()}
    return names[wildcards.dataset]


def scene_source(wildcards):
    """What the fetch stage leaves of the data set behind a scene."""
    return f"data/{EXPERIMENT.descriptors[wildcards.scene].name}/source.json"


def fetch_digest(wildcards):
    return stage_digest("fetch", descriptor=descriptor_file(dataset_kind(wildcards)))


def scene_digest(wildcards):
    return stage_digest("scene", descriptor=descriptor_file(kind("scenes", wildcards.scene)))


def train_digest(wildcards):
    return stage_digest(
        "train",
        features=kind("features", wildcards.features),
        model=kind("models", wildcards.model),
    )


def predict_digest(wildcards):
    return stage_digest(
        "predict",
        features=kind("features", wildcards.features),
        model=kind("models", wildcards.model),
    )


def model_threads(wildcards):
    """Convolutions gain from a second thread; the other models are better off with a job beside them."""
    return 2 if model_class(kind("models", wildcards.model)).parallel else 1


def model_memory(wildcards, attempt):
    """Megabytes: what TensorFlow takes for itself is most of a network's; half as much again on each retry."""
    return int((4000 if model_class(kind("models", wildcards.model)).network else 1500) * (1 + 0.5 * (attempt - 1)))


def run_files(pattern):
    """The file of that name in the folder of every run."""
    return [f"{run.folder}/{pattern}" for run in EXPERIMENT.runs()]


def split_files(pattern):
    """The file of that name in the folder of every split."""
    return sorted({f"{run.split_folder}/{pattern}" for run in EXPERIMENT.runs()})
