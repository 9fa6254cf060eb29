"""The card of a delivered map: what it is made of, what it is worth, and where it may be used."""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rasterio
from jinja2 import Environment, PackageLoader, StrictUndefined
from rasterio.transform import Affine

from hsclass import __version__
from hsclass.assess import evaluate
from hsclass.assess.design import Assessment
from hsclass.atomic import write_text
from hsclass.final.folds import Fold, Procedure
from hsclass.models.trained import TrainedModel
from hsclass.predict.products import EXPECTED, file_next_to
from hsclass.raster import quiet
from hsclass.resources import versions
from hsclass.results.final import AREAS, LABELLED, CandidateChoice, FinalCard, MapApplicability, MappedClass
from hsclass.scene import Scene
from hsclass.split import Split


def make_card(
    scene: Scene,
    model: TrainedModel,
    procedure: Procedure,
    folds: Sequence[Fold],
    choice: CandidateChoice,
    *,
    predicted: np.ndarray,
    fold_of: np.ndarray,
    tested: Split,
    outside: float | None,
    map_file: Path,
    model_digest: str,
) -> FinalCard:
    """Return the card.

    Parameters
    ----------
    scene, model, procedure, folds, choice
        What the map was made of.
    predicted : ndarray of int, shape (rows, cols)
        What the outer folds gave, 0 where none tests.
    fold_of : ndarray of int, shape (rows, cols)
        Which of them tests each pixel, -1 where none does.
    tested : Split
        In which all pixels test that a fold tests.
    outside : float or None
        Share of the map outside the area of applicability.
    map_file : Path
    model_digest : str
    """
    labels = scene.require_labels()
    metrics = evaluate(predicted, labels, tested, scene.classes, runs=fold_of)
    metrics = metrics.model_copy(update={"area": None, "checks": []})
    untrained = sum(int(((fold.predicted > 0) & ~fold.trained).sum()) for fold in folds)
    applicability = None
    if model.applicability is not None:
        applicability = MapApplicability(
            threshold=model.applicability.threshold, outside=outside,
            expected_accuracy=_mean_of(file_next_to(map_file, EXPECTED)),
        )  # fmt: skip
    counts = _counts(map_file)
    card = FinalCard(
        scene=scene.name, title=scene.title, source=scene.source, shape=scene.shape,
        crs=None if scene.grid.crs is None else scene.grid.crs.to_string(),
        pixel_size=None if scene.grid.transform is None else _sides(scene.grid.transform),
        wavelengths=None if scene.wavelengths is None else (scene.wavelengths.min(), scene.wavelengths.max()),
        scene_digest=scene.digest,
        labels_digest=hashlib.sha256(np.ascontiguousarray(labels).tobytes()).hexdigest(),
        model_digest=model_digest, window=procedure.window, n_labelled=choice.n_train, choice=choice,
        fold_choices=[fold.choice.winner.name for fold in folds],
        fold_training=[fold.choice.n_train for fold in folds], folds=procedure.asked.folds,
        sampler=procedure.asked.sampler, metrics=metrics, untrained=untrained,
        design="", applicability=applicability,
        classes=[
            MappedClass(id=cover.id, name=cover.name, color=cover.color, pixels=counts.get(cover.id, 0))
            for cover in model.classes
        ],
        limits=[],
        versions={"hsclass": __version__, **versions("numpy", "scikit-learn")},
    )  # fmt: skip
    limits = _limits(card, scene, folds, bounded=model.reach is not None)
    return card.model_copy(update={"design": _design(procedure, card, scene), "limits": limits})


def write_card_page(card: FinalCard, path: Path, assessed: Assessment | None = None) -> None:
    """Write the card as a page that loads nothing from elsewhere; with the assessment of its map where there is one."""
    environment = Environment(
        loader=PackageLoader("hsclass.final"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    total = sum(cover.pixels for cover in card.classes)
    page = environment.get_template("card.html.j2").render(
        card=card, figures=card.metrics, applicability=card.applicability, total=max(1, total), assessed=assessed,
        chosen=Counter(card.fold_choices).most_common(),
        limits=[limit for limit in card.limits if assessed is None or limit not in {AREAS, LABELLED}],
    )  # fmt: skip
    write_text(path, page)


def _sides(transform: Affine) -> tuple[float, float]:
    """Return width and height of a pixel, in the unit of the reference system."""
    return math.hypot(transform.a, transform.d), math.hypot(transform.b, transform.e)


def _design(procedure: Procedure, card: FinalCard, scene: Scene) -> str:
    units = "groups" if scene.groups is not None else "fields"
    whole = procedure.asked.sampler == "regions"
    return (
        f"Nested cross-validation: {procedure.asked.folds} folds"
        f" ({procedure.asked.sampler}{f', whole {units}' if whole else ''}, windows of side {procedure.window} kept"
        f" apart). In each, the candidate is chosen by {procedure.asked.inner_folds} inner folds of the training pixels"
        f" alone. All {card.metrics.n_test} labelled pixels are tested once. The figure is that of the procedure"
        f" trained with {card.trained_in_folds}{f', on {units} it has not seen' if whole else ''}; the map is trained"
        " with all."
    )


def _limits(card: FinalCard, scene: Scene, folds: Sequence[Fold], *, bounded: bool) -> list[str]:
    limits = [LABELLED, AREAS]
    if not bounded:
        limits.append(
            "The model looks at the scene without bound: the test pixels were not trained on, but no guard keeps all"
            " that it looks at around them apart from training pixels."
        )
    if card.untrained:
        labels = scene.require_labels()
        missing = np.unique(np.concatenate([labels[(fold.predicted > 0) & ~fold.trained] for fold in folds]))
        names = {cover.id: cover.name for cover in scene.classes}
        limits.append(
            f"{card.untrained} of the tested pixels are of classes that lie in too few fields to be trained where they"
            f" are tested ({', '.join(names.get(int(identity), str(identity)) for identity in missing)}); they count as"
            " errors, although the delivered model knows these classes."
        )
    if card.applicability is None:
        limits.append("The area of applicability is not known, as the training pixels lie in one field.")
    elif card.applicability.outside:
        limits.append(
            f"{card.applicability.outside:.1%} of the map lies outside the area of applicability: the accuracy of"
            " the nested cross-validation says nothing about it."
        )
    if not card.metrics.interval.reliable:
        limits.append(
            "The intervals of the nested cross-validation may be too narrow: there are only"
            f" {card.metrics.interval.lacking}."
        )
    if len(set(card.fold_choices)) > 1:
        limits.append("The folds did not all choose the same candidate: which is best is not certain.")
    return limits


def _counts(map_file: Path) -> dict[int, int]:
    """Return how many pixels the map gives each id, read in blocks."""
    found: Counter[int] = Counter()
    with quiet(), rasterio.open(map_file) as source:
        for _, window in source.block_windows(1):
            ids, counts = np.unique(source.read(1, window=window), return_counts=True)
            found.update(dict(zip(ids.tolist(), counts.tolist(), strict=True)))
    return dict(found)


def _mean_of(file: Path) -> float | None:
    """Return the mean of the values of a raster, read in blocks; None where it has none."""
    if not file.exists():
        return None
    total, known = 0.0, 0
    with quiet(), rasterio.open(file) as source:
        for _, window in source.block_windows(1):
            values = source.read(1, window=window)
            values = values[np.isfinite(values)]
            total, known = total + float(values.sum(dtype=np.float64)), known + values.size
    return total / known if known else None
