# The experiment, checked before any job starts, and what the rules ask of it.

import json
import os
import re
import shlex
from functools import cache
from pathlib import Path

from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError
from snakemake.settings.types import DeploymentMethod
from snakemake.utils import update_config

from hsclass.choices import DIMENSIONS
from hsclass.datasets import descriptor_file
from hsclass.datasets.edits import edition
from hsclass.errors import HsclassError
from hsclass.experiment import Experiment
from hsclass.experiment_paths import placed
from hsclass.installed import PLANNED, installed
from hsclass.launch import workflow_folder
from hsclass.models import model_class
from hsclass.plan import RAW, Final
from hsclass.sources import stage_digest


def experiment_keys():
    """The keys of the experiment: paths in its files count from their folders, those of `--config` from the working folder.

    Snakemake's documentation names no other way to learn which files these are; its own report reads the same list.
    """
    merged, keys = {}, {}
    for file in workflow.configfiles:
        update_config(merged, load_configfile(file))
        update_config(keys, placed(load_configfile(file), Path(file).parent))
    for known in (merged, keys):
        update_config(known, workflow.config_settings.config)
    # The keys of a module are those that the workflow around it gives, which may be part of its own.
    return keys if merged == config else config


KEYS = experiment_keys()

try:
    EXPERIMENT = Experiment(KEYS)
except HsclassError as error:
    raise WorkflowError(str(error)) from None

# Snakemake copies workflow/envs/hsclass.yaml, whose `../..` then is the working folder.
CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
if CONDA and not Path.cwd().samefile(workflow_folder()):
    raise WorkflowError(
        f"--sdm conda: the working folder is {Path.cwd()}; expected that of the Snakefile, {workflow_folder()}, whose hsclass"
        " is installed in the environment; run there, or make the environment by hand, activate it and leave the option out"
    )

# The digests below are of the hsclass that is imported here; each command compares it with the one that it is part of.
os.environ[PLANNED] = installed()

PLAN = EXPERIMENT.plan
PIXELS = EXPERIMENT.samples == "pixels"

# Pixels and images differ in the form of their files alone.
SCENE = "results/{scene}"
SPLIT = f"{SCENE}/{{split}}-{{seed}}"
FINAL = f"{SCENE}/final"
RUN = f"{SPLIT}/{{features}}/{{model}}"
RUN_LOG = "{scene}/{split}-{seed}/{features}-{model}"
SAMPLES, LABELS = (
    f"{SCENE}/{name}" for name in (("cube.tif", "labels.tif") if PIXELS else ("index.json", "index.csv"))
)
SPLIT_FILES = (
    {"split": f"{SPLIT}/split.tif"} if PIXELS else {"split": f"{SPLIT}/split.csv", "about": f"{SPLIT}/split.json"}
)
PREDICTION = (
    {"prediction": "map.tif", "confidence": "confidence.tif", "about": "map.json"}
    if PIXELS
    else {"prediction": "predictions.csv", "about": "predictions.json"}
)
# By category in the report of Snakemake, whose captions are workflow/report/<category>.rst.
REPORT = {
    "page": ("report", "index.html"),
    "table": ("tables", "accuracy.csv"),
    "latex": ("tables", "accuracy.tex"),
    "figures": ("tables", "results.json"),
}


if workflow.modifier.path_modifier.replace_prefix(FINAL) != FINAL:
    raise WorkflowError(
        "module: has 'prefix' or 'replace_prefix'; expected neither, as records of the results name files from the working"
        " folder; run the workflow in a folder of its own (--directory)"
    )


def one_of(names):
    """Those names and no others, as a pattern of a wildcard."""
    return "|".join(re.escape(str(name)) for name in names)


wildcard_constraints:
    experiment=one_of([PLAN.experiment]),
    dataset=one_of(known.name for known in EXPERIMENT.descriptors.values()),
    scene=one_of(EXPERIMENT.scenes),
    split=one_of(EXPERIMENT.splits),
    seed=one_of(PLAN.seeds),
    features=one_of(EXPERIMENT.features),
    model=one_of(EXPERIMENT.models),
    worker=r"\d+",
    fold=r"\d+",


def in_run(files, folder="", flag=lambda path: path):
    """Files by their names, in a folder of each run."""
    return {name: flag(f"{RUN}/{folder}{file}") for name, file in files.items()}


