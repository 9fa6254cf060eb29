"""The result of a search, in memory and as files: the best options as configuration, the trials, the summary."""

import csv
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hsclass import __version__
from hsclass.atomic import write_text
from hsclass.errors import DataError
from hsclass.resources import versions
from hsclass.results.record import write_record
from hsclass.results.search import Asked, Axis, Scored, SearchRecord
from hsclass.space import Dimension
from hsclass.tuning.options import TuneOptions
from hsclass.tuning.problem import Problem
from hsclass.tuning.subject import PREFIX, Subject
from hsclass.tuning.trials import Trial, best_trial

BEST, FEATURES, TRIALS, STUDY = "best.yaml", "features.yaml", "trials.csv", "study.json"


@dataclass(frozen=True)
class Tuned:
    """A finished search.

    Attributes
    ----------
    subject : Subject
    search : TuneOptions
    space : mapping of str to Dimension
        The searched options; those of the extractor start with "features.".
    trials : tuple of Trial
    problem : Problem
    seed : int
    """

    subject: Subject
    search: TuneOptions
    space: Mapping[str, Dimension]
    trials: tuple[Trial, ...]
    problem: Problem
    seed: int

    @property
    def best(self) -> Trial:
        """The best trial.

        Raises
        ------
        DataError
            If no trial could be scored on all folds.
        """
        found = best_trial(self.trials)
        if found is None:
            reasons = [trial.reason for trial in self.trials if trial.reason]
            said = f" (the first: {reasons[0].rstrip('.')})" if reasons else ""
            raise DataError(
                f"search of {self.subject.model}: none of {len(self.trials)} trials could be scored on all folds{said};"
                " narrow the 'space' to options that fit, or make other folds"
            )
        return found

    @property
    def options(self) -> dict[str, Any]:
        """All options of the best model, as `hsclass.fit` takes them."""
        return dict(self.subject.parsed(self.best.values)[0].model_dump(mode="json"))

    @property
    def feature_options(self) -> dict[str, Any]:
        """All options of the extractor of the best trial."""
        return dict(self.subject.parsed(self.best.values)[1].model_dump(mode="json"))

    def record(self) -> SearchRecord:
        """Return the summary of the search, as it is stored."""
        counts = {name: sum(trial.outcome == name for trial in self.trials) for name in ("complete", "pruned", "unfit")}
        start = next((trial for trial in self.trials if trial.start), None)
        return SearchRecord(
            model=self.subject.model,
            features=self.subject.features,
            seed=self.seed,
            search=Asked(**self.search.model_dump(mode="json")),
            space={name: Axis(**dimension.model_dump(mode="json")) for name, dimension in self.space.items()},
            given={**self.subject.merged({})[0], **_prefixed(self.subject.merged({})[1])},
            folds=self.problem.summary(),
            dropped_folds={str(number): reason for number, reason in self.problem.dropped.items()},
            left_out=list(self.problem.left_out),
            spectra="everywhere" if self.problem.reach is None else "training windows",
            reach=self.problem.reach,
            trials={"finished": len(self.trials), **counts},
            best=_scored(self.best),
            start=None if start is None else _scored(start),
            seconds=round(sum(trial.seconds for trial in self.trials), 3),
            versions={"hsclass": __version__, **versions("optuna")},
        )

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Write `best.yaml` and `features.yaml`, entries of an experiment's lists, `trials.csv` and `study.json`."""
        best, folder = self.best, Path(folder)
        head = f"# Won a search of {len(self.trials)} trials: {self.search.metric} {best.value:.4f} over the folds.\n"
        write_text(folder / BEST, head + _entry("model", self.subject.model, self.options))
        write_text(folder / FEATURES, _entry("features", self.subject.features, self.feature_options))
        write_text(folder / TRIALS, self._table())
        write_record(self.record(), folder / STUDY)

    def _table(self) -> str:
        """Return the trials as CSV, without times, so that the same search gives the same bytes."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        folds = [f"fold_{number}" for number in range(len(self.problem.folds))]
        table.writerow(["trial", "outcome", "value", *folds, *self.space, "reason"])
        for trial in self.trials:
            scores = [f"{score:.6f}" for score in trial.scores]
            tried = [_cell(trial.values[name]) for name in self.space]
            # A mean over some folds only is not comparable with one over all.
            value = f"{trial.value:.6f}" if trial.outcome == "complete" else ""
            blank = [""] * (len(folds) - len(scores))
            table.writerow([trial.number, trial.outcome, value, *scores, *blank, *tried, trial.reason])
        return text.getvalue()


def _prefixed(options: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{PREFIX}{name}": value for name, value in options.items()}


def _scored(trial: Trial) -> Scored:
    return Scored(
        trial=trial.number,
        value=trial.value,
        spread=trial.spread,
        scores=list(trial.scores),
        values=trial.values,
    )


def _entry(key: str, name: str, options: Mapping[str, Any]) -> str:
    return yaml.safe_dump({key: name, **options}, sort_keys=False, default_flow_style=None, width=100)


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
