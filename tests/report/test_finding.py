"""The sentence at the top, for experiments that lack one side of the comparison."""

from hsclass.report.collect import read_results
from hsclass.report.finding import find
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
