# The experiment, checked before any job starts, and what the rules ask of it.

import json
import shlex
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError

from hsclass.choices import DIMENSIONS
from hsclass.datasets import descriptor_file
from hsclass.datasets.edits import edition
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
    worker=r"\d+",


def settings(dimension, name, flag="--set", **files):
    """The options that the experiment file gives an entry, as arguments of its command; `files` replace some."""
    given = {**getattr(EXPERIMENT, dimension)[name].given, **files}
    return " ".join(f"{flag} {shlex.quote(f'{key}={json.dumps(value)}')}" for key, value in sorted(given.items()))


def copied_split(wildcards):
    """The split that a matched random split copies; no file for every other split."""
    other = EXPERIMENT.copied_split(wildcards.split)
    return [f"results/{wildcards.scene}/{other}-{wildcards.seed}/split.tif"] if other else []


def mask_files(wildcards):
    """The published masks that a split is made from."""
    return EXPERIMENT.mask_files(wildcards.split)


def split_settings(wildcards, input):
    """The options of a sampler; that `of` names an entry in the experiment, and a file in its command."""
    return settings("splits", wildcards.split, **({"of": str(input.copied)} if input.copied else {}))


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


def own_data(wildcards):
    """What changes when one of the user's own files behind a data set is edited."""
    return edition(
        next(known for known in EXPERIMENT.descriptors.values() if known.name == wildcards.dataset), Path("data")
    )


def scene_digest(wildcards):
    return stage_digest("scene", descriptor=descriptor_file(kind("scenes", wildcards.scene)))


def used(dimension, name):
    """What an entry runs, with its options: these may name further implementations."""
    entry = getattr(EXPERIMENT, dimension)[name]
    return {DIMENSIONS[dimension]: entry.kind, "options": entry.all_options}


@cache
def code(stage, split=None, features=None, model=None):
    """The digest of a stage's code, once for every pair of features and model."""
    uses = [used(*entry) for entry in (("splits", split), ("features", features), ("models", model)) if entry[1]]
    if split and (other := EXPERIMENT.copied_split(split)):
        uses.append(used("splits", other))
    if stage == "tune":
        uses.append(EXPERIMENT.models[model].search.model_dump())
    return stage_digest(stage, *uses)


def split_digest(wildcards):
    return code("split", split=wildcards.split)


def train_digest(wildcards):
    return code("train", features=wildcards.features, model=wildcards.model)


def predict_digest(wildcards):
    return code("predict", features=wildcards.features, model=wildcards.model)


def tune_digest(wildcards):
    return code("tune", features=wildcards.features, model=wildcards.model)


def tune_settings(wildcards):
    """The options of a search that the experiment file gives, as arguments of its command."""
    given = EXPERIMENT.models[wildcards.model].given_search
    return " ".join(f"--set-search {shlex.quote(f'{key}={json.dumps(value)}')}" for key, value in sorted(given.items()))


def worker_files(wildcards):
    """What the jobs that share a search leave."""
    folder = "results/{scene}/{split}-{seed}/{features}/{model}/tuned".format(**wildcards)
    return [f"{folder}/worker-{worker}.json" for worker in range(EXPERIMENT.models[wildcards.model].search.workers)]


def tuned_files(wildcards):
    """The winners of the search of a model; no file for a model that is not searched."""
    folder = "results/{scene}/{split}-{seed}/{features}/{model}/tuned".format(**wildcards)
    return [f"{folder}/best.yaml", f"{folder}/features.yaml"] if EXPERIMENT.models[wildcards.model].search else []


def given_subject(wildcards):
    """Model, features and the options that the experiment file gives them, as arguments."""
    model, features = wildcards.model, wildcards.features
    return (
        f"--model {kind('models', model)} {settings('models', model)}"
        f" --features {kind('features', features)} {settings('features', features, '--set-feature')}"
    )


def train_subject(wildcards, input):
    """Model, features and their options as arguments: the winners of a search, or what the experiment file gives."""
    if input.tuned:
        return f"--options {input.tuned[0]} --feature-options {input.tuned[1]}"
    return given_subject(wildcards)


def studies():
    """The accounts of all searches."""
    return [f"{run.folder}/tuned/study.json" for run in EXPERIMENT.runs() if EXPERIMENT.models[run.model].search]


def run_files(pattern):
    """The file of that name in the folder of every run."""
    return [f"{run.folder}/{pattern}" for run in EXPERIMENT.runs()]


def split_runs(wildcards):
    """The runs of one split and seed."""
    return EXPERIMENT.split_runs(wildcards.scene, wildcards.split, int(wildcards.seed))


def maps_of_split(wildcards):
    """The maps of all models under one split."""
    return [f"{run.folder}/map.tif" for run in split_runs(wildcards)]


def named_maps(wildcards):
    """The same maps as arguments of `hsclass compare`."""
    return [f"{run.features}/{run.model}={run.folder}/map.tif" for run in split_runs(wildcards)]


def comparisons(wildcards):
    """The comparison of the models under every split, where there are several."""
    several = len(EXPERIMENT.features) * len(EXPERIMENT.models) > 1
    splits = {(run.scene, run.split, run.seed) for run in EXPERIMENT.runs()} if several else set()
    folder = f"reports/{wildcards.experiment}/comparison"
    return sorted(f"{folder}/{scene}/{split}-{seed}.json" for scene, split, seed in splits)


def split_files(pattern):
    """The file of that name in the folder of every split."""
    return sorted({f"{run.split_folder}/{pattern}" for run in EXPERIMENT.runs()})
