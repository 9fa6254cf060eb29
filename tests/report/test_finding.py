"""The sentence at the top, for experiments that lack one side of the comparison."""

import json
import shutil
from pathlib import Path

import pytest

from hsclass.report.finding import find, finding_part


@pytest.fixture
def found(read_set):
    return lambda experiment: find(read_set(experiment))


def test_finding_holds_difference_and_quotient(experiment, found) -> None:
    finding = found(experiment)
    assert (finding.safe.split, finding.leaky.split) == ("blocks", "random")
    assert round(finding.gap, 9) == 0.44
    assert round(finding.ratio, 4) == 1.9167


def test_without_an_split_without_leakage_no_accuracy_is_claimed(experiment, found) -> None:
    experiment.edit("audit.json", lambda audit: audit.update(leaky=True))
    finding = found(experiment)
    assert finding.safe is None
    assert finding.sentence.startswith("Every split of this experiment leaks: the highest OA, 0.92 (net, split random)")


def test_without_a_leaky_split_there_is_no_comparison(experiment, found) -> None:
    experiment.edit("audit.json", lambda audit: audit.update(leaky=False, overlap_share=0.0))
    finding = found(experiment)
    assert finding.leaky is None
    assert finding.sentence == (
        "On splits without leakage the best model, net, reaches OA 0.92 (random, mean of 2 seeds)."
    )


def test_equal_accuracy_is_not_called_more(experiment, found) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(oa=0.6))
    assert found(experiment).sentence.endswith("the random split shows 0.60 for the same model.")


@pytest.fixture
def with_matched(read_set):
    def run(experiment):
        experiment.make_matched()
        return find(read_set(experiment))

    return run


def test_matched_random_split_of_the_best_gives_optimism_and_its_interval(experiment, with_matched) -> None:
    finding = with_matched(experiment)
    assert finding.sentence == (
        "On splits without leakage the best model, net, reaches OA 0.48 (blocks, mean of 2 seeds); with the same class"
        " counts drawn at random, the leaky random split shows 0.92 for the same model: random-sampling"
        " optimism of 0.44 (95 % interval 0.38 to 0.50)."
    )
    assert round(finding.gap, 9) == 0.44
    assert (finding.optimism.split_random, finding.leaky.split) == ("random", "random")


def test_matched_random_split_is_preferred_to_another_leaky_one_of_higher_accuracy(
    experiment, found, with_matched
) -> None:
    content = json.loads(experiment.file.read_text())
    other = [run | {"split": "even_leakier"} for run in content["runs"] if run["split"] == "random"]
    for run in other:
        run["folder"] = run["folder"].replace("random", "leakier")
        shutil.copytree(run["folder"].replace("leakier", "random"), run["folder"])
        path = Path(run["folder"], "metrics.json")
        path.write_text(json.dumps(json.loads(path.read_text()) | {"oa": 0.99}))
    experiment.file.write_text(json.dumps(content | {"runs": content["runs"] + other}))
    assert found(experiment).leaky.oa == 0.99
    assert with_matched(experiment).leaky.split == "random"


def test_random_sampling_that_is_no_better_is_not_called_optimism(experiment, with_matched) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(oa=0.3, oa_low=0.2, oa_high=0.4), split="random")
    # 0.30 - 0.48; limits: 0.30 - 0.50 - hypot(0.1, 0.03), 0.30 - 0.46 + hypot(0.1, 0.05)
    assert with_matched(experiment).sentence.endswith(": a difference of −0.18 (95 % interval −0.30 to −0.05).")


def test_a_split_is_not_called_leaky_for_a_model_whose_windows_share_nothing(experiment, found) -> None:
    """Spectral models share no pixel on any split, so nothing leaks to them."""

    def change(metrics) -> None:
        if metrics["leakage"]["reach"] == 0:  # rf
            metrics["oa"] += 0.4

    experiment.edit("metrics.json", change, split="blocks")
    sentence = found(experiment).sentence
    assert "the best model, rf," in sentence
    assert sentence.endswith("; the random split shows 0.75 for the same model.")


def test_large_figures_name_the_models_and_splits_they_belong_to(experiment, read_set) -> None:
    experiment.make_matched()
    figures = {figure.title: figure for figure in finding_part(read_set(experiment)).figures}
    assert figures["best OA without leakage"].value == "0.48"
    assert figures["best OA without leakage"].about == "net on blocks, 95 % interval 0.41 to 0.53"
    assert figures["same model, matched random split"].value == "0.92"
    assert (figures["random-sampling optimism"].value, figures["random-sampling optimism"].about) == (
        "+0.44", "95 % interval +0.38 to +0.50; OA × 1.92 on random"
    )  # fmt: skip
    windows = figures["test windows that share pixels with training or validation windows"]
    assert (windows.value, windows.about) == ("98.4\u202f%", "on the leaky split, 0\u202f% on the others")


def test_large_figure_of_a_model_whose_windows_share_nothing_is_not_marked_leaky(experiment, read_set) -> None:
    def change(metrics) -> None:
        if metrics["leakage"]["reach"] == 0:  # rf
            metrics["oa"] += 0.4

    experiment.edit("metrics.json", change, split="blocks")
    second = finding_part(read_set(experiment)).figures[1]
    assert (second.title, second.about, second.mark) == ("same model, other split", "rf on random", "")