# Entries of the experiment and their options as arguments of commands. Snakemake runs a job again when its params change,
# but leaves out those whose function takes `input`, `output`, `threads` or `resources`: what the experiment file states
# comes from the wildcards alone.


def kind(dimension, name):
    """What an entry is: the data set, sampler, features or model behind its name."""
    return getattr(EXPERIMENT, dimension)[name].kind


def arguments(options, flag="--set"):
    return " ".join(f"{flag} {shlex.quote(f'{key}={json.dumps(value)}')}" for key, value in sorted(options.items()))


def settings(dimension, name, flag="--set"):
    """The options that the experiment file gives an entry."""
    return arguments(getattr(EXPERIMENT, dimension)[name].given, flag)


def fetch_settings(wildcards):
    """A set of images may have lists of the user's own."""
    return "" if PIXELS else settings("scenes", dataset_entry(wildcards))


def split_settings(wildcards):
    """The options of a sampler, without `of`, which names an entry in the experiment and a file in its command."""
    given = EXPERIMENT.splits[wildcards.split].given
    return arguments({key: value for key, value in given.items() if key != "of" or not copied_split(wildcards)})


def copied_argument(wildcards, input):
    return arguments({"of": str(input.copied)}) if input.copied else ""


def given_subject(wildcards):
    """Model, features and the options that the experiment file gives them."""
    model, features = wildcards.model, wildcards.features
    return (
        f"--model {kind('models', model)} {settings('models', model)}"
        f" --features {kind('features', features)} {settings('features', features, '--set-feature')}"
    )


def train_subject(wildcards):
    """Model, features and the options that the experiment file gives them; nothing where a search finds them."""
    return "" if EXPERIMENT.models[wildcards.model].search else given_subject(wildcards)


def train_files(wildcards, input):
    """The winners of a search, and features that were computed before."""
    found = f"--options {input.tuned[0]} --feature-options {input.tuned[1]} " if input.tuned else ""
    return found + features_argument(input)


def features_argument(input):
    return f"--features-file {input.features[0]}" if input.features else ""


def prediction_form(wildcards, input, output):
    """A map with the confidence of its classes, or a table of the test images."""
    return f"--confidence {output.confidence}" if PIXELS else f"--split {input.split} {features_argument(input)}"


def tune_settings(wildcards):
    """The options of a search that the experiment file gives."""
    return arguments(EXPERIMENT.models[wildcards.model].given_search, "--set-search")


def candidates():
    """The candidates for the delivered map, as JSON."""
    return json.dumps([candidate.as_dict() for candidate in EXPERIMENT.candidates()], sort_keys=True)


def final_settings():
    """Window and options of the delivered map."""
    given = PLAN.final.model_dump(mode="json", exclude_defaults=True, include=set(Final.model_fields))
    return f"--window {PLAN.window} {arguments(given)}"


def candidate_gpus(wildcards):
    """GPUs of a job that trains all candidates for the delivered map."""
    networks = any(model_class(candidate.model).network for candidate in EXPERIMENT.candidates())
    return PLAN.training.gpus if networks else 0


def window():
    """Pixels have windows, which a split keeps apart; images have none."""
    return f"--window {PLAN.window}" if PIXELS else ""


# What decides whether a stage runs again: the code of what it runs, and the user's own files.


def dataset_entry(wildcards):
    """The entry of a scene or set of images, by the name that its descriptor gives it."""
    return next(name for name, known in EXPERIMENT.descriptors.items() if known.name == wildcards.dataset)


def own_data(wildcards):
    return edition(EXPERIMENT.descriptors[dataset_entry(wildcards)], Path("data"))


@cache
def data_digest(stage, scene):
    of_images = stage == "scene" and not PIXELS
    return stage_digest("images.scene" if of_images else stage, descriptor=descriptor_file(kind("scenes", scene)))


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
    return stage_digest(f"images.{stage}" if stage == "predict" and not PIXELS else stage, *uses)


@cache
def delivery_code():
    """The digest of the code of all candidates for the delivered map."""
    candidates = [candidate.as_dict() for candidate in EXPERIMENT.candidates()]
    return stage_digest("deliver", *candidates, {"sampler": PLAN.final.sampler})


def run_code(stage):
    return lambda wildcards: code(stage, features=wildcards.features, model=wildcards.model)
