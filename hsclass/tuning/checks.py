"""Checks of a search that need no scene, so that they run before any job."""

from hsclass.errors import UsageError
from hsclass.models import model_class
from hsclass.options import parse_options
from hsclass.samplers import SAMPLERS
from hsclass.samplers.folds import FoldOptions, train_share
from hsclass.samplers.sampler import Sampler
from hsclass.space import Dimension
from hsclass.tables import resolve
from hsclass.tuning.options import TuneOptions
from hsclass.tuning.subject import Subject


def check_search(subject: Subject, search: TuneOptions) -> dict[str, Dimension]:
    """Return the search space.

    Raises
    ------
    UsageError
        If an option of the search is unknown or invalid.
    """
    sampler = check_sampler(search)
    if "folds" in search.sampler_options:
        raise UsageError(
            "search: 'sampler_options' holds 'folds'; expected it among the search's own options; move it there"
        )
    parse_options(sampler.options_model, {**search.sampler_options, "folds": search.folds}, f"sampler {search.sampler}")
    train_share(search.folds, validation_share(subject, search))
    return subject.space(search)


def check_searchable(samples: str, model: str) -> None:
    """Raise UsageError where samples, "pixels" or "images", have no spatial folds to search on."""
    if samples != "pixels":
        raise UsageError(
            f"model {model}: option 'tune' searches on spatial folds, which {samples} do not have; take it out, or let"
            " the validation images choose (model linear_head)"
        )


def check_sampler(search: TuneOptions) -> type[Sampler]:
    """Return the sampler of a search; raise UsageError if it is leaky, cannot cross-validate or is unknown."""
    sampler: type[Sampler] = resolve(SAMPLERS, search.sampler, "sampler")
    if not _fits(sampler):
        fitting = [name for name in sorted(SAMPLERS) if _fits(resolve(SAMPLERS, name, "sampler"))]
        raise UsageError(
            f"search: option 'sampler' is '{search.sampler}', which leaks or cannot cross-validate; expected one of"
            f" {', '.join(fitting)}"
        )
    return sampler


def validation_share(subject: Subject, search: TuneOptions) -> float:
    """Return the share of the training pixels for validation in each fold; only networks use it."""
    return search.validation if model_class(subject.model).runs_keras(subject.parsed({})[0]) else 0.0


def _fits(sampler: type[Sampler]) -> bool:
    return not sampler.leaky and issubclass(sampler.options_model, FoldOptions)
