"""The methods summary of an experiment: data, software, protocol, and each model's settings and cost."""

from collections import ChainMap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hsclass.models import model_summary
from hsclass.report.collect import ImageSetResult, RunResult, SceneResult
from hsclass.report.table import SetResults
from hsclass.report.text import MISSING, count, duration, lowest_to_highest, number, options
from hsclass.results import ExperimentRecord

_KINDS = {"scenes": "scene", "images": "images", "splits": "sampler", "features": "features", "models": "model"}


@dataclass(frozen=True)
class Information:
    """Labels and values: of the experiment on one scene or image set, and of each model.

    Attributes
    ----------
    common : tuple of (label, value)
    models : tuple of str
        Names of the models.
    rows : tuple of (label, values)
        A value for each model.
    """

    common: tuple[tuple[str, str], ...]
    models: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def text(self) -> str:
        """All of it as plain text, for a paper's supplement."""
        blocks = [("Experiment", list(self.common))]
        blocks += [
            (f"Model {model}", [(label, values[place]) for label, values in self.rows if values[place] != MISSING])
            for place, model in enumerate(self.models)
        ]
        return "\n\n".join(
            "\n".join([title, *(f"  {label}: {value}" for label, value in lines)]) for title, lines in blocks
        )


def information(results: SetResults) -> Information:
    """Gather the methods summary of one scene or image set."""
    methods = [list(rows.index) for _, rows in results.table.groupby("method", observed=True)]
    columns = [_method(results, [results.runs[row] for row in rows]) for rows in methods]
    labels = dict.fromkeys(label for part in zip(*columns, strict=True) for values in part for label in values)
    merged = [ChainMap(*column) for column in columns]
    return Information(
        common=tuple(_common(results)),
        models=tuple(results.table.label[rows[0]] for rows in methods),
        rows=tuple(
            (label, values)
            for label in labels
            if set(values := tuple(column.get(label, MISSING) for column in merged)) != {MISSING}
        ),
    )


def experiment_yaml(experiment: ExperimentRecord) -> str:
    """Return the experiment as the file that runs it again, every option written out."""
    config: dict[str, Any] = {"experiment": experiment.experiment}
    if experiment.samples == "pixels":
        config["window"] = experiment.window
    if experiment.fractions:
        config["fractions"] = dict(experiment.fractions)
    config["seeds"] = list(experiment.seeds)
    for dimension, key in _KINDS.items():
        if entries := getattr(experiment, dimension):
            config[dimension] = [_entry(entry, key) for entry in entries]
    if (experiment.map_tiles or 1) > 1:
        config["map_tiles"] = experiment.map_tiles
    if experiment.final:
        config["final"] = experiment.final
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None)


def _entry(entry: dict[str, Any], key: str) -> Any:
    kind, name = entry[key], entry.get("name", entry[key])
    named = {} if name == Path(kind).stem else {"name": name}
    settings = entry.get("options", {})
    tune = {"tune": entry["tune"]} if entry.get("tune") else {}
    return {key: kind, **named, **settings, **tune} if named or settings or tune else kind


def _common(results: SetResults) -> Iterable[tuple[str, str]]:
    experiment, samples, runs = results.experiment, results.samples, list(results.runs.values())
    yield "Data set", samples.title
    yield "Scene" if samples.kind == "pixels" else "Image set", samples.name
    yield "Source" if samples.kind == "pixels" else "Origin", samples.source or MISSING
    if samples.note:
        yield "Note on the data", samples.note
    if isinstance(samples, SceneResult):
        yield from _scene(samples)
        yield "Window", f"{experiment.window} × {experiment.window} pixels"
    elif isinstance(samples, ImageSetResult):
        rows, cols, bands = samples.about.shape
        yield "Images", f"{count(samples.about.images)}, most {rows} × {cols} pixels, {bands} band{'s' * (bands > 1)}"
        yield "Reference labels", f"{len(samples.classes)} classes"
    if experiment.fractions:
        yield "Requested fractions", options(experiment.fractions)
    yield "Seeds", ", ".join(str(seed) for seed in experiment.seeds)
    for entry in experiment.splits:
        yield f"Split {entry.get('name')}", described(entry, "sampler")
    interval = runs[0].metrics.interval
    if interval.method:
        yield "Interval of OA", f"{100 * interval.level:g} %, {interval.method}"
    versions: dict[str, list[str]] = {}
    for run in runs:
        for package, version in run.card.versions.items():
            if version and version not in versions.setdefault(package, []):
                versions[package].append(version)
    yield "Software", ", ".join(f"{package} {' and '.join(found)}" for package, found in versions.items()) or MISSING


def _scene(scene: SceneResult) -> Iterable[tuple[str, str]]:
    rows, cols, bands = scene.shape
    covered = "" if scene.wavelengths is None else f", {scene.wavelengths[0]:.0f} to {scene.wavelengths[1]:.0f} nm"
    yield "Data digest (SHA-256)", scene.digest or MISSING
    gaps = "" if scene.valid == rows * cols else f", {count(rows * cols - scene.valid)} without data"
    yield "Cube", f"{rows} × {cols} pixels{gaps}, {bands} bands{covered}"
    yield "Reference labels", f"{count(int((scene.labels > 0).sum()))} labelled pixels, {len(scene.classes)} classes"


def described(entry: dict[str, Any], key: str) -> str:
    """Write an entry of a dimension as what it is and its options in brackets."""
    settings = options(entry.get("options", {}))
    return f"{entry.get(key)} ({settings})" if settings else str(entry.get(key))


def _method(results: SetResults, runs: Sequence[RunResult]) -> tuple[dict[str, str], ...]:
    """Return labels and values of one model in three parts: input, settings, cost.

    What differs over splits and seeds is written from lowest to highest.
    """
    card, training = runs[0].card, runs[0].training
    kind = (card.normalization or {}).get("kind")
    fitted = {key: value for key, value in card.feature_options.items() if value is not None}
    given = {
        "Model": model_summary(card.model) or card.model,
        "Features": runs[0].entry.features + (f" ({options(fitted)})" if fitted else ""),
        "Normalisation": MISSING if kind is None else f"{kind}, fitted on training {results.samples.kind}",
    }
    if results.samples.kind == "pixels":
        given["Receptive-field radius"] = "without bound" if card.reach is None else f"{card.reach} pixels"
    settings = {_capital(label): MISSING if value is None else str(value) for label, value in training.facts.items()}

    def over(write: Callable[[float], str], key: str) -> str:
        return lowest_to_highest((getattr(run.training, key) for run in runs), write)

    cost = {
        "Parameters": over(count, "parameters"),
        "Epochs run": over(count, "epochs"),
        "Best epoch": over(count, "best_epoch"),
        "Training time per run": over(duration, "seconds"),
        "Training time per epoch": over(duration, "seconds_per_epoch"),
        "Windows per second in training": over(count, "windows_per_second"),
        "Prediction time per run": lowest_to_highest((run.prediction.seconds for run in runs), duration),
        "Peak memory, training": over(_megabytes, "peak_memory_mb"),
        "Peak memory of the GPU, training": over(_megabytes, "gpu_memory_mb"),
        "Peak memory, prediction": lowest_to_highest((run.prediction.peak_memory_mb for run in runs), _megabytes),
        "Hardware": "; ".join(dict.fromkeys(run.training.device for run in runs if run.training.device)) or MISSING,
        "Threads": over(count, "threads"),
        "Backend": training.backend or MISSING,
    }
    return given, settings, cost


def _megabytes(value: float) -> str:
    return f"{number(value / 1000, 2)}\u202fGB" if value >= 1000 else f"{count(value)}\u202fMB"


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
