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
if CONDA and not Path.cwd().samefile(workflow.basedir):
    raise WorkflowError(
        f"--sdm conda: the working folder is {Path.cwd()}; expected that of the Snakefile, {workflow.basedir}, whose hsclass"
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


# Files that rules read.


def copied_split(wildcards):
    """The split that a matched split has test pixels and counts of; no file for every other split."""
    other = EXPERIMENT.copied_split(wildcards.split)
    return [SPLIT_FILES["split"].format(scene=wildcards.scene, split=other, seed=wildcards.seed)] if other else []


def features_file(wildcards):
    """The features of a set of images that a model takes; no file for a model of images, nor for pixels."""
    there = not PIXELS and wildcards.features != RAW
    return [f"results/{wildcards.scene}/features/{wildcards.features}.npz"] if there else []


def parts_of(files):
    """The same files of all parts of a map."""
    folder = f"{RUN}/tiles/".replace("{", "{{").replace("}", "}}")
    return {name: gather.tiles(f"{folder}{{scatteritem}}/{file}") for name, file in files.items()}


def worker_files(wildcards):
    """What the jobs that share a search leave."""
    workers = range(EXPERIMENT.models[wildcards.model].search.workers)
    return [f"{RUN}/tuned/worker-{worker}.json".format(**wildcards) for worker in workers]


def tuned_files(wildcards):
    """The winners of the search of a model; no file for a model that is not searched."""
    searched = EXPERIMENT.models[wildcards.model].search
    return [f"{RUN}/tuned/{name}.yaml".format(**wildcards) for name in ("best", "features")] if searched else []


def runs_of_split(wildcards, split=None):
    """The runs of a split, all its seeds; of the one that the wildcards name, or of another."""
    seeds = EXPERIMENT.plan.seeds
    return [run for seed in seeds for run in EXPERIMENT.split_runs(wildcards.scene, split or wildcards.split, seed)]


def other_runs(wildcards):
    """The runs of the splits that a matched split is compared with, one split after the other; none for others."""
    return [run for other in EXPERIMENT.compared_with(wildcards.split) for run in runs_of_split(wildcards, other)]


def split_files_of(runs):
    """The split of every seed, in their order."""
    return list(dict.fromkeys(f"{run.split_folder}/{Path(SPLIT_FILES['split']).name}" for run in runs))


def prediction_files(runs):
    return [f"{run.folder}/{PREDICTION['prediction']}" for run in runs]


def compared(runs):
    """The predictions of all models, as arguments of `hsclass compare`."""
    return [f"{run.features}/{run.model}={file}" for run, file in zip(runs, prediction_files(runs))]


def other_split(wildcards, input):
    """The same models under other splits, as options of `hsclass compare`."""
    given = repeated("--against", compared(other_runs(wildcards)))
    names = repeated("--against-name", EXPERIMENT.compared_with(wildcards.split))
    return " ".join([*given, *repeated("--against-split", input.other_splits), *names])


def repeated(flag, files):
    return [f"{flag} {shlex.quote(str(file))}" for file in files]


def comparisons(wildcards):
    """The comparison of the models under every split, over all its seeds."""
    folder = f"reports/{wildcards.experiment}/comparison"
    return sorted({f"{folder}/{run.scene}/{run.split}.json" for run in EXPERIMENT.runs()})


def of_runs(pattern, folder="folder"):
    """The file of that name in the folder of every run, or in that of every split or scene."""
    return list(dict.fromkeys(f"{getattr(run, folder)}/{pattern}" for run in EXPERIMENT.runs()))


def delivered():
    """The model card of each delivered map, places to label next, a sample of the map, and its assessment."""
    if not PLAN.final:
        return []
    asked = {
        "drawn/suggestions.gpkg": PLAN.final.suggest,
        "drawn/sample.gpkg": PLAN.final.sample,
        "card.json": True,
    }
    return [
        f"results/{scene}/final/{name}"
        for scene in EXPERIMENT.scenes
        for name, wanted in {**asked, "assessment.json": PLAN.final.labelled_sample(scene)}.items()
        if wanted
    ]


def to_fill_in(drawn):
    """The copy of suggestions or of a sample for somebody to write labels into."""
    return Path(drawn).parents[1] / Path(drawn).name


def in_report(page):
    """Where a page about a delivered map stands in Snakemake's report."""
    return {
        "category": "Delivered map",
        "subcategory": "{scene}",
        "caption": "../report/delivered.rst",
        "labels": {"page": page},
    }


def studies():
    """The summaries of all searches."""
    return [f"{run.folder}/tuned/study.json" for run in EXPERIMENT.runs() if EXPERIMENT.models[run.model].search]
