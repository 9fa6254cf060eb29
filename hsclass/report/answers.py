"""Four answers about the model of the headline: which map, how good, why believe it, and where not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hsclass.datasets.build_images import in_words
from hsclass.models import model_summary
from hsclass.report.collect import ImageSetResult, SceneResult
from hsclass.report.finding import find, image_sentence
from hsclass.report.headline import Headline, headline
from hsclass.report.optimism import interval_in_words, mean_optimism
from hsclass.report.table import SetResults
from hsclass.report.text import (
    between,
    count,
    fields_in_words,
    lowest_to_highest,
    mean_and_spread,
    number,
    percent,
)

MIXED = 0.02
"""Share of labelled pixels next to another class below which the labels count as polygons without borders."""


@dataclass(frozen=True)
class Line:
    """A sentence; `warns` where it limits what the figures hold for."""

    text: str
    warns: bool = False


@dataclass(frozen=True)
class Answer:
    """A question, its answer in large letters, and what stands below it; `links` are texts with files or anchors."""

    question: str
    value: str
    lines: tuple[Line, ...]
    mark: str = ""
    links: tuple[tuple[str, Path | str], ...] = ()


@dataclass(frozen=True)
class Answers:
    """What the page says of a map, or of a model on an image set: a sentence, and four answers."""

    sentence: str
    answers: tuple[Answer, ...]


def model_answers(results: SetResults) -> Answers:
    """Answer for the model of the headline, trained with a share of the labels."""
    images = results.samples
    head = headline(results)
    sentence = image_sentence(results, images) if isinstance(images, ImageSetResult) else find(results).sentence
    return Answers(
        sentence, (_which(results, head), _good(results, head), _why(results, head), _where_not(results, head))
    )


def zero_classes(results: SetResults, group: Any) -> list[str]:
    """Name the classes that have test samples and of which a model finds none in any seed."""
    found: dict[str, bool] = {}
    for run in results.of(group):
        for each in run.metrics.classes:
            if each.support:
                found[each.name] = found.get(each.name, False) or bool(each.producers_accuracy)
    return [name for name, hit in found.items() if not hit]


def border_share(labels: np.ndarray) -> float:
    """Return the share of the labelled pixels, shape (rows, cols), that touch a pixel of another class."""
    padded = np.pad(labels, 1)
    rows, cols = labels.shape
    touches = np.zeros(labels.shape, bool)
    for down in range(3):
        for right in range(3):
            other = padded[down : down + rows, right : right + cols]
            touches |= (other > 0) & (other != labels)
    labelled = labels > 0
    return float(touches[labelled].mean()) if labelled.any() else 0.0


def _which(results: SetResults, head: Headline) -> Answer:
    if head.group is None:
        lines = [Line(f"{len(head.groups)} models on {head.split}."), *map(Line, head.choice)]
        return Answer("Which map?", "none chosen", tuple(lines))
    run = results.of(head.group)[0]
    means = results.over_runs(head.split)
    where = f"On split {head.split}{f', {means}' if means else ''}."
    lines = [*about_model(run.card.model), Line(where), *map(Line, head.choice)]
    file = run.map_file
    links = ((f"{file.parent.name}/{file.name}", file),) if results.samples.kind == "pixels" else ()
    return Answer("Which map?" if links else "Which model?", str(head.group.label), tuple(lines), links=links)


def _good(results: SetResults, head: Headline) -> Answer:
    groups = head.groups if head.group is None else head.groups.loc[[head.group.name]]
    several = bool(results.table.several_labels.any())
    value = lowest_to_highest(groups["micro_f1" if several else "oa"], lambda each: number(each, 2))
    lines = [
        Line("Micro F1 on the test images." if several else f"OA on the test {results.samples.kind} of {head.split}.")
    ]
    if head.group is not None and not several:
        if pd.notna(head.group.oa_low) and pd.notna(head.group.oa_high):
            lines.append(Line(f"95 % interval {between(head.group.oa_low, head.group.oa_high, 2)}."))
        figures = [f"{name} {mean_and_spread(head.group[key], head.group[f'{key}_std'])}"
                   for name, key in (("AA", "aa"), ("kappa", "kappa")) if pd.notna(head.group[key])]  # fmt: skip
        lines += [Line(", ".join(figures) + ".")] if figures else []
    if results.experiment.published:
        lines += [
            Line(f"Published, {figure.name}: {number(figure.oa)} ({results.experiment.published.source}).")
            for figure in results.experiment.published.figures
            if figure.name
        ]
    lines += [Line(text, warns=True) for text in [head.reliability] if text]
    return Answer("How good?", value, tuple(lines), "leaky" if results.leaky[head.split] else "safe")


def _why(results: SetResults, head: Headline) -> Answer:
    seeds = [split for split in results.splits if split.name == head.split]
    kind, leaks = results.samples.kind, results.leaky[head.split]
    if kind == "images":
        shared = lowest_to_highest((split.audit.overlap for split in seeds), count)
        audit = seeds[0].audit
        said = f"of {audit.n_test} test images have a near-duplicate in training or validation"
        lines = [Line(f"{said} ({audit.threshold} of 64 bits of their hashes or fewer differ).", warns=leaks)]
        return Answer("Why believe it?", shared, tuple(lines), "leaky" if leaks else "safe")
    share = lowest_to_highest((split.audit.overlap_share for split in seeds), percent)
    lines = [Line("of the test windows share a pixel with a training or validation window.", warns=leaks)]
    runs = results.table[results.table.split == head.split]
    tested = lowest_to_highest(runs.n_test, count)
    fields = runs.interval_fields.dropna()
    lines.append(
        Line(f"{tested} test pixels" + (f" in {lowest_to_highest(fields, count)} fields." if len(fields) else "."))
    )
    if head.group is not None:
        pairs = mean_optimism(results)
        pairs = pairs[(pairs.split == head.split) & (pairs.method == head.group.method)] if len(pairs) else pairs
        for pair in pairs.itertuples():
            lines.append(Line(
                f"With the same class counts drawn at random the same model shows {number(pair.oa_random, 2)}:"
                f" random-sampling optimism {number(pair.optimism, 2)}"
                f" ({interval_in_words(pair)}),"
                f" on the {count(pair.n_test)} tests that both share"
                + (f", in {fields_in_words(pair.fields, pair.effective_fields, pair.runs)}."
                   if pd.notna(pair.fields) else ".")
            ))  # fmt: skip
        untrained = results.pooled[head.split, head.group.method].untrained if results.pooled else 0
        if untrained:
            lines.append(Line(f"{count(untrained)} tests are of classes that their run never trained.", warns=True))
        if pd.notna(head.group.calibration_ece):
            lines.append(Line(f"Expected calibration error of its confidence {number(head.group.calibration_ece, 2)}."))
    return Answer("Why believe it?", share, tuple(lines), "leaky" if leaks else "safe")


def _where_not(results: SetResults, head: Headline) -> Answer:
    lines = tuple(_limits(results, head))
    value = f"{len(lines)} limit{'s' * (len(lines) != 1)}" if lines else "no limit found"
    return Answer("Where not?", value, lines, "leaky" if lines else "safe")


def _limits(results: SetResults, head: Headline) -> Iterator[Line]:
    samples = results.samples
    if results.leaky[head.split]:
        yield Line("Every split leaks: the figures say little about samples that are new.", warns=True)
    if head.group is not None and (zero := zero_classes(results, head.group)):
        yield Line(f"Accuracy 0: {few_of(zero)}.", warns=True)
    lost = {
        identity for split in results.splits if split.name == head.split for identity in split.audit.lost_classes or ()
    }
    if lost:
        yield Line(
            f"Not tested on {head.split}: {few_of([samples.class_name(identity) for identity in sorted(lost)])}.",
            warns=True,
        )
    if isinstance(samples, SceneResult):
        yield from limits_of_labels(samples)
    elif isinstance(samples, ImageSetResult):
        for text in (*in_words(samples.about.model_dump()), *([samples.note] if samples.note else [])):
            yield Line(text)


def limits_of_labels(scene: SceneResult) -> Iterator[Line]:
    """Say what the reference labels of a scene do not show."""
    share = border_share(scene.labels)
    if share < MIXED:
        yield Line(
            f"The reference labels are pure polygons ({percent(share)} of their pixels touch another class): mixed"
            " pixels at borders are not tested, so the map as a whole is probably less accurate.",
            warns=True,
        )
    bare = scene.valid - int((scene.labels > 0).sum())
    if bare > 0:
        gaps = "" if scene.valid == scene.labels.size else "'s pixels that hold data"
        yield Line(f"{percent(bare / scene.valid)} of the scene{gaps} {'have' if gaps else 'has'} no reference label.")


def about_model(name: str) -> Iterator[Line]:
    """Say what a model of hsclass is."""
    if said := model_summary(name):
        yield Line(said)


def few_of(names: Sequence[str]) -> str:
    """Name the first six, and say how many more there are."""
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
