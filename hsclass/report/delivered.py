"""The delivered map: what made it, what it is worth, and where that holds."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio

from hsclass.raster import quiet
from hsclass.report.pictures import Picture, png_picture, shown_step
from hsclass.report.table import SetResults
from hsclass.results.final import AREAS, CandidateScore, FinalCard, MappedClass
from hsclass.results.record import read_record

FOLDER = "final"
_PALE = 0.25  # of a colour outside the area of applicability, over white


@dataclass(frozen=True)
class DeliveredPart:
    """A delivered map.

    Attributes
    ----------
    card : FinalCard
    candidates : list of CandidateScore
        Best first.
    chosen : dict of str to int
        By how many folds each candidate was chosen.
    classes : list of MappedClass
        Those that the map holds.
    total : int
        Mapped pixels.
    picture : Picture
        The map, pale outside the area of applicability.
    folder : str
    areas : str
        What the pixels of a class are not.
    """

    card: FinalCard
    candidates: list[CandidateScore]
    chosen: dict[str, int]
    classes: list[MappedClass]
    total: int
    picture: Picture
    folder: str
    areas: str


def final_folder(results: SetResults) -> Path:
    """Return the folder of the delivered map of a scene."""
    return next(iter(results.runs.values())).entry.scene_folder / FOLDER


def final_card(results: SetResults) -> FinalCard | None:
    """Return what is known of the delivered map of a scene; None where the experiment makes none."""
    if results.experiment.final is None or results.samples.kind != "pixels":
        return None
    return read_record(FinalCard, final_folder(results) / "card.json", "deliver")


def delivered_part(results: SetResults) -> DeliveredPart | None:
    """Return the delivered map of a scene; None where the experiment makes none."""
    card, folder = final_card(results), final_folder(results)
    if card is None:
        return None
    return DeliveredPart(
        card=card,
        candidates=sorted(card.choice.candidates, key=lambda candidate: -(candidate.score or 0)),
        chosen={name: card.fold_choices.count(name) for name in dict.fromkeys(card.fold_choices)},
        classes=[cover for cover in card.classes if cover.pixels],
        total=max(1, sum(cover.pixels for cover in card.classes)),
        picture=_picture(folder, card),
        folder=folder.as_posix(),
        areas=AREAS,
    )


def _picture(folder: Path, card: FinalCard) -> Picture:
    with quiet(), rasterio.open(folder / "map.tif") as source:
        step = shown_step(source.shape, 1)
        shown = source.read(1)[::step, ::step]
    colors = np.full((int(shown.max()) + 1, 3), 255.0)
    for cover in card.classes:
        if cover.id < len(colors):
            colors[cover.id] = cover.color
    pixels = colors[shown]
    if (inside := folder / "aoa.tif").exists():
        with quiet(), rasterio.open(inside) as source:
            outside = source.read(1)[::step, ::step] == 0
        pixels[outside] = 255 - _PALE * (255 - pixels[outside])
    return png_picture(pixels.astype(np.uint8))
