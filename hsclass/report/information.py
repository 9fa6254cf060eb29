"""What a paper has to say about an experiment: data, software, protocol, and each model's settings and cost."""

from collections import ChainMap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hsclass.report.collect import Results, Run, SceneResult
from hsclass.report.tables import Group, by_method
from hsclass.report.text import MISSING, count, duration, number, options, ordered, span
from hsclass.results import ExperimentRecord

_KINDS = {"scenes": "scene", "splits": "sampler", "features": "features", "models": "model"}


@dataclass(frozen=True)
class Information:
    """Labels and values: of the experiment on one scene, and of each model.

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


def information(results: Results, scene: SceneResult, groups: Sequence[Group]) -> Information:
    """Gather the information block of one scene."""
    methods = list(by_method(groups).values())
    columns = [_method([run for group in of_method for run in group.runs]) for of_method in methods]
    labels = dict.fromkeys(label for part in zip(*columns, strict=True) for values in part for label in values)
    merged = [ChainMap(*column) for column in columns]
    return Information(
        common=tuple(_common(results, scene)),
        models=tuple(of_method[0].label for of_method in methods),
        rows=tuple(
            (label, values)
            for label in labels
            if set(values := tuple(column.get(label, MISSING) for column in merged)) != {MISSING}
        ),
    )


def experiment_yaml(experiment: ExperimentRecord) -> str:
    """Return the experiment as the file that runs it again, every option written out."""
    config: dict[str, Any] = {
        "experiment": experiment.experiment,
        "window": experiment.window,
        "fractions": dict(experiment.fractions),
        "seeds": list(experiment.seeds),
    }
    for dimension, key in _KINDS.items():
        config[dimension] = [_entry(entry, key) for entry in getattr(experiment, dimension)]
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None)


def _entry(entry: dict[str, Any], key: str) -> Any:
    kind, name = entry[key], entry.get("name", entry[key])
    named = {} if name == Path(kind).stem else {"name": name}
    settings = entry.get("options", {})
    tune = {"tune": entry["tune"]} if entry.get("tune") else {}
    return {key: kind, **named, **settings, **tune} if named or settings or tune else kind


def _common(results: Results, scene: SceneResult) -> Iterable[tuple[str, str]]:
    experiment, runs = results.experiment, results.of_scene(scene.name)
    rows, cols, bands = scene.shape
    yield "Data set", scene.title
    yield "Scene", scene.name
    yield "Citation", scene.source or MISSING
    if scene.note:
        yield "Note on the data", scene.note
    yield "Data digest (SHA-256)", scene.digest or MISSING
    covered = "" if scene.wavelengths is None else f", {scene.wavelengths[0]:.0f} to {scene.wavelengths[1]:.0f} nm"
    yield "Cube", f"{rows} × {cols} pixels, {bands} bands{covered}"
    labelled = int((scene.labels > 0).sum())
    yield "Ground truth", f"{count(labelled)} labelled pixels, {len(scene.classes)} classes"
    yield "Window", f"{experiment.window} × {experiment.window} pixels"
    yield "Fractions asked for", options(experiment.fractions)
    yield "Seeds", ", ".join(str(seed) for seed in experiment.seeds)
    for entry in experiment.splits:
        yield f"Split {entry.get('name')}", described(entry, "sampler")
    interval = runs[0].metrics.interval
    if interval.method:
        replicates = "" if interval.replicates is None else f", {count(interval.replicates)} replicates"
        yield "Interval of OA", f"{100 * interval.level:g} %, {interval.method}{replicates}"
    versions: dict[str, list[str]] = {}
    for run in runs:
        for package, version in run.card.versions.items():
            if version and version not in versions.setdefault(package, []):
                versions[package].append(version)
    yield "Software", ", ".join(f"{package} {' and '.join(found)}" for package, found in versions.items()) or MISSING


def described(entry: dict[str, Any], key: str) -> str:
    """Write an entry of a dimension as what it is and its options in brackets."""
    settings = options(entry.get("options", {}))
    return f"{entry.get(key)} ({settings})" if settings else str(entry.get(key))


def _method(runs: Sequence[Run]) -> tuple[dict[str, str], ...]:
    """Return labels and values of one model in three parts: input, settings, cost.

    What differs over splits and seeds is written from lowest to highest.
    """
    card, training = runs[0].card, runs[0].training
    kind = (card.normalization or {}).get("kind")
    fitted = {key: value for key, value in card.feature_options.items() if value is not None}
    given = {
        "Features": runs[0].entry.features + (f" ({options(fitted)})" if fitted else ""),
        "Normalisation": MISSING if kind is None else f"{kind}, fitted on training pixels",
        "Reach": "without bound" if card.reach is None else f"{card.reach} pixels",
    }
    settings = {_capital(label): MISSING if value is None else str(value) for label, value in training.facts.items()}
    cost = {
        "Parameters": _range(runs, count, "parameters"),
        "Epochs run": _range(runs, count, "epochs"),
        "Best epoch": _range(runs, count, "best_epoch"),
        "Training time a run": _range(runs, duration, "seconds"),
        "Training time an epoch": _range(runs, duration, "seconds_per_epoch"),
        "Windows trained a second": _range(runs, count, "windows_per_second"),
        "Mapping time a run": span(duration(value) for value in ordered(run.mapping.seconds for run in runs)),
        "Peak memory, training": _range(runs, _megabytes, "peak_memory_mb"),
        "Peak memory of the graphics card, training": _range(runs, _megabytes, "gpu_memory_mb"),
        "Peak memory, mapping": span(
            _megabytes(value) for value in ordered(run.mapping.peak_memory_mb for run in runs)
        ),
        "Hardware": "; ".join(dict.fromkeys(run.training.device for run in runs if run.training.device)) or MISSING,
        "Threads": _range(runs, count, "threads"),
        "Backend": training.backend or MISSING,
    }
    return given, settings, cost


def _range(runs: Sequence[Run], write: Callable[[float], str], key: str) -> str:
    return span(write(value) for value in ordered(getattr(run.training, key) for run in runs))


def _megabytes(value: float) -> str:
    return f"{number(value / 1000, 2)}\u202fGB" if value >= 1000 else f"{count(value)}\u202fMB"


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
