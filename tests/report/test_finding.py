"""The sentence at the top, for experiments that lack one side of the comparison."""

import json
import shutil
from pathlib import Path

import pytest

from hsclass.report.finding import find


@pytest.fixture
def found(read_set):
    return lambda experiment: find(read_set(experiment))


def test_finding_is_about_the_chosen_model_and_a_leaky_split(experiment, found) -> None:
    finding = found(experiment)
    assert (finding.safe.split, finding.leaky.split) == ("blocks", "random")


def test_without_an_split_without_leakage_no_accuracy_is_claimed(experiment, found) -> None:
    experiment.edit("audit.json", lambda audit: audit.update(leaky=True))
    finding = found(experiment)
    assert finding.safe is None
    assert finding.sentence.startswith(
        "No split of this experiment keeps training and test pixels apart: OA 0.75 to 0.92 on random (net: 0.92) says"
        " little about ground"
    )


def test_without_a_leaky_split_there_is_no_comparison(experiment, found) -> None:
    experiment.edit("audit.json", lambda audit: audit.update(leaky=False, overlap_share=0.0))
    finding = found(experiment)
    assert finding.leaky is None
    assert finding.sentence == (
        "On random, the first split without leakage, net, which the validation samples chose, reaches OA 0.92 (all"
        " tests of 2 seeds; the other model 0.75)."
    )


def test_equal_accuracy_is_not_called_more(experiment, found) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(oa=0.6))
    assert "the leaky random split shows 0.60 for the same model." in found(experiment).sentence


@pytest.fixture
def with_matched(read_set):
    def run(experiment):
        experiment.make_matched()
        return find(read_set(experiment))

    return run


def test_matched_random_split_of_the_chosen_model_gives_optimism_and_its_interval(experiment, with_matched) -> None:
    finding = with_matched(experiment)
    assert finding.sentence == (
        "On blocks, the split without leakage, net, which the validation samples chose, reaches OA 0.48 (all tests of 2"
        " seeds; the other model 0.42); with the same class counts drawn at random, the leaky random split shows 0.92"
        " for the same model: random-sampling optimism of 0.44 (95 % interval +0.34 to +0.54) on the 40 tests that both"
        " share."
    )
    assert (finding.optimism.split_random, finding.leaky.split) == ("random", "random")


def test_matched_random_split_is_preferred_to_an_earlier_leaky_one(experiment, found, with_matched) -> None:
    content = json.loads(experiment.file.read_text())
    other = [run | {"split": "even_leakier"} for run in content["runs"] if run["split"] == "random"]
    for run in other:
        run["folder"] = run["folder"].replace("random", "leakier")
        shutil.copytree(run["folder"].replace("leakier", "random"), run["folder"])
        path = Path(run["folder"], "metrics.json")
        path.write_text(json.dumps(json.loads(path.read_text()) | {"oa": 0.99}))
    experiment.file.write_text(json.dumps(content | {"runs": other + content["runs"]}))
    assert found(experiment).leaky.oa == 0.99
    assert with_matched(experiment).leaky.split == "random"


def test_random_sampling_that_is_no_better_is_not_called_optimism(experiment, with_matched) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(oa=0.3, oa_low=0.2, oa_high=0.4), split="random")
    assert with_matched(experiment).sentence.count(
        ": a difference of −0.18 (95 % interval −0.28 to −0.08) on the 40 tests that both share."
    )


def test_a_split_is_not_called_leaky_for_a_model_whose_windows_share_nothing(experiment, found) -> None:
    """Spectral models share no pixel on any split, so nothing leaks to them."""

    def change(metrics) -> None:
        if metrics["leakage"]["reach"] == 0:  # rf
            metrics["validation"]["aa"] += 0.4

    experiment.edit("metrics.json", change, split="blocks")
    sentence = found(experiment).sentence
    assert ", rf, which the validation samples chose, reaches OA 0.42 " in sentence
    assert "; on its own test pixels the random split shows 0.75 for the same model." in sentence


def test_model_is_chosen_by_its_validation_samples_not_by_its_test_samples(experiment, found) -> None:
    """The validation AA of rf, 0.64 and 0.50, has a higher mean than that of net, 0.60 and 0.50; its OA is lower."""
    scores = {0.40: 0.64, 0.44: 0.50, 0.46: 0.60, 0.50: 0.50}
    experiment.edit("metrics.json", lambda metrics: metrics["validation"].update(aa=scores[metrics["oa"]]),
                    split="blocks")  # fmt: skip
    assert found(experiment).safe.label == "rf"


def test_without_validation_samples_no_model_is_singled_out(experiment, read_set) -> None:
    def change(metrics) -> None:
        if metrics["leakage"]["reach"] == 0:  # rf alone lacks it
            metrics["validation"] = None

    experiment.edit("metrics.json", change)
    assert find(read_set(experiment)).sentence == (
        "On blocks, the split without leakage, the models reach OA 0.42 to 0.48 (all tests of 2 seeds); the"
        " random split shows 0.75 to 0.92 for the same models."
    )


def test_only_model_needs_no_choice(experiment, found) -> None:
    content = json.loads(experiment.file.read_text())
    content["runs"] = [run for run in content["runs"] if run["model"] == "net"]
    experiment.file.write_text(json.dumps(content))
    assert found(experiment).sentence == (
        "On blocks, the split without leakage, net reaches OA 0.48 (all tests of 2 seeds); on its own test pixels the"
        " leaky random split shows 0.92 for the same model."
    )


def test_first_of_several_splits_without_leakage_is_named_whatever_its_accuracy(experiment, found) -> None:
    experiment.edit("audit.json", lambda audit: audit.update(leaky=False, overlap_share=0.0))
    experiment.edit("metrics.json", lambda metrics: metrics.update(oa=0.1), split="random")
    assert found(experiment).sentence.startswith("On random, the first split without leakage, net, which the")
