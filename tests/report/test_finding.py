"""The sentence at the top, for experiments that lack one side of the comparison."""

import json
import shutil
from pathlib import Path

from hsclass.report.collect import read_results
from hsclass.report.finding import find
from hsclass.report.inflation import inflations
from hsclass.report.tables import groups


def found(experiment):
    return find(groups(read_results(experiment.file), "farm"))


def test_finding_holds_difference_and_quotient(experiment) -> None:
    finding = found(experiment)
    assert (finding.honest.split, finding.leaky.split) == ("blocks", "random")
    assert round(finding.gap, 9) == 0.44
    assert round(finding.ratio, 4) == 1.9167


def test_without_an_honest_split_no_accuracy_is_claimed(experiment) -> None:
    experiment.edit("audit.json", lambda audit: audit.update(leaky=True))
    finding = found(experiment)
    assert finding.honest is None
    assert finding.sentence.startswith("Every split of this experiment leaks: the highest OA, 0.92 (net, split random)")


def test_without_a_leaky_split_there_is_no_comparison(experiment) -> None:
    experiment.edit("audit.json", lambda audit: audit.update(leaky=False, overlap_share=0.0))
    finding = found(experiment)
    assert finding.leaky is None
    assert finding.sentence == (
        "On splits without leakage the best model, net, reaches OA 0.92 (random, mean of 2 seeds)."
    )


def test_equal_accuracy_is_not_called_more(experiment) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(oa=0.6))
    assert found(experiment).sentence.endswith("the leaky random split shows 0.60 for the same model.")


def with_twin(experiment):
    experiment.make_twin()
    results = read_results(experiment.file)
    groups_found = groups(results, "farm")
    return find(groups_found, inflations(groups_found, results.experiment.twins))


def test_twin_of_the_best_split_gives_inflation_and_its_interval(experiment) -> None:
    finding = with_twin(experiment)
    assert finding.sentence == (
        "On splits without leakage the best model, net, reaches OA 0.48 (blocks, mean of 2 seeds); with the same class"
        " counts drawn at random, the leaky random split shows 0.92 for the same model: leakage adds 0.44 (95 %"
        " interval 0.38 to 0.50)."
    )
    assert round(finding.gap, 9) == 0.44
    assert finding.inflation.twin is finding.leaky


def test_twin_is_preferred_to_another_leaky_split_of_higher_accuracy(experiment) -> None:
    content = json.loads(experiment.file.read_text())
    other = [run | {"split": "even_leakier"} for run in content["runs"] if run["split"] == "random"]
    for run in other:
        run["folder"] = run["folder"].replace("random", "leakier")
        shutil.copytree(run["folder"].replace("leakier", "random"), run["folder"])
        path = Path(run["folder"], "metrics.json")
        path.write_text(json.dumps(json.loads(path.read_text()) | {"oa": 0.99}))
    experiment.file.write_text(json.dumps(content | {"runs": content["runs"] + other}))
    assert found(experiment).leaky.oa.mean == 0.99
    assert with_twin(experiment).leaky.split == "random"


def test_twin_that_is_no_better_is_not_said_to_add(experiment) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(oa=0.3, oa_low=0.2, oa_high=0.4), split="random")
    # 0.30 - 0.48; limits: 0.30 - 0.50 - hypot(0.1, 0.03), 0.30 - 0.46 + hypot(0.1, 0.05)
    assert with_twin(experiment).sentence.endswith(": a difference of −0.18 (95 % interval −0.30 to −0.05).")
