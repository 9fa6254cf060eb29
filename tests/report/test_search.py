"""The panel of a search: inner beside outer figures, the trials, and nothing where nothing was searched."""

import json
from pathlib import Path
from typing import Any

import pytest

from hsclass.errors import DataError
from hsclass.report import write_report
from hsclass.report.collect import read_results
from hsclass.report.search import progress_figure, scatter_figure, search_panels, trials_table

SPACE: dict[str, Any] = {
    "c": {"low": 0.1, "high": 1000.0, "log": True, "step": None},
    "depth": {"low": 1, "high": 9, "log": False, "step": None},
    "hidden": {"choices": [None, [64, 32]]},
}
TRIALS = """trial,outcome,value,fold_0,fold_1,c,depth,hidden,reason
0,complete,0.300000,0.2,0.4,auto,3,null,
1,pruned,,0.1,,10.0,4,"[64, 32]",
2,complete,0.500000,0.4,0.6,1.0,5,"[64, 32]",
3,complete,0.400000,0.3,0.5,100.0,6,null,
4,unfit,,,,0.2,9,null,too deep
"""


def search(experiment, **changes: Any) -> None:
    """Declare the model `net` searched, and leave what the tune stage leaves."""
    content = json.loads(experiment.file.read_text())
    content["models"][1] |= {"options": {}, "tune": {"trials": 5, "folds": 2}}
    experiment.file.write_text(json.dumps(content))
    study = {
        "search": {"metric": "oa", "sampler": "dbscan_area", "trials": 5}, "space": SPACE,
        "folds": [{"train": 30}, {"train": 40}], "spectra": "training windows",
        "best": {"trial": 2, "value": 0.5, "spread": 0.1414},
        "start": {"trial": 0, "value": 0.3, "spread": 0.1414}, "seconds": 42.0,
        "trials": {"finished": 5, "complete": 3, "pruned": 1, "unfit": 1}, "model": "net", "features": "raw",
        "seed": 0, "given": {}, "dropped_folds": {}, "left_out": [], "reach": 2, "versions": {}, **changes,
    }  # fmt: skip
    for run in experiment.runs:
        if run["model"] == "net":
            folder = Path(run["folder"], "tuned")
            folder.mkdir()
            (folder / "study.json").write_text(json.dumps(study))
            (folder / "trials.csv").write_text(TRIALS)


@pytest.fixture
def panels(read_set):
    return lambda experiment: search_panels(read_set(experiment))


@pytest.fixture
def searches(read_set):
    """The searches of the seeds on `random`."""
    return lambda experiment: [
        run.search for run in read_set(experiment).runs.values() if run.search and run.entry.split == "random"
    ]


def test_a_panel_for_each_split_sets_inner_next_to_outer_figures(experiment, panels) -> None:
    search(experiment)
    found = panels(experiment)
    assert [(panel.split, panel.label) for panel in found] == [("random", "net"), ("blocks", "net")]
    blocks = found[1]
    assert (blocks.metric, blocks.folds, blocks.everywhere) == ("OA", 2, False)
    row = blocks.rows[1]
    assert (row.seed, row.start, row.best) == (1, "0.300", "0.500 ± 0.141")
    assert row.test == "0.500 (0.450 to 0.530)"
    assert row.tried == "3 on all folds, 1 given up, 1 refused"


def test_line_is_the_best_so_far(experiment, searches) -> None:
    """Of the values 0.3, none, 0.5, 0.4, none the best so far are 0.3, 0.3, 0.5, 0.5, 0.5."""
    search(experiment)
    ax = progress_figure(trials_table(searches(experiment)[:1])).axes[0]
    best, scored, without = ax.lines
    assert list(best.get_ydata()) == [0.3, 0.3, 0.5, 0.5, 0.5]
    assert (list(scored.get_xdata()), list(scored.get_ydata())) == ([1, 3, 4], [0.3, 0.5, 0.4])
    assert list(without.get_xdata()) == [2, 5]


def test_scatter_shows_scored_trials_and_marks_the_winner(experiment, panels, searches) -> None:
    search(experiment)
    assert list(panels(experiment)[0].scatters) == list(SPACE)
    found = searches(experiment)
    # two seeds of the same trials; the own option 'auto' lies outside the axis of c
    ax = scatter_figure(trials_table(found), "c", found[0].space["c"]).axes[0]
    assert (ax.get_xscale(), ax.get_xlim()) == ("log", (0.1, 1000))
    assert [list(line.get_xdata()) for line in ax.lines] == [[100], [1]] * 2  # the others, the winner
    assert [list(line.get_ydata()) for line in ax.lines] == [[0.4], [0.5]] * 2
    assert ax.lines[1].get_markersize() > ax.lines[0].get_markersize()
    depths = scatter_figure(trials_table(found), "depth", found[0].space["depth"]).axes[0]
    assert [list(line.get_xdata()) for line in depths.lines] == [[3, 6], [5]] * 2
    hidden = scatter_figure(trials_table(found), "hidden", found[0].space["hidden"]).axes[0]
    assert [list(line.get_xdata()) for line in hidden.lines] == [[0, 0], [1]] * 2
    assert [tick.get_text() for tick in hidden.get_xticklabels()] == ["none", "64 32"]


def test_page_has_the_section_only_where_something_was_searched(experiment) -> None:
    write_report(experiment.file, Path("plain"))
    assert 'id="search"' not in Path("plain/index.html").read_text()
    search(experiment)
    write_report(experiment.file, Path("out"))
    page = Path("out/index.html").read_text()
    assert '<section id="search"' in page
    assert "inner score" in page
    assert "tune: {trials: 5, folds: 2}" in page
    assert ">unbounded reach<" not in page


def test_spectra_that_were_seen_everywhere_are_flagged(experiment, panels) -> None:
    search(experiment, spectra="everywhere")
    assert all(panel.everywhere for panel in panels(experiment))
    write_report(experiment.file, Path("out"))
    assert ">unbounded reach<" in Path("out/index.html").read_text()


def test_what_an_earlier_experiment_searched_is_passed_over(experiment, panels) -> None:
    search(experiment)
    content = json.loads(experiment.file.read_text())
    del content["models"][1]["tune"]
    experiment.file.write_text(json.dumps(content))
    assert panels(experiment) == ()


def test_missing_or_foreign_files_of_a_search_are_named(experiment) -> None:
    search(experiment)
    table = Path(experiment.runs[1]["folder"], "tuned/trials.csv")
    table.write_text("trial,value\n0,0.5\n")
    with pytest.raises(DataError, match=r"tuned/trials\.csv: is not the table of the search next to it"):
        read_results(experiment.file)
    table.unlink()
    with pytest.raises(DataError, match=r"tuned/trials\.csv: no such file; .*; run the tune stage"):
        read_results(experiment.file)
