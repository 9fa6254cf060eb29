"""The delivered map: what made it, what it is worth, where that holds, and where to label next."""

from dataclasses import dataclass
from pathlib import Path

import rasterio
from markupsafe import Markup

from hsclass.assess.design import Assessment, read_assessment
from hsclass.assess.design.places import read_places
from hsclass.raster import grid_of, quiet
from hsclass.report.assessment import accuracy_drawing, area_drawing
from hsclass.report.table import SetResults
from hsclass.results.final import AREAS, CandidateScore, FinalCard, MappedClass
from hsclass.results.record import read_record, require_file

FOLDER, SUGGESTIONS, ASSESSMENT = "final", "suggestions.gpkg", "assessment.json"
DRAWN = "drawn"  # the folder of what is not to be filled in


@dataclass(frozen=True)
class Place:
    """A place to label next, in the order of priority; its pixel, and what the map gives the cell around it."""

    number: int
    row: int
    col: int
    x: str
    y: str
    class_name: str
    confidence: float
    dissimilarity: float


@dataclass(frozen=True)
class DeliveredPart:
    """A delivered map.

    Attributes
    ----------
    card : FinalCard
    label : str
        Of its model.
    candidates : list of CandidateScore
        Best first.
    chosen : dict of str to int
        By how many folds each candidate was chosen.
    classes : list of MappedClass
        Those that the map holds.
    total : int
        Mapped pixels.
    folder : Path
    areas : str
        What the pixels of a class are not.
    places : list of Place
        To label next.
    """

    card: FinalCard
    label: str
    candidates: list[CandidateScore]
    chosen: dict[str, int]
    classes: list[MappedClass]
    total: int
    folder: Path
    areas: str
    places: list[Place]


@dataclass(frozen=True)
class AssessedPart:
    """What a labelled probability sample says about a delivered map, and drawings of it."""

    found: Assessment
    page: Path
    accuracies: Markup
    areas: Markup


def final_folder(results: SetResults) -> Path:
    """Return the folder of the delivered map of a scene."""
    return next(iter(results.runs.values())).entry.scene_folder / FOLDER


def final_card(results: SetResults) -> FinalCard | None:
    """Return what is known of the delivered map of a scene; None where the experiment makes none."""
    if results.experiment.final is None or results.samples.kind != "pixels":
        return None
    return read_record(FinalCard, final_folder(results) / "card.json", "deliver")


def winner(card: FinalCard) -> str:
    """Return the name of the model of a delivered map, without that of features which all candidates share."""
    several = len({candidate.features for candidate in card.choice.candidates}) > 1
    return card.choice.winner.name if several else card.choice.winner.name.rpartition("/")[2]


def assessment(results: SetResults) -> Assessment | None:
    """Return what a labelled probability sample says of the delivered map; None where the experiment names none."""
    asked = (results.experiment.final or {}).get("assess")
    if not (asked.get(results.samples.name) if isinstance(asked, dict) else asked):
        return None
    return read_assessment(final_folder(results) / ASSESSMENT)


def places(results: SetResults) -> list[Place]:
    """Return the places to label next; none where the experiment does not ask for any."""
    if not (results.experiment.final or {}).get("suggest"):
        return []
    folder = final_folder(results)
    columns, _ = read_places(require_file(folder / DRAWN / SUGGESTIONS, "suggest"))
    with quiet(), rasterio.open(folder / "map.tif") as source:
        to_pixel = ~grid_of(source).placing
    found = []
    for number, x, y, identity, confidence, dissimilarity in zip(
        *(columns[name] for name in ("id", "x", "y", "map_class", "confidence", "dissimilarity")), strict=True
    ):
        col, row = to_pixel @ (float(x), float(y))
        name = results.samples.class_name(int(identity))
        found.append(Place(int(number), int(row), int(col), x, y, name, float(confidence), float(dissimilarity)))
    return found


def delivered_part(results: SetResults) -> DeliveredPart | None:
    """Return the delivered map of a scene; None where the experiment makes none."""
    card = final_card(results)
    if card is None:
        return None
    return DeliveredPart(
        card=card,
        label=winner(card),
        candidates=sorted(card.choice.candidates, key=lambda candidate: -(candidate.score or 0)),
        chosen={name: card.fold_choices.count(name) for name in dict.fromkeys(card.fold_choices)},
        classes=[cover for cover in card.classes if cover.pixels],
        total=max(1, sum(cover.pixels for cover in card.classes)),
        folder=final_folder(results),
        areas=AREAS if assessment(results) is None else "For areas see the assessment by the probability sample.",
        places=places(results),
    )


def assessed_part(results: SetResults) -> AssessedPart | None:
    """Return the assessment of the delivered map of a scene; None where there is none."""
    found = assessment(results)
    if found is None:
        return None
    name = results.samples.name
    page = final_folder(results) / "assessment.html"
    return AssessedPart(found, page, accuracy_drawing(found, name), area_drawing(found, name))
