"""What the template draws of each scene: tables, charts and pictures, made once and in order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from hsclass.report.areas import AreaPanel, area_panels
from hsclass.report.calibration import CalibrationPanel, calibration_panels
from hsclass.report.charts import bar_chart, interval_chart
from hsclass.report.classes import ClassRow, class_rows
from hsclass.report.collect import Results, Run, SceneResult, SplitResult
from hsclass.report.comparison import ComparisonPanel, comparison_panels
from hsclass.report.conditions import ConditionRow, condition_rows
from hsclass.report.curves import CurvePair, training_curves
from hsclass.report.distances import DistancePanel, distance_panels
from hsclass.report.dumbbells import inflation_chart
from hsclass.report.finding import Finding, find
from hsclass.report.inflation import Inflation, inflations
from hsclass.report.information import Information, information
from hsclass.report.leakage import LeakageRow, leakage_rows, overlap_share
from hsclass.report.matrix import comparison_matrix
from hsclass.report.pictures import Picture, class_picture, colour_picture, shown_step, split_picture
from hsclass.report.published import PublishedRow, published_rows
from hsclass.report.search import SearchPanel, search_panels
from hsclass.report.series import Key, legend, model_styles, split_styles
from hsclass.report.tables import Group, by_method, by_split, groups
from hsclass.report.text import MISSING, count, duration, ordered, span
from hsclass.report.window_shares import window_chart
from hsclass.scene import read_classes


@dataclass(frozen=True)
class SplitPanel:
    """A split of one scene with everything that the page shows under its name."""

    name: str
    leaky: bool
    groups: tuple[Group, ...]
    seeds: tuple[SplitResult, ...]
    drawings: tuple[Picture, ...]
    maps: tuple[tuple[tuple[Run, Picture], ...], ...]
    classes: tuple[ClassRow, ...]

    @property
    def one_split(self) -> bool:
        """True where several seeds gave one and the same split, so that they tell of the models alone."""
        first, *others = (seed.split.roles for seed in self.seeds)
        return bool(others) and all(np.array_equal(first, other) for other in others)


@dataclass(frozen=True)
class SceneView:
    """A scene as the page shows it.

    Attributes
    ----------
    key : str
        Begins the ids of the scene's elements.
    step : int
        Every n-th pixel is shown.
    shape : str
        How the scene is laid out: "wide", "tall" or "square".
    inflations, inflation_chart, window_chart, comparisons, conditions, distances, calibrations, areas, searches
        Panels of what the results may lack, as those of an older version do: None or empty.
    model_key, split_key : tuple of Key
        Legends of the lines of models and of splits.
    maps of `panels` : a tuple for each seed, with the run and its map for each model.
    """

    key: str
    scene: SceneResult
    finding: Finding
    best: tuple[str, ...]
    groups: tuple[Group, ...]
    panels: tuple[SplitPanel, ...]
    hero: Markup | None
    intervals: Markup
    bars: Markup
    leakage: tuple[LeakageRow, ...]
    leaky_share: float | None
    honest_share: float | None
    natural: Picture
    truth: Picture
    step: int
    shape: str
    curves: tuple[CurvePair, ...]
    information: Information
    inflations: tuple[Inflation, ...]
    inflation_chart: Markup | None
    window_chart: Markup | None
    comparisons: tuple[tuple[ComparisonPanel, Markup | None], ...]
    conditions: tuple[ConditionRow, ...]
    published: tuple[PublishedRow, ...]
    distances: tuple[DistancePanel, ...]
    calibrations: tuple[CalibrationPanel, ...]
    areas: tuple[AreaPanel, ...]
    searches: tuple[SearchPanel, ...]
    model_key: tuple[Key, ...]
    split_key: tuple[Key, ...]


def scene_views(results: Results) -> tuple[SceneView, ...]:
    """Prepare every scene of the results."""
    pictures = len(results.runs) + len(results.splits) + 3 * len(results.scenes)
    return tuple(
        _scene_view(results, scene, f"scene{place}", pictures) for place, scene in enumerate(results.scenes, 1)
    )


def sizes(group: Group, key: str) -> str:
    """Return a count of the metrics over the seeds of a group, as `n_train` and `n_test`."""
    return span(count(value) for value in ordered(getattr(run.metrics, key) for run in group.runs))


def times(group: Group) -> str:
    """Return the mean times of training and of mapping the scene."""
    trained = ordered(run.training.seconds for run in group.runs)
    mapped = ordered(run.mapping.seconds for run in group.runs)
    return " / ".join(duration(sum(part) / len(part)) if part else MISSING for part in (trained, mapped))


def _scene_view(results: Results, scene: SceneResult, key: str, pictures: int) -> SceneView:
    found = groups(results, scene.name)
    inflated = inflations(found, results.experiment.twins)
    finding = find(found, inflated)
    models, lines = model_styles(found), split_styles(found)
    splits = [split for split in results.splits if split.scene == scene.name]
    step = shown_step(scene.labels.shape, pictures)
    rows, cols = scene.labels.shape
    same = [group for group in found if finding.honest and group.method == finding.honest.method]
    return SceneView(
        key=key,
        scene=scene,
        finding=finding,
        best=() if finding.honest is None else (finding.honest.split, *finding.honest.method),
        groups=found,
        panels=tuple(_panel(scene, name, tuple(of_split), splits, step) for name, of_split in by_split(found).items()),
        hero=bar_chart(same, f"{key}-hero", labels=False) if finding.leaky and finding.honest else None,
        intervals=interval_chart(found, f"{key}-intervals"),
        bars=bar_chart(found, f"{key}-bars"),
        leakage=leakage_rows(scene, splits, results.experiment.window, f"{key}-distance"),
        leaky_share=overlap_share(splits, leaky=True),
        honest_share=overlap_share(splits, leaky=False),
        natural=colour_picture(scene.picture, step),
        truth=class_picture(scene.labels, scene.classes, step),
        step=step,
        shape="wide" if cols > 2.2 * rows else "tall" if rows > 1.6 * cols else "square",
        curves=_all_curves(found, key),
        information=information(results, scene, found),
        inflations=inflated,
        inflation_chart=inflation_chart(inflated, f"{key}-inflation") if inflated else None,
        window_chart=window_chart(splits, results.experiment.window, lines, f"{key}-windows"),
        comparisons=tuple(
            (panel, comparison_matrix(panel, f"{key}-matrix{place}") if len(panel.labels) > 2 else None)
            for place, panel in enumerate(comparison_panels(found, splits))
        ),
        conditions=condition_rows(found),
        published=published_rows(results.experiment.published, found),
        distances=distance_panels(found, models, f"{key}-far"),
        calibrations=calibration_panels(found, models, f"{key}-calibration"),
        areas=area_panels(found),
        searches=search_panels(found, f"{key}-search"),
        model_key=legend(models),
        split_key=legend(lines),
    )


def _panel(
    scene: SceneResult, name: str, of_split: tuple[Group, ...], splits: Sequence[SplitResult], step: int
) -> SplitPanel:
    seeds = tuple(split for split in splits if split.name == name)
    runs = [run for group in of_split for run in group.runs]
    return SplitPanel(
        name=name,
        leaky=of_split[0].leaky,
        groups=of_split,
        seeds=seeds,
        drawings=tuple(split_picture(split.split.roles, scene.picture, step) for split in seeds),
        maps=tuple(
            tuple((run, class_picture(*read_classes(run.map_file), step)) for run in runs if run.split is split)
            for split in seeds
        ),
        classes=class_rows(of_split),
    )


def _all_curves(found: Sequence[Group], key: str) -> tuple[CurvePair, ...]:
    """Put the splits of one model beside each other."""
    by_model = [group for of_method in by_method(found).values() for group in of_method]
    drawn = (training_curves(group, f"{key}-curve{place}") for place, group in enumerate(by_model))
    return tuple(pair for pair in drawn if pair is not None)
