"""Deliver a map: the candidate that inner folds choose, trained on all labels, with the accuracy of the outer folds."""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hsclass.errors import DataError, UsageError
from hsclass.final.candidates import Candidate, check_folds
from hsclass.final.card import make_card, write_card_page
from hsclass.final.folds import Fold, Procedure, pooled, run_fold, run_whole, train, whole_split
from hsclass.matching import check_match
from hsclass.models.trained import TrainedModel
from hsclass.options import parse_options
from hsclass.plan import Final
from hsclass.predict.finished_strips import model_digest
from hsclass.predict.opening import open_pixels
from hsclass.predict.pixels import Pixels
from hsclass.predict.stream import MEMORY_MB, MapRequest, map_file
from hsclass.predict.style import write_style
from hsclass.results.final import FinalCard
from hsclass.results.record import write_record
from hsclass.samples.fields import fields_of
from hsclass.scene import CUBE_FILE, LandCover, Scene
from hsclass.split import Role

_LOG = logging.getLogger(__name__)

MODEL, MAP, CONFIDENCE, PROBABILITIES = "model", "map.tif", "confidence.tif", "probabilities.tif"
CARD, PAGE = "card.json", "card.html"


@dataclass(frozen=True)
class Delivered:
    """A delivered map.

    Attributes
    ----------
    model : TrainedModel
        Trained on all labelled pixels.
    card : FinalCard
        What map and model are and what they are worth.
    folder : Path
        Of the files.
    """

    model: TrainedModel
    card: FinalCard
    folder: Path


def deliver(
    scene: Scene,
    candidates: Sequence[Candidate],
    folder: str | os.PathLike[str],
    *,
    window: int = 9,
    fold: int | None = None,
    source: str | os.PathLike[str] | None = None,
    memory: float = MEMORY_MB,
    threads: int = 1,
    code: str = "",
    **final: Any,
) -> Delivered | None:
    """Make the map that all labels of a scene support, and the accuracy estimate that goes with it.

    The procedure is to score each candidate by guarded spatial cross-validation inside training pixels and to take the
    best. It is carried out inside the training pixels of each outer fold, whose test pixels give its accuracy (nested
    cross-validation: no test pixel has a part in a choice), and once inside all labelled pixels: that candidate is
    trained on all of them and maps the scene. Whole fields, or groups of the scene, go to folds.

    Results of an earlier run in `folder` are used where scene, candidates and options are the same.

    Parameters
    ----------
    scene : Scene
        With reference labels.
    candidates : sequence of Candidate
    folder : path-like
        For `map.tif`, `confidence.tif`, `probabilities.tif`, `di.tif`, `aoa.tif`, `expected_accuracy.tif`, `model/`,
        `card.json`, `card.html`, `map.qml` and the folds.
    window : int
        Side [pixels] of the windows that folds keep apart, odd.
    fold : int, optional
        Run this outer fold only, counted from 0, or `folds` for the choice inside all labelled pixels: for jobs that
        share the work. Returns None.
    source : path-like, optional
        File or folder of the scene, to map it strip by strip; by default from memory.
    memory : float
        Megabytes for the pixels being mapped.
    threads : int
    code : str
        A digest of the code, for results of an earlier run to be used.
    **final
        Options: see `hsclass.plan.Final`.

    Raises
    ------
    UsageError
        If there is no candidate, or an option is wrong.
    DataError
        If the scene has no labels, its fields cannot be dealt to the folds, or no candidate can be scored.

    References
    ----------
    Varma, S., Simon, R. (2006). Bias in error estimation when using cross-validation for model selection. BMC
    Bioinformatics 7.
    """
    asked = parse_options(Final, final, "final")
    procedure = Procedure(_checked(scene, candidates), asked, window, code)
    check_folds(asked, candidates)
    folder = Path(folder)
    whole_split(scene, window)
    _require_folds(scene, quietly=fold is not None)
    if fold is not None:
        if not 0 <= fold <= asked.folds:
            raise UsageError(f"fold {fold}: there is no such fold; expected 0 to {asked.folds}")
        _run(scene, procedure, fold, folder, threads=threads)
        return None
    done: list[Fold] = []
    for number in range(asked.folds):
        done.append(run_fold(scene, procedure, number, _fold_folder(folder, number), threads=threads))
        _LOG.info("fold %d of %d: %s", number + 1, asked.folds, done[-1].choice.winner.name)
    choice = run_whole(scene, procedure, _fold_folder(folder, asked.folds), threads=threads)
    _LOG.info("with all labels: %s", choice.winner.name)
    predicted, fold_of, tested = pooled(scene, done, window)
    split = whole_split(scene, window)
    model = train(scene, split, choice.winner, asked, threads=threads, epochs=choice.epochs, folds=fold_of)
    right = (predicted == scene.require_labels())[tuple(split.places(Role.TRAIN).T)]
    if model.applicability is not None:
        known = model.applicability.with_accuracy(model.applicability.held_out, right)
        model = replace(model, applicability=known)
    model.save(folder / MODEL)
    pixels = (
        open_pixels(source) if source is not None and (Path(source) / CUBE_FILE).exists() else Pixels.of_scene(scene)
    )
    request = MapRequest(
        folder / CONFIDENCE, folder / PROBABILITIES, memory=memory, applicability=model.applicability is not None
    )
    report = map_file(model, pixels, folder / MAP, request, folder=folder / MODEL, code=code)
    card = make_card(
        scene, model, procedure, done, choice, predicted=predicted, fold_of=fold_of, tested=tested,
        outside=report.outside, map_file=folder / MAP, model_digest=model_digest(folder / MODEL),
    )  # fmt: skip
    legend = [LandCover(cover.id, cover.name, cover.color) for cover in card.classes]
    write_style(folder / MAP, legend, {cover.id: cover.pixels for cover in card.classes})
    write_card_page(card, folder / PAGE)
    write_record(card, folder / CARD)
    return Delivered(model, card, folder)


