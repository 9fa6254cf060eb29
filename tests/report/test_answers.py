"""The four answers at the top of the page."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from hsclass.report.answers import border_share, limits_of_labels, zero_classes
from hsclass.report.delivered_answers import answers_part, models_part
from hsclass.report.optimism import interval_in_words


@pytest.fixture
def answers(read_set):
    return lambda experiment: {answer.question: answer for answer in answers_part(read_set(experiment)).answers}


def said(answer) -> str:
    return " ".join(line.text for line in answer.lines)


def test_answers_are_about_the_model_that_its_validation_pixels_chose(experiment, answers) -> None:
    found = answers(experiment)
    assert found["Which map?"].value == "net"
    assert [file.as_posix() for _, file in found["Which map?"].links] == ["results/farm/blocks-0/raw/net/map.tif"]
    assert found["How good?"].value == "0.48"
    assert "95 % interval 0.41 to 0.53." in said(found["How good?"])
    assert found["Why believe it?"].value == "0\u202f%"
    assert "71 test pixels." in said(found["Why believe it?"])


def test_optimism_is_named_where_there_is_a_matched_random_split(experiment, answers) -> None:
    experiment.make_matched()
    text = said(answers(experiment)["Why believe it?"])
    assert "shows 0.92: random-sampling optimism 0.44 (95 % interval +0.34 to +0.54)" in text
    assert "tests that both share, in 9 fields (7.5 effective: too few for a reliable interval)." in text


def test_models_that_the_comparison_does_not_tell_apart_are_named(experiment, answers) -> None:
    text = said(answers(experiment)["Which map?"])
    # on validation pixels 0.58 and 0.52; on test pixels rf minus net is −0.07, −0.12 to −0.01
    assert "Chosen by the largest mean AA on the validation pixels (0.58; the other 0.52), without the test" in text
    assert "There OA is lower for rf (−0.07, −0.12 to −0.01): difference with 95 % interval." in text
    assert "not distinguishable" not in text
    for limits in ({"high": 0.01}, {"low": None, "high": None}):
        path = experiment.comparisons / "blocks.json"
        content = json.loads(path.read_text())
        content["pairs"][0] |= limits
        path.write_text(json.dumps(content))
        text = said(answers(experiment)["Which map?"])
        assert "On the test pixels it is not distinguishable from rf." in text
        assert "There OA" not in text


def test_model_that_is_better_on_test_pixels_is_named_next_to_the_one_that_was_chosen(experiment, answers) -> None:
    path = experiment.comparisons / "blocks.json"
    content = json.loads(path.read_text())
    content["pairs"][0] |= {"difference": 0.06, "low": 0.02, "high": 0.1}
    path.write_text(json.dumps(content))
    found = answers(experiment)["Which map?"]
    assert found.value == "net"
    assert said(found).endswith(
        "There OA is higher for rf (+0.06, +0.02 to +0.10): difference with 95 % interval. A model taken for its"
        " accuracy on the test pixels would be shown too accurate by them."
    )


def test_use_of_the_validation_pixels_by_the_chosen_model_is_said(experiment, answers) -> None:
    assert "epoch" not in said(answers(experiment)["Which map?"])
    experiment.edit("metrics.json", lambda metrics: metrics["fit_scope"].update(validation=20))
    assert "Its epoch was chosen on the same validation pixels, which" in said(answers(experiment)["Which map?"])
    experiment.edit("model/model.json", lambda card: card["options"].update(monitor="loss"))
    assert "Its epoch" not in said(answers(experiment)["Which map?"])
    experiment.edit("model/model.json", lambda card: card["options"].update(monitor="val_loss"))
    assert "Its epoch" in said(answers(experiment)["Which map?"])
    experiment.edit("training.json", lambda training: training.update(best_epoch=None))  # as of a forest
    assert "Its epoch" not in said(answers(experiment)["Which map?"])


def test_no_model_is_singled_out_without_validation_samples(experiment, answers) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(validation=None))
    found = answers(experiment)
    assert (found["Which map?"].value, found["How good?"].value) == ("none chosen", "0.42 to 0.48")


def test_interval_of_few_fields_is_called_unreliable(experiment, answers) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics["interval"].update(reliable=False, effective_fields=2.7),
                    split="blocks")  # fmt: skip
    last = answers(experiment)["How good?"].lines[-1]
    assert (last.text, last.warns) == ("The interval is unreliable: 2.7 effective test fields.", True)
    experiment.edit("metrics.json", lambda metrics: metrics["interval"].update(runs=2), split="blocks")
    assert answers(experiment)["How good?"].lines[-1].text == (
        "The interval is unreliable: 2.7 effective test fields; 2 runs show too little of how others would differ."
    )


def test_class_that_no_seed_finds_is_named_and_one_without_test_pixels_is_not(experiment, read_set, answers) -> None:
    def lose(metrics) -> None:
        metrics["classes"][1]["producers_accuracy"] = 0.0

    experiment.edit("metrics.json", lose, split="blocks")
    results = read_set(experiment)
    assert zero_classes(results, results.chosen("blocks")) == ["Hay & straw"]
    text = said(answers(experiment)["Where not?"])
    assert "Accuracy 0: Hay & straw." in text
    assert "Not tested on blocks: Woods." in text


def test_class_that_one_seed_finds_has_not_accuracy_0(experiment, read_set) -> None:
    scores = iter([0.0, 0.0, 0.0, 0.5])

    def lose(metrics) -> None:
        metrics["classes"][1]["producers_accuracy"] = next(scores)

    experiment.edit("metrics.json", lose, split="blocks")
    results = read_set(experiment)
    assert zero_classes(results, results.chosen("blocks")) == []


def test_border_share_counts_pixels_that_touch_another_class() -> None:
    # 6 labelled pixels; the two in the middle touch, also over a corner; 0 is no class
    assert border_share(np.array([[1, 1, 0, 0], [0, 0, 2, 2], [3, 0, 0, 2]])) == pytest.approx(2 / 6)
    assert border_share(np.array([[1, 0, 2]])) == 0
    assert border_share(np.zeros((2, 2), int)) == 0


def test_labels_without_borders_are_called_polygons(experiment, read_set, answers) -> None:
    # in the scene of this experiment classes adjoin
    assert "pure polygons" not in said(answers(experiment)["Where not?"])
    results = read_set(experiment)
    results.samples.labels[:, [5, 6, 11, 12]] = 0
    assert any("pure polygons" in line.text and line.warns for line in answers_part(results).answers[-1].lines)


def test_unlabelled_share_counts_pixels_that_hold_data() -> None:
    """Two of four pixels with data are labelled, the other four pixels hold none."""
    labels = np.array([[1, 0, 0, 0], [2, 0, 0, 0]])
    lines = [[line.text for line in limits_of_labels(SimpleNamespace(labels=labels, valid=n))] for n in (4, 8, 2)]
    assert lines[0][-1] == "50.0\u202f% of the scene's pixels that hold data have no reference label."
    assert lines[1][-1] == "75.0\u202f% of the scene has no reference label."
    assert not any("reference label." in line for line in lines[2])


@pytest.mark.parametrize(
    ("limits", "said_of"),
    [((-0.1, 0.3), True), ((0.0, 0.3), True), ((0.01, 0.3), False), ((-0.3, -0.01), False), ((np.nan, np.nan), True)],
)
def test_optimism_whose_interval_holds_0_is_called_not_distinguishable(limits, said_of: bool) -> None:
    low, high = limits
    said = interval_in_words(SimpleNamespace(optimism_low=low, optimism_high=high))
    assert ("not distinguishable from 0" in said) is said_of


def test_top_is_about_the_delivered_map_alone_and_the_models_follow(experiment, answers, read_set) -> None:
    before = answers_part(read_set(experiment))
    assert models_part(read_set(experiment)) is None
    experiment.deliver(outside=0.25)
    assert models_part(read_set(experiment)) == before
    found = answers(experiment)
    which, good, where_not = (found[question] for question in ("Which map?", "How good?", "Where not?"))
    assert which.value == "forest"
    assert said(which) == (
        "Random forest on single spectra (Breiman, Machine Learning 45, 2001). Trained with all 176 labelled pixels."
    )
    assert [str(file) for _, file in which.links] == ["results/farm/final/map.tif", "results/farm/final/card.html"]
    # OA 0.6, its interval from 0.05 below to 0.03 above
    assert good.value == "0.60"
    assert good.lines[0].text == (
        "OA in fields without training pixels, of the procedure that made the map, trained with 90 to 101 of 176"
        " labelled pixels in each fold and tested on others; 95 % interval 0.55 to 0.63."
    )
    assert found["Why believe it?"].value == "3 folds"
    assert (where_not.value, where_not.lines[0].warns) == ("25.0\u202f% outside", True)
    assert where_not.lines[0].text.startswith("the area of applicability")
    assert "draw one (hsclass sample)" in said(where_not)


def test_labelled_sample_of_the_delivered_map_leads(experiment, answers) -> None:
    experiment.deliver(outside=0.25)
    experiment.assess()
    found = answers(experiment)
    good = found["How good?"]
    # 15 of 20 points right in a quarter of the map, 20 of 20 in the rest: 0.75 / 4 + 0.75
    assert good.value == "0.94"
    assert good.links == (("all classes and areas", "#assessed"),)
    # of 192 pixels 48 * 0.75 are class 1, with a standard error of 48 * sqrt(0.75 * 0.25 / 19); the others are class 2.
    # Of the 144 whose 20 units agree, 144 * 1.96² / (20 + 1.96²) = 23.2 may be class 1: upwards sqrt(9.35² + 23.2²)
    assert "Largest areas: Hay & straw 156.0 pixels (131.0 to 165.3); <b>Corn 36.0 pixels (26.7 to 61.0)." in said(good)
    assert "Nested cross-validation, in fields without training pixels: OA 0.60 (0.55 to 0.63)." in said(good)
    assert found["Why believe it?"].value == "40 sample points"
    assert "probability sample" not in said(found["Where not?"])
