"""What is searched of a model, and how a user narrows it."""

from typing import Any

import pytest

from hsclass.errors import UsageError
from hsclass.space import Choice, Range
from hsclass.tuning.checks import check_search
from hsclass.tuning.options import TuneOptions
from hsclass.tuning.subject import Subject


def space(subject: Subject, **search: Any) -> dict[str, Any]:
    return check_search(subject, TuneOptions.model_validate(search))


def test_options_that_are_given_are_not_searched() -> None:
    assert set(space(Subject("svm"))) == {"c", "gamma", "class_weight"}
    assert set(space(Subject("svm", options={"c": 10.0}))) == {"gamma", "class_weight"}


def test_a_range_is_narrowed_at_one_end_and_stays_what_it_is() -> None:
    found = space(Subject("svm"), space={"c": {"high": 100}})["c"]
    assert found == Range(low=0.1, high=100.0, log=True)
    assert not found.whole


def test_a_list_replaces_a_range_and_a_range_a_list() -> None:
    asked = {"gamma": ["scale", 0.01], "class_weight": ["balanced"]}
    found = space(Subject("svm"), space=asked)
    assert found["gamma"] == Choice(choices=("scale", 0.01))
    assert found["class_weight"] == Choice(choices=("balanced",))
    replaced = space(Subject("rf"), space={"max_features": {"low": 0.1, "high": 0.9}})
    assert replaced["max_features"] == Range(low=0.1, high=0.9)


def test_an_option_that_declares_nothing_can_be_searched_too() -> None:
    assert space(Subject("rf"), space={"trees": {"low": 50, "high": 200, "step": 50}})["trees"].whole
    assert set(space(Subject("sam"), space={"normalization": ["none", "minmax"]})) == {"normalization"}


def test_the_extractor_is_searched_where_it_is_asked_for() -> None:
    subject = Subject("svm", "pca", feature_options={"whiten": True})
    assert "features.components" not in space(subject)
    found = space(subject, features=True)
    assert found["features.components"].whole
    assert "features.whiten" not in found
    narrowed = space(subject, feature_space={"components": [5, 10]})
    assert narrowed["features.components"] == Choice(choices=(5, 10))


def test_tried_values_go_to_model_and_extractor() -> None:
    subject = Subject("svm", "pca", {"c": 3.0}, {"whiten": True})
    assert subject.merged({"gamma": 0.1, "features.components": 7}) == (
        {"c": 3.0, "gamma": 0.1},
        {"whiten": True, "components": 7},
    )
    assert subject.defaults["c"] == 3.0
    assert subject.defaults["features.whiten"] is True


@pytest.mark.parametrize(
    ("subject", "search", "sentence"),
    [
        (Subject("sam"), {}, "search of sam: there is nothing to search"),
        (Subject("svm"), {"space": {"cost": [1, 2]}}, "model svm: unknown option 'cost'"),
        (Subject("svm"), {"space": {"c": [1, -2]}}, "model svm: option 'c' is -2"),
        (Subject("svm"), {"space": {"c": {"high": 0.01}}}, "search of svm: space of 'c': "),
        (Subject("svm"), {"space": {"c": 3}}, "space of 'c': is 3; expected a list of values, or any of low, high"),
        (Subject("svm", options={"c": 1}), {"space": {"c": [1, 2]}}, "space of 'c': the option is given a value, too"),
        (Subject("knn"), {"space": {"neighbours": {"high": 9.5}}}, "holds numbers that are not whole"),
        (Subject("svm"), {"sampler": "region_growing"}, "leaks or cannot cross-validate"),
        (Subject("svm"), {"sampler": "dbscan"}, "unknown sampler 'dbscan'"),
        (Subject("svm"), {"sampler_options": {"folds": 3}}, "move it there"),
        (Subject("svm"), {"sampler_options": {"size": 3}}, "sampler dbscan_area: unknown option 'size'"),
        (Subject("ann"), {"folds": 2, "validation": 0.6}, "expected a validation share of at most one fold"),
    ],
)
def test_impossible_search_is_one_sentence(subject: Subject, search: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        space(subject, **search)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_validation_pixels_are_for_networks_alone() -> None:
    space(Subject("svm"), folds=2, validation=0.6)
