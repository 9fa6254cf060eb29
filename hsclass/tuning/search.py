"""The tune stage: search the options of a model by guarded spatial cross-validation inside the training pixels."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hsclass import __version__
from hsclass.errors import UsageError
from hsclass.features import feature_class
from hsclass.features.extractor import total_reach
from hsclass.matching import check_match
from hsclass.models import model_class
from hsclass.options import parse_options
from hsclass.samples import Samples
from hsclass.scene import Scene
from hsclass.space import Choice, Dimension, Space
from hsclass.split import Split
from hsclass.tuning.checks import check_search, check_searchable, validation_share
from hsclass.tuning.options import TuneOptions
from hsclass.tuning.problem import Problem, make_problem
from hsclass.tuning.result import Tuned
from hsclass.tuning.scoring import score
from hsclass.tuning.study import StoredStudy
from hsclass.tuning.subject import Subject


def tune(
    scene: Samples,
    split: Split,
    model: str = "svm",
    *,
    features: str = "raw",
    search: Mapping[str, Any] | None = None,
    folder: str | os.PathLike[str] | None = None,
    worker: int | None = None,
    seed: int = 0,
    threads: int = 1,
    feature_options: Mapping[str, Any] | None = None,
    code: str = "",
    **options: Any,
) -> Tuned:
    """Search the options of a model by spatial cross-validation inside the training pixels of a split.

    The training pixels are distributed among folds by a sampler of whole regions with a guard, so that the test windows
    of a fold share no pixel with its training windows. The score of a set of options is the mean over the folds. All
    other pixels of the split lose their labels before the first fit. If the receptive field is no larger than a window,
    all spectra outside the training windows are set to 0: on a split whose guard keeps windows apart, no spectrum of a
    test window remains. Unbounded extractors use the spectra, never the labels, of the whole scene, as in training.

    The default options are tried first, then those that a tree-structured Parzen estimator (Bergstra et al., NeurIPS
    2011) proposes. A trial is pruned if its mean over at least two folds is below the median of the other trials at
    that fold. With one worker, the same seed and number of trials give the same search, whether it was stopped or not.

    Parameters
    ----------
    scene : Scene
        Images are refused: they have no spatial folds.
    split : Split
        Roles of shape (rows, cols).
    model, features : str
        Names of `hsclass.models.MODELS` and `hsclass.features.FEATURES`.
    search : mapping, optional
        Options of the search; see `hsclass.tuning.options.TuneOptions`.
    folder : path-like, optional
        Folder of the storage, from which a stopped search continues. None keeps nothing.
    worker : int, optional
        Number of this worker, from 0, if several share one storage.
    seed : int
        Of folds, search and models.
    threads : int
        Processor threads.
    feature_options : mapping, optional
        Options of the extractor that are fixed, not searched.
    code : str
        Identifies the version of the programs; a search does not continue with trials of other versions.
    **options
        Options of the model that are fixed, not searched.

    Returns
    -------
    Tuned
        Train with its `options` and `feature_options`.

    Raises
    ------
    UsageError
        If a name or an option is unknown or invalid, or there is nothing to search.
    DataError
        If the training pixels cannot be distributed among the folds.
    """
    check_searchable(scene.kind, model)
    assert isinstance(scene, Scene)
    check_match(scene.kind, model, features)
    asked = parse_options(TuneOptions, search or {}, f"search of {model}")
    subject = Subject(model, features, options, feature_options or {})
    space = check_search(subject, asked)
    problem = problem_of(subject, scene, split, asked, seed=seed)
    space = {name: _fitting(name, dimension, _accepts(subject, problem)) for name, dimension in space.items()}
    study = StoredStudy(
        None if folder is None else Path(folder),
        identity=_identity(subject, asked, space, problem, seed, code),
        space=space,
        defaults=subject.defaults,
        folds=len(problem.folds),
        search=asked,
        seed=seed,
    )

    def scored(values: Mapping[str, Any], fold: int) -> float:
        return score(problem, problem.folds[fold], subject, values, metric=asked.metric, seed=seed, threads=threads)

    study.run(scored, worker=worker)
    return Tuned(subject, asked, space, study.trials, problem, seed)


def problem_of(subject: Subject, scene: Scene, split: Split, search: TuneOptions, *, seed: int) -> Problem:
    """Return what a search of a subject may use of a scene; see `make_problem`."""
    parsed, extractor_options = subject.parsed({})
    look = feature_class(subject.features)(**extractor_options.model_dump())
    count = look.count(scene.shape[2], 0, _centres(scene)) or scene.shape[2]
    classifier = model_class(subject.model)(
        parsed, window=split.window, n_features=count, n_classes=len(scene.classes)
    )  # fmt: skip
    reach = total_reach(look.reach, classifier.reach)
    if reach:
        reach = max((split.window - 1) // 2, reach)
    return make_problem(
        scene, split, search=search, reach=reach, validation=validation_share(subject, search), seed=seed
    )


def _accepts(subject: Subject, problem: Problem) -> Callable[[str, Any], bool]:
    """Return a function that returns whether one value of an option, with the others as given, fits scene and folds."""
    bands, window = problem.scene.shape[2], problem.folds[0].window
    family = model_class(subject.model)

    def accepts(name: str, value: Any) -> bool:
        try:
            options, extractor_options = subject.parsed({name: value})
            extractor = feature_class(subject.features)(**extractor_options.model_dump())
            count = extractor.count(bands, problem.least_classes, _centres(problem.scene))
            if count is not None:
                family.check(options, window=window, n_features=count)
        except UsageError:
            return False
        return True

    return accepts


def _fitting(name: str, dimension: Dimension, accepts: Callable[[str, Any], bool]) -> Dimension:
    """Return a dimension without the choices, and the upper range of integers, that do not fit."""
    if isinstance(dimension, Choice):
        kept = tuple(choice for choice in dimension.choices if accepts(name, choice))
        # If none fits alone, one may fit together with another value of another option; the trials will show.
        return Choice(choices=kept) if kept else dimension
    if not dimension.whole:
        return dimension
    step = int(dimension.step or 1)
    high = next(
        (value for value in range(int(dimension.high), int(dimension.low) - 1, -step) if accepts(name, value)), None
    )
    return dimension if high is None else dimension.model_copy(update={"high": high})


def _centres(scene: Scene) -> list[float] | None:
    return None if scene.wavelengths is None else scene.wavelengths.tolist()


def _identity(subject: Subject, search: TuneOptions, space: Space, problem: Problem, seed: int, code: str) -> str:
    """Return a short digest of everything that the result of a trial depends on."""
    budget = {"trials", "timeout", "workers", "storage", "space", "feature_space", "features"}
    about = {
        "hsclass": __version__, "code": code, "model": subject.model, "features": subject.features,
        "options": subject.defaults,
        "search": search.model_dump(mode="json", exclude=budget),
        "space": {name: dimension.model_dump(mode="json") for name, dimension in space.items()},
        "problem": problem.digest, "window": problem.folds[0].window, "seed": seed,
    }  # fmt: skip
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]
