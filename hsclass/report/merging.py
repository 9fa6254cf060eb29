"""Several experiments as one: the matrix that holds all their runs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hsclass.assess import compare_files
from hsclass.datasets.readers import open_cube
from hsclass.errors import DataError, UsageError
from hsclass.results import Comparison, ExperimentRecord, RunEntry, read_record
from hsclass.scene import CUBE_FILE, LABELS_FILE

_DIMENSIONS = ("scenes", "images", "splits", "features", "models")


def read_experiments(files: Sequence[Path]) -> ExperimentRecord:
    """Read the records of one or several experiments as one.

    Folders in a record are relative to the current folder or, where they are not there, to the folder in which its
    workflow ran, three levels above `reports/<experiment>/experiment.json`. A run that several records list counts
    once.

    Raises
    ------
    DataError
        If a record is missing or no record, lists no runs, or two scenes of one name hold different data.
    UsageError
        If the records do not fit each other: pixels and images, different windows, or one name for two things.
    """
    records = []
    for file in files:
        record = read_record(ExperimentRecord, file, "experiment")
        if not record.runs:
            raise DataError(f"{file}: lists no runs; expected at least one; check the experiment's lists")
        records.append(_placed(record, file) if len(files) > 1 else record)
    if len(records) == 1:
        return records[0]
    first = records[0]
    for record, file in zip(records[1:], files[1:], strict=True):
        for key in ("samples", "window"):
            one, other = getattr(first, key), getattr(record, key)
            if one != other:
                raise UsageError(
                    f"{file}: its {key} is {other}, that of {files[0]} is {one}; report these experiments apart"
                )
    runs = _united_runs(records)
    _check_scenes(runs)
    return first.model_copy(
        update={
            "experiment": " + ".join(dict.fromkeys(record.experiment for record in records)),
            "seeds": list(dict.fromkeys(seed for record in records for seed in record.seeds)),
            "fractions": first.fractions if all(each.fractions == first.fractions for each in records) else {},
            "published": first.published if all(each.published == first.published for each in records) else None,
            "runs": runs,
            **{key: _united(records, files, key) for key in _DIMENSIONS},
        }
    )


def read_comparisons(experiment: ExperimentRecord, files: Sequence[Path]) -> dict[tuple[str, str], Comparison]:
    """Return the comparisons of the models by the names of scene and split, where there are any.

    Where several experiments share a split, and none of them compared all its models, all are compared anew.
    """
    found = {}
    for key in dict.fromkeys((run.scene, run.split) for run in experiment.runs):
        runs = _in_full(experiment, key)
        written = [file.parent / "comparison" / key[0] / f"{key[1]}.json" for file in files]
        read = {file: read_record(Comparison, file, "compare") for file in written if file.exists()}
        seeds = len({run.seed for run in experiment.runs if (run.scene, run.split) == key})
        whole = [each for each in read.values() if set(each.methods) == set(runs) and each.runs == seeds]
        if len(files) > 1 and not whole and len(runs) > 1:
            found[key] = _compared(experiment, key, runs)
            continue
        for file, comparison in list(read.items())[:1]:
            if comparison.runs != seeds and len(files) == 1:
                raise DataError(
                    f"{file}: is of {comparison.runs} runs, but the experiment has {seeds} seeds; expected all of them;"
                    " run the compare stage again"
                )
            found[key] = whole[0] if whole else comparison
    return found


def _in_full(experiment: ExperimentRecord, key: tuple[str, str]) -> dict[str, list[RunEntry]]:
    """Return the runs of each model under a split, by seed, of those that ran with every seed of it."""
    of_split = sorted((run for run in experiment.runs if (run.scene, run.split) == key), key=lambda run: run.seed)
    seeds = {run.seed for run in of_split}
    runs: dict[str, list[RunEntry]] = {}
    for run in of_split:
        runs.setdefault(f"{run.features}/{run.model}", []).append(run)
    return {method: found for method, found in runs.items() if len(found) == len(seeds)}


def _compared(experiment: ExperimentRecord, key: tuple[str, str], runs: dict[str, list[RunEntry]]) -> Comparison:
    prediction, split, labels = (
        ("map.tif", "split.tif", LABELS_FILE)
        if experiment.samples == "pixels"
        else ("predictions.csv", "split.csv", "index.csv")
    )

    def predictions(of: dict[str, list[RunEntry]]) -> dict[str, list[Path]]:
        return {method: [run.folder / prediction for run in found] for method, found in of.items()}

    def splits(of: dict[str, list[RunEntry]]) -> list[Path]:
        return [run.split_folder / split for run in next(iter(of.values()), [])]

    seeds = [run.seed for run in next(iter(runs.values()))]
    others = {name: _in_full(experiment, (key[0], name)) for name in experiment.compared_with(key[1])}
    ran = [
        {method for method, found in of.items() if method in runs and [run.seed for run in found] == seeds}
        for of in others.values()
    ]
    methods = sorted(set.intersection(*ran)) if ran else []
    rungs = {name: {method: of[method] for method in methods} for name, of in others.items()} if methods else {}
    against: dict[str, list[Path]] = {method: [] for method in methods}
    for of in rungs.values():
        for method, paths in predictions(of).items():
            against[method] += paths
    return compare_files(
        predictions(runs), splits(runs), labels=next(iter(runs.values()))[0].scene_folder / labels,
        against=against, against_split=[path for of in rungs.values() for path in splits(of)],
        against_name=list(rungs),
    )  # fmt: skip


def _placed(record: ExperimentRecord, file: Path) -> ExperimentRecord:
    if record.runs[0].folder.exists():
        return record
    base = file.absolute().parent.parent.parent
    folders = ("scene_folder", "split_folder", "folder")
    runs = [run.model_copy(update={key: base / getattr(run, key) for key in folders}) for run in record.runs]
    if not runs[0].folder.exists():
        raise DataError(
            f"{file}: its run {record.runs[0].folder} is neither in the current folder nor in {base}; run this command"
            " in the folder of that experiment's results"
        )
    return record.model_copy(update={"runs": runs})


def _united(records: Sequence[ExperimentRecord], files: Sequence[Path], key: str) -> list[dict[str, Any]] | None:
    entries: dict[str, tuple[dict[str, Any], Path]] = {}
    for record, file in zip(records, files, strict=True):
        for entry in getattr(record, key) or ():
            name = entry["name"]
            known, source = entries.setdefault(name, (entry, file))
            if known != entry:
                raise UsageError(
                    f"{file}: {name!r} of its {key} has other options than in {source}; give one of them a 'name' of"
                    " its own and run it again"
                )
    return [entry for entry, _ in entries.values()] or None


def _united_runs(records: Sequence[ExperimentRecord]) -> list[RunEntry]:
    runs: dict[tuple[str, str, int, str, str], RunEntry] = {}
    for record in records:
        for run in record.runs:
            known = runs.setdefault((run.scene, run.split, run.seed, run.features, run.model), run)
            if known.folder.resolve() != run.folder.resolve():
                raise UsageError(
                    f"{run.folder}: is the same run as {known.folder}, of another experiment; report one of them"
                )
    return list(runs.values())


def _check_scenes(runs: Sequence[RunEntry]) -> None:
    """Compare the data of scenes of one name in several folders by the digests that identify them."""
    known: dict[str, tuple[Path, str]] = {}
    for run in {run.scene_folder.resolve(): run for run in runs}.values():
        cube = run.scene_folder / CUBE_FILE
        if not cube.exists():
            continue
        digest = str(open_cube(cube).tags.get("digest", ""))
        folder, expected = known.setdefault(run.scene, (run.scene_folder, digest))
        if digest != expected:
            raise DataError(
                f"{run.scene_folder}: holds other data than {folder}, which is also called {run.scene!r}; report these"
                " experiments apart"
            )
