"""Leakage figures over seeds."""

import json
from pathlib import Path

from hsclass.report.collect import read_results
from hsclass.report.leakage import joined, leakage_rows, overlap_share


def rows(experiment):
    results = read_results(experiment.file)
    return results, list(leakage_rows(results.sets[0], results.splits, 5, "distance").itertuples())


def change(folder: str, **figures) -> None:
    path = Path(folder, "audit.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | figures))


def test_figures_of_equal_seeds_are_written_once(experiment) -> None:
    _, (random, blocks) = rows(experiment)
    assert (random.overlap, random.centre, random.moran) == ("98.4\u202f%", "75.0\u202f%", "−0.01")
    assert (blocks.overlap, blocks.centre, blocks.kl_train, blocks.kl_test) == ("0\u202f%", "0\u202f%", "0.020", "–")
    assert random.ratio == "25.0\u202f% → 27.0\u202f%"


def test_figures_of_unequal_seeds_are_a_range(experiment) -> None:
    change("results/farm/random-1", overlap_share=0.9, lost_classes=[])
    _, (random, _) = rows(experiment)
    assert random.overlap == "90.0\u202f% to 98.4\u202f%"
    assert random.lost == "Woods (1 of 2 seeds)"


def test_unknown_lost_classes_are_not_called_none(experiment) -> None:
    change("results/farm/random-1", lost_classes=None)
    change("results/farm/blocks-0", lost_classes=[])
    change("results/farm/blocks-1", lost_classes=[])
    _, (random, blocks) = rows(experiment)
    assert (random.lost, blocks.lost) == ("–", "none")


def test_largest_share_of_honest_and_leaky_splits(experiment) -> None:
    change("results/farm/random-1", overlap_share=0.9)
    results, _ = rows(experiment)
    assert overlap_share(results.splits, leaky=True) == 0.984
    assert overlap_share(results.splits, leaky=False) == 0


def test_histograms_of_unequal_reach_add_up(experiment) -> None:
    change("results/farm/random-1", distance_histogram={"edges": [1, 2, 3], "counts": [4, 5]})
    results, _ = rows(experiment)
    total = joined([split.audit for split in results.splits if split.name == "random"])
    assert total.edges == [1, 2, 3, 4, 5, 6, 7]
    assert total.counts == [13, 14, 0, 0, 0, 18]


def test_ranges_are_given_over_the_seeds_that_know_one(experiment) -> None:
    known = {"of": "spectra", "n": 200, "range": 12.34, "range_map": 370.2, "unit": "metre"}
    change("results/farm/blocks-0", autocorrelation=[known])
    change("results/farm/blocks-1", autocorrelation=[{"of": "spectra", "n": 90, "note": "only 90 pixels"}])
    change("results/farm/random-0", autocorrelation=[{"of": "errors", "n": 90, "note": "only 90 pixels"}])
    _, (random, blocks) = rows(experiment)
    assert blocks.ranges == [("spectra", "12.3 pixels (370.2 metre); not known in 1 of 2 seeds: only 90 pixels")]
    assert random.ranges == [("errors", "not known: only 90 pixels")]
