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
