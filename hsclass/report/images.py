"""What the page shows of image sets alone: pairs of near-duplicates, and the most confident mistakes."""

from dataclasses import dataclass

import numpy as np

from hsclass.report.collect import ImageSetResult, RunResult
from hsclass.report.pictures import Picture, jpeg
from hsclass.report.table import SetResults
from hsclass.report.text import percent
from hsclass.results import Audit, DuplicatePair
from hsclass.samples import ImageSamples
from hsclass.samples.bigearthnet import NATURAL
from hsclass.samples.reading import Form, UnreadableError, read_image, to_form

SIDE = 112
"""Side [px] of a thumbnail."""

MOST_PAIRS, MOST_MISTAKES, MOST_GALLERIES = 8, 16, 4


@dataclass(frozen=True)
class Thumbnail:
    """A picture of an image with what is said of it."""

    picture: Picture
    path: str
    words: str
    quiet: str = ""


@dataclass(frozen=True)
class DuplicatesPanel:
    """One split: its audit, and pairs of near-duplicates in two parts with the bits in which they differ."""

    split: str
    leaky: bool
    audit: Audit
    pairs: tuple[tuple[Thumbnail, Thumbnail, int], ...]


@dataclass(frozen=True)
class Gallery:
    """The most confident mistakes of a run, and how many test images it got wrong."""

    title: str
    wrong: int
    shown: tuple[Thumbnail, ...]


def duplicates_part(results: SetResults) -> tuple[DuplicatesPanel, ...]:
    """Return a panel for each split of an image set, of its first seed; none for scenes."""
    images = results.samples
    if not isinstance(images, ImageSetResult):
        return ()
    first = {split.name: split for split in reversed(results.splits)}
    return tuple(
        DuplicatesPanel(name, leaky, first[name].audit, tuple(
            _pair(images.index, pair) for pair in first[name].audit.shown[:MOST_PAIRS]
        ))
        for name, leaky in results.leaky.items()
    )  # fmt: skip


def mistakes_part(results: SetResults) -> tuple[Gallery, ...]:
    """Return the mistakes of the chosen model, where there is one, and of a few others, first seed; none for scenes."""
    images = results.samples
    if not isinstance(images, ImageSetResult):
        return ()
    groups = results.groups
    chosen = results.chosen(results.headline_split)
    first = [] if chosen is None else [chosen.name]
    order = [*first, *(row for row in groups.index if row not in first)][:MOST_GALLERIES]
    return tuple(
        _gallery(f"{group.label} on {group.split}, seed {results.of(group)[0].entry.seed}", images.index,
                 results.of(group)[0])
        for group in groups.loc[order].itertuples()
    )  # fmt: skip


def _pair(index: ImageSamples, pair: DuplicatePair) -> tuple[Thumbnail, Thumbnail, int]:
    one, other = (
        Thumbnail(thumbnail(index, path), path, part) for path, part in zip(pair.paths, pair.parts, strict=True)
    )
    return one, other, pair.distance


def _gallery(title: str, index: ImageSamples, run: RunResult) -> Gallery:
    metrics = run.metrics
    right = metrics.subset if metrics.several_labels else metrics.oa
    shown = tuple(
        Thumbnail(
            thumbnail(index, mistake.path),
            mistake.path,
            f"{', '.join(mistake.predicted) or 'no class'} ({percent(mistake.confidence)})",
            f"is {', '.join(mistake.truth)}",
        )
        for mistake in metrics.mistakes[:MOST_MISTAKES]
    )
    return Gallery(title, metrics.n_test - round((right or 0) * metrics.n_test), shown)


def thumbnail(index: ImageSamples, path: str) -> Picture:
    """Draw an image of an index, its longest side `SIDE` [px]; one that is not of bytes is stretched."""
    file = index.folder / path
    try:
        pixels = read_image(file, NATURAL if file.is_dir() else ())
        if pixels.dtype != np.uint8:
            low, high = np.percentile(pixels, [2, 98])
            pixels = ((pixels - low) * (255 / (high - low or 1))).clip(0, 255).astype(np.uint8)
        shown = to_form(pixels, Form(SIDE, 3, (), "crop"))
    except UnreadableError:
        shown = np.full((SIDE, SIDE, 3), 235, np.float32)
    return jpeg(shown.round().astype(np.uint8))
