"""A model entry with a search is checked before any job starts."""

import json
from typing import Any

import jsonschema
import pytest
import yaml

from hsclass.errors import UsageError
from hsclass.experiment import Experiment
from hsclass.report.information import experiment_yaml
from hsclass.results import ExperimentRecord
from hsclass.schema import experiment_schema


def config(*models: Any, **changes: Any) -> dict[str, Any]:
    return {"experiment": "toy", "scenes": ["indian_pines"], "splits": ["dbscan_area"], "models": [*models], **changes}


def test_entry_says_what_is_given_and_how_the_rest_is_searched() -> None:
    entry = {"model": "svm", "c": 5, "tune": {"trials": 7}}
    experiment = Experiment(config("rf", entry))
    assert experiment.models["rf"].search is None
    search = experiment.models["svm"].search
    assert search is not None
    assert (search.trials, search.folds, search.sampler) == (7, 5, "dbscan_area")
    assert experiment.models["svm"].given_search == {"trials": 7}
    rf, svm = experiment.resolved()["models"]
    assert "tune" not in rf
    assert svm["options"] == {"c": 5}
    assert svm["tune"]["trials"] == 7


@pytest.mark.parametrize(("given", "searched"), [(True, True), ({}, True), (False, False), (None, False)])
def test_true_asks_for_the_defaults(given: Any, searched: bool) -> None:
    assert (Experiment(config({"model": "svm", "tune": given})).models["svm"].search is not None) == searched


def test_resolved_experiment_runs_the_same_search_again() -> None:
    asked = {"model": "svm", "c": 5, "tune": {"trials": 7, "space": {"gamma": ["scale", 0.1]}, "features": True}}
    first = Experiment(config(asked, features=["pca"])).resolved()
    again = yaml.safe_load(experiment_yaml(ExperimentRecord.model_validate(json.loads(json.dumps(first)))))
    again = Experiment(again).resolved()
    assert again["models"] == first["models"]


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"model": "svm", "tune": 3}, "'tune' is 3; expected the options of a search, or true for their defaults"),
        (
            {"model": "svm", "tune": {"trial": 3}},
            "model svm: tune: unknown option 'trial'; expected one of feature_space",
        ),
        ({"model": "svm", "tune": {"space": {"cost": [1]}}}, "model svm: unknown option 'cost'"),
        ({"model": "svm", "c": 1, "tune": {"space": {"c": [1]}}}, "the option is given a value, too"),
        ({"model": "svm", "tune": {"sampler": "random"}}, "search: option 'sampler' is 'random', which leaks"),
        ({"model": "sam", "tune": {}}, "search of sam: there is nothing to search"),
        ({"model": "svm", "tune": {"feature_space": {"components": [1]}}}, "features raw: unknown option 'components'"),
    ],
)
def test_impossible_search_is_one_sentence(entry: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        Experiment(config(entry))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_only_models_are_tuned() -> None:
    with pytest.raises(UsageError, match="unknown option 'tune'"):
        Experiment(config("rf", features=[{"features": "pca", "tune": True}]))


def test_schema_knows_searches() -> None:
    schema = experiment_schema()
    jsonschema.validate(config({"model": "svm", "tune": {"trials": 3, "space": {"c": {"high": 9}}}}), schema)
    jsonschema.validate(config({"model": "rf", "tune": True}), schema)
    for tune in (3, {"trial": 3}, {"trials": 0}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(config({"model": "svm", "tune": tune}), schema)
