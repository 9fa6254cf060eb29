"""What each figure holds under."""

from pathlib import Path

import pytest

from hsclass.report import write_report
from hsclass.report.conditions import condition_rows


@pytest.fixture
def rows(read_set):
    return lambda experiment: list(condition_rows(read_set(experiment)).itertuples())


def test_conditions_name_reach_window_shares_and_what_was_fitted(experiment, rows) -> None:
    forest, net, _, honest = rows(experiment)
    assert (forest.reach, forest.window, forest.overlap) == ("0", "1", "0\u202f%")
    assert (net.reach, net.window, net.overlap, net.centre) == ("2", "5", "98.4\u202f%", "75.0\u202f%")
    assert (honest.overlap, honest.fitted, honest.tested) == ("0\u202f%", "48 / 0 / 48 / 0", "none")
    assert not any(row.unbounded or row.shares for row in (forest, net, honest))
    assert [row.alike for row in (forest, net, honest)] == [True, False, False]


def test_reach_without_bound_is_flagged(experiment, rows) -> None:
    leakage = {"reach": None, "unbounded": True, "window": None, "overlap_share": 0.0, "centre_share": 0.0}
    experiment.edit("metrics.json", lambda metrics: metrics.update(leakage=leakage), split="blocks")
    row = rows(experiment)[2]
    assert (row.unbounded, row.reach, row.window) == (True, "no bound", "5 (the split’s)")
    write_report(experiment.file, Path("out"))
    page = Path("out/index.html").read_text()
    assert page.count('<span class="badge leaky">unbounded reach</span>') == 1 + 2  # the sentence and two models
    assert "second channel of leakage" in page


def test_reach_beyond_the_window_of_an_honest_split_is_flagged(experiment, rows) -> None:
    def change(metrics) -> None:
        metrics["leakage"].update(reach=6, window=13, overlap_share=0.5)

    experiment.edit("metrics.json", change, split="blocks")
    assert [row.shares for row in rows(experiment)] == [False, False, True, True]


def test_what_one_seed_did_not_check_is_not_called_checked(experiment, rows) -> None:
    edited = iter([None, {"normalizer": 48, "extractor": 48, "model": 50, "validation": 2}])
    experiment.runs = [run for run in experiment.runs if run["split"] == "blocks" and run["model"] == "rf"]
    experiment.edit("metrics.json", lambda metrics: metrics.update(fit_scope=next(edited)))
    row = rows(experiment)[2]
    assert (row.fitted, row.tested) == ("48 / 48 / 50 / 2", "not checked")


def test_what_could_not_be_checked_stands_below_the_accuracies(experiment) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(checks=["not checked: no <model>"]), split="blocks")
    write_report(experiment.file, Path("out"))
    page = Path("out/index.html").read_text()
    (line,) = (line for line in page.splitlines() if 'class="check"' in line)
    assert line.endswith("</strong> not checked: no &lt;model&gt;.</p>")
    assert line.count(" on blocks") == 2  # both models, each once for all of its seeds
    assert " on random" not in line
