"""What the template draws of each set of images."""

from dataclasses import dataclass

from markupsafe import Markup

from hsclass.datasets.build_images import in_words
from hsclass.report.charts import interval_chart
from hsclass.report.classes import ClassRow, class_rows
from hsclass.report.collect import Run, SplitResult
from hsclass.report.curves import CurvePair, training_curves
from hsclass.report.images.collect import ImageResults, ImageSetResult
from hsclass.report.images.thumbnails import Shown, thumbnail
from hsclass.report.tables import Group, best, by_split, group_runs
from hsclass.report.text import between, number, options, percent
from hsclass.report.views import sizes
from hsclass.results import Audit

MOST_PAIRS, MOST_MISTAKES = 8, 16
_QUIET_FACTS = {"train", "model"}


@dataclass(frozen=True)
class ImagePanel:
    """A split with everything that the page shows under its name."""

    name: str
    leaky: bool
    groups: tuple[Group, ...]
    seeds: tuple[SplitResult, ...]
    classes: tuple[ClassRow, ...]
    audit: Audit
    pairs: tuple[tuple[Shown, Shown, int], ...]
    one_split: bool = False


@dataclass(frozen=True)
class ImageView:
    """A set of images as the page shows it."""

    key: str
    scene: ImageSetResult
    groups: tuple[Group, ...]
    panels: tuple[ImagePanel, ...]
    best: tuple[str, ...]
    sentence: str
    intervals: Markup
    curves: tuple[CurvePair, ...]
    odd: tuple[str, ...]
    galleries: tuple[tuple[str, int, tuple[Shown, ...]], ...]
    facts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def image_views(results: ImageResults) -> tuple[ImageView, ...]:
    """Prepare every set of images of the results."""
    return tuple(_view(results, images, f"images{place}") for place, images in enumerate(results.sets, 1))


def learned_from(group: Group) -> str:
    """Return how many images a model learned from, over the seeds; those of validation apart, where they are."""
    validation = group.runs[0].card.options.get("with_validation", False)
    return " + ".join(sizes(group, key) for key in ("n_train", *(["n_validation"] if validation else [])))


def _view(results: ImageResults, images: ImageSetResult, key: str) -> ImageView:
    runs = [run for run in results.runs if run.entry.scene == images.name]
    found = group_runs(runs, several=len({run.entry.features for run in runs}) > 1)
    splits = {run.split.folder: run.split for run in runs}.values()
    drawn = (training_curves(group, f"{key}-curve{place}") for place, group in enumerate(found))
    top = best(group for group in found if not group.leaky) or best(found)
    assert top is not None
    return ImageView(
        key=key,
        scene=images,
        groups=found,
        panels=tuple(
            _panel(images, name, tuple(of_split), tuple(split for split in splits if split.name == name))
            for name, of_split in by_split(found).items()
        ),
        best=(top.split, top.features, top.model),
        sentence=_sentence(images, top),
        intervals=interval_chart(found, f"{key}-intervals"),
        curves=tuple(pair for pair in drawn if pair is not None),
        odd=tuple(in_words(images.odd.model_dump())),
        galleries=tuple(
            (f"{group.label} on {group.split}, seed {group.runs[0].entry.seed}", *_gallery(images, group.runs[0]))
            for group in sorted(found, key=lambda group: group is not top)[:4]
        ),
        facts=tuple((group.label + " on " + group.split, _facts(group.runs[0])) for group in found),
    )


def _panel(
    images: ImageSetResult, name: str, of_split: tuple[Group, ...], seeds: tuple[SplitResult, ...]
) -> ImagePanel:
    audit = seeds[0].audit
    pairs = tuple(
        (
            Shown(thumbnail(images.index, pair.paths[0]), pair.paths[0], pair.parts[0]),
            Shown(thumbnail(images.index, pair.paths[1]), pair.paths[1], pair.parts[1]),
            pair.distance,
        )
        for pair in audit.shown[:MOST_PAIRS]
    )
    return ImagePanel(name, of_split[0].leaky, of_split, seeds, class_rows(of_split), audit, pairs)


def _gallery(images: ImageSetResult, run: Run) -> tuple[int, tuple[Shown, ...]]:
    """Return how many test images are wrong, and the most confident of them."""
    metrics = run.metrics
    shown = tuple(
        Shown(
            thumbnail(images.index, mistake.path),
            mistake.path,
            f"{', '.join(mistake.predicted) or 'no class'} ({percent(mistake.confidence)})",
            f"is {', '.join(mistake.truth)}",
        )
        for mistake in metrics.mistakes[:MOST_MISTAKES]
    )
    return metrics.n_test - round((metrics.oa or 0) * metrics.n_test), shown


def _sentence(images: ImageSetResult, top: Group) -> str:
    """Say the main finding in one sentence."""
    metrics = top.runs[0].metrics
    right = round((top.oa.mean or 0) * metrics.n_test)
    where = f"{top.label} on {top.split}"
    if images.several_labels:
        return (
            f"{where} finds the classes of {images.title} with micro F1 {number(metrics.micro_f1)} and macro F1"
            f" {number(metrics.macro_f1)}; {percent(metrics.subset)} of the images get exactly the right classes."
        )
    count = f"{right} of {metrics.n_test} test images" if len(top.runs) == 1 else "test images"
    interval = (
        f" (95 % interval {between(100 * (top.low or 0), 100 * (top.high or 0), 1)} %)" if top.low is not None else ""
    )
    share = f"{number(100 * (top.oa.mean or 0), 2)} %"
    return f"{where} is right on {count} of {images.title}: {share}{interval}."


def _facts(run: Run) -> tuple[tuple[str, str], ...]:
    """Return what a paper has to say of a model."""
    training = run.training
    rows = [(label, str(value)) for label, value in training.facts.items()]
    if training.parameters is not None:
        rows.append(("parameters", f"{training.parameters:,}".replace(",", "\u202f")))
    if training.epochs:
        rows.append(("epochs", f"{training.epochs}, kept: {training.best_epoch}"))
    rows.append(("device", f"{training.device or 'CPU'}, {training.threads} threads"))
    rows.append(("options", options(run.card.options)))
    rows.append(("versions", ", ".join(f"{name} {version}" for name, version in run.card.versions.items())))
    return tuple(rows)