def _run(scene: Scene, procedure: Procedure, fold: int, folder: Path, *, threads: int) -> None:
    if fold < procedure.asked.folds:
        run_fold(scene, procedure, fold, _fold_folder(folder, fold), threads=threads)
    else:
        run_whole(scene, procedure, _fold_folder(folder, fold), threads=threads)


def _fold_folder(folder: Path, number: int) -> Path:
    return folder / "folds" / str(number)


def _checked(scene: Scene, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Return candidates whose names, options and match are right, or raise UsageError."""
    if not candidates:
        raise UsageError("final: names no candidate; expected one model on features at least")
    names = [candidate.label for candidate in candidates]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"final: has two candidates {twice}; give each a name of its own")
    for candidate in candidates:
        check_match(scene.kind, candidate.model, candidate.features)
        candidate.subject.parsed({})
    return candidates


def _require_folds(scene: Scene, *, quietly: bool) -> None:
    """Raise DataError where no two classes have a field to train and another to test; log those that have one alone."""
    labels = np.where(scene.mask, scene.require_labels(), 0)
    fields = fields_of(labels, scene.groups)
    counts = {int(identity): len(np.unique(fields[labels == identity])) for identity in np.unique(labels[labels > 0])}
    alone = [identity for identity, count in counts.items() if count == 1]
    what = "group" if scene.groups is not None else "field"
    if len(counts) - len(alone) < 2:
        raise DataError(
            f"scene {scene.name}: {len(alone)} of {len(counts)} classes have one {what} only, which cannot train and"
            f" test; expected two classes at least with two {what}s or more; label more of them"
        )
    if alone and not quietly:
        names = {cover.id: cover.name for cover in scene.classes}
        listed = ", ".join(f"{identity} {names.get(identity, '')}".strip() for identity in alone)
        _LOG.warning(
            "scene %s: classes with one %s only cannot be right where they are tested, and count as errors: %s",
            scene.name, what, listed,
        )  # fmt: skip
