"""The outer folds: every labelled pixel is tested once, by a model that was chosen and trained without its field."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hsclass import __version__
from hsclass.assess.conditions import require_unseen
from hsclass.errors import DataError
from hsclass.final.candidates import Candidate, fold_validation
from hsclass.final.choice import best_epochs, choose
from hsclass.models.trained import TrainedModel
from hsclass.plan import Final
from hsclass.predict import predict_scene
from hsclass.raster import read_raster, write_raster
from hsclass.results.final import CandidateChoice, CandidateScore
from hsclass.results.record import read_record, write_record
from hsclass.samplers import make_split
from hsclass.scene import Scene
from hsclass.split import Role, Split
from hsclass.training import fit

CHOICE, TESTED = "choice.json", "tested.tif"
_BANDS = ("class id that the fold's model gives, 0 where it does not test", "classes that the fold trains: 1")


@dataclass(frozen=True)
class Procedure:
    """How the model of a delivered map is chosen.

    Attributes
    ----------
    candidates : sequence of Candidate
    asked : Final
        Folds and what decides.
    window : int
        Side [pixels] of the windows that the folds keep apart, odd.
    code : str
        A digest of the code, for results of an earlier run to be used.
    """

    candidates: Sequence[Candidate]
    asked: Final
    window: int
    code: str = ""

    def key(self, scene: Scene) -> str:
        """Return a digest of all that a choice follows from."""
        about = {
            "hsclass": __version__, "code": self.code, "scene": scene.identity, "window": self.window,
            "final": self.asked.model_dump(mode="json"),
            "candidates": [candidate.as_dict() for candidate in self.candidates],
        }  # fmt: skip
        digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
        digest.update(np.ascontiguousarray(scene.require_labels()).tobytes())
        if scene.groups is not None:
            digest.update(np.ascontiguousarray(scene.groups).tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Fold:
    """A finished outer fold.

    Attributes
    ----------
    choice : CandidateChoice
    predicted : ndarray of int, shape (rows, cols)
        Class ids of the pixels that it tests, 0 elsewhere.
    trained : ndarray of bool, shape (rows, cols)
        Of these pixels, those whose class it trains.
    """

    choice: CandidateChoice
    predicted: np.ndarray
    trained: np.ndarray


def outer_split(scene: Scene, procedure: Procedure, number: int) -> Split:
    """Return the split of an outer fold, counted from 0."""
    asked = procedure.asked
    return make_split(
        scene, asked.sampler, window=procedure.window, validation=fold_validation(asked, procedure.candidates),
        seed=asked.seed * asked.folds + number, folds=asked.folds, **asked.sampler_options,
    )  # fmt: skip


def whole_split(scene: Scene, window: int) -> Split:
    """Return the split in which all labelled pixels train.

    Raises
    ------
    DataError
        If there are none.
    """
    labelled = (scene.require_labels() > 0) & scene.mask
    if not labelled.any():
        raise DataError(
            f"scene {scene.name}: has no labelled pixel, so that no model can be trained; give it reference labels, or"
            " map it with the model of another scene: hsclass predict"
        )
    roles = np.where(labelled, Role.TRAIN, Role.UNUSED).astype(np.uint8)
    return Split(roles, window, "all", 0, {}, False, groups=scene.groups)


def run_fold(scene: Scene, procedure: Procedure, number: int, folder: Path, *, threads: int = 1) -> Fold:
    """Choose, train and test one outer fold, or read what an earlier run left in `folder`."""
    key = procedure.key(scene)
    if (known := _finished(folder, key)) is not None:
        return known
    split = outer_split(scene, procedure, number)
    scores, best = choose(scene, split, procedure.candidates, procedure.asked, threads=threads)
    trained = train(scene, split, scores[best], procedure.asked, threads=threads)
    require_unseen(trained.scope, split, identity=scene.identity)
    test = split.roles == Role.TEST
    labels = scene.require_labels()
    predicted = np.where(test, predict_scene(trained, scene, probabilities=False).classes, 0)
    of_trained = test & np.isin(labels, np.unique(labels[split.roles == Role.TRAIN]))
    choice = CandidateChoice(
        key=key, fold=number, metric=procedure.asked.metric, candidates=scores, chosen=best,
        n_train=split.count(Role.TRAIN), n_test=int(test.sum()),
    )  # fmt: skip
    bands = np.stack([predicted, of_trained]).astype(np.uint16)
    write_raster(folder / TESTED, bands, grid=scene.grid, nodata=0, descriptions=_BANDS, tags={"key": key})
    write_record(choice, folder / CHOICE)
    return Fold(choice, predicted, of_trained)


def run_whole(scene: Scene, procedure: Procedure, folder: Path, *, threads: int = 1) -> CandidateChoice:
    """Choose among the candidates inside all labelled pixels, or read what an earlier run left in `folder`."""
    key = procedure.key(scene)
    file = folder / CHOICE
    if file.exists() and (known := read_record(CandidateChoice, file, "deliver")).key == key:
        return known
    split = whole_split(scene, procedure.window)
    scores, best = choose(scene, split, procedure.candidates, procedure.asked, threads=threads)
    choice = CandidateChoice(
        key=key, fold=None, metric=procedure.asked.metric, candidates=scores, chosen=best,
        epochs=best_epochs(scene, split, scores[best], procedure.asked, threads=threads),
        n_train=split.count(Role.TRAIN),
    )  # fmt: skip
    write_record(choice, file)
    return choice


def train(
    scene: Scene,
    split: Split,
    winner: CandidateScore,
    asked: Final,
    *,
    threads: int = 1,
    epochs: int | None = None,
    folds: np.ndarray | None = None,
) -> TrainedModel:
    """Train a candidate on the training pixels of a split; `epochs`, where given, replace those of its options."""
    options = winner.options if epochs is None else {**winner.options, "epochs": epochs}
    return fit(
        scene, split, winner.model, features=winner.features, seed=asked.seed, threads=threads, folds=folds,
        feature_options=winner.feature_options, **options,
    )  # fmt: skip


def _finished(folder: Path, key: str) -> Fold | None:
    if not ((folder / CHOICE).exists() and (folder / TESTED).exists()):
        return None
    choice = read_record(CandidateChoice, folder / CHOICE, "deliver")
    raster = read_raster(folder / TESTED)
    if choice.key != key or raster.tags.get("key") != key:
        return None
    return Fold(choice, raster.bands[0], raster.bands[1] > 0)


def pooled(scene: Scene, folds: Sequence[Fold], window: int) -> tuple[np.ndarray, np.ndarray, Split]:
    """Return what the folds gave together.

    Returns
    -------
    predicted : ndarray of int, shape (rows, cols)
    number : ndarray of int, shape (rows, cols)
        Fold that tests each pixel, from 0; -1 where none does.
    split : Split
        In which all these pixels test.
    """
    predicted = np.zeros(scene.shape[:2], np.int64)
    number = np.full(scene.shape[:2], -1)
    for place, fold in enumerate(folds):
        tested = fold.predicted > 0
        predicted[tested], number[tested] = fold.predicted[tested], place
    split = whole_split(scene, window)
    roles = np.where(number >= 0, Role.TEST, Role.UNUSED).astype(np.uint8)
    return predicted, number, replace(split, roles=roles)
