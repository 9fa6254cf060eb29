"""The choice among candidates, by guarded spatial cross-validation inside training pixels."""

from collections.abc import Sequence
from statistics import mean, median

from hsclass.errors import DataError, UsageError
from hsclass.final.candidates import Candidate, inner_search
from hsclass.models import model_class
from hsclass.plan import Final
from hsclass.results.final import CandidateScore
from hsclass.scene import Scene
from hsclass.split import Split
from hsclass.training import fit
from hsclass.tuning.scoring import score
from hsclass.tuning.search import problem_of, tune
from hsclass.tuning.subject import Subject


def choose(
    scene: Scene, split: Split, candidates: Sequence[Candidate], asked: Final, *, threads: int = 1
) -> tuple[list[CandidateScore], int]:
    """Score candidates inside the training pixels of a split, and return the scores and the place of the best.

    The test pixels of the split lose their labels before the first fit. Of equal candidates the first wins. A single
    candidate is not scored, as there is nothing to choose, unless its options are searched.

    Raises
    ------
    DataError
        If no candidate can be scored.
    """
    alone = len(candidates) == 1
    scored = [_scored(scene, split, candidate, asked, alone=alone, threads=threads) for candidate in candidates]
    known = [place for place, found in enumerate(scored) if not found.reason]
    if not known:
        raise DataError(
            f"final: none of {len(scored)} candidates can be scored inside the training pixels ({scored[0].name}:"
            f" {scored[0].reason.rstrip('.')}); choose fewer 'inner_folds', another 'sampler' or other candidates"
        )
    return scored, max(known, key=lambda place: scored[place].score or 0.0)


def best_epochs(scene: Scene, split: Split, winner: CandidateScore, asked: Final, *, threads: int = 1) -> int | None:
    """Return the median over the inner folds of the epoch that validation keeps; None of a model without epochs."""
    if not model_class(winner.model).network:
        return None
    subject = Subject(winner.model, winner.features, winner.options, winner.feature_options)
    problem = problem_of(subject, scene, split, inner_search(asked), seed=asked.seed)
    epochs = [
        fit(
            problem.scene, fold, winner.model, features=winner.features, seed=asked.seed, threads=threads,
            feature_options=winner.feature_options, applicability=False, **winner.options,
        ).training.best_epoch
        for fold in problem.folds
    ]  # fmt: skip
    return round(median(epoch for epoch in epochs if epoch is not None))


def _scored(
    scene: Scene, split: Split, candidate: Candidate, asked: Final, *, alone: bool, threads: int
) -> CandidateScore:
    subject, search = candidate.subject, inner_search(asked)
    plain = CandidateScore(
        name=candidate.label, model=candidate.model, features=candidate.features, options=dict(candidate.options),
        feature_options=dict(candidate.feature_options),
    )  # fmt: skip
    if alone and candidate.search is None:
        return plain
    try:
        if candidate.search is not None:
            own = {"sampler": asked.sampler, "sampler_options": asked.sampler_options, "folds": asked.inner_folds}
            found = tune(
                scene, split, candidate.model, features=candidate.features, seed=asked.seed, threads=threads,
                search={**own, "metric": asked.metric, **candidate.search},
                feature_options=candidate.feature_options, **candidate.options,
            )  # fmt: skip
            return plain.model_copy(update={
                "options": found.options, "feature_options": found.feature_options, "score": found.best.value,
                "scores": list(found.best.scores),
            })  # fmt: skip
        problem = problem_of(subject, scene, split, search, seed=asked.seed)
        scores = [
            score(problem, fold, subject, {}, metric=asked.metric, seed=asked.seed, threads=threads)
            for fold in problem.folds
        ]
    except (DataError, UsageError) as error:
        return plain.model_copy(update={"reason": str(error)})
    return plain.model_copy(update={"score": mean(scores), "scores": scores})
