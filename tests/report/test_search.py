"""The panel of a search: inner beside outer figures, the trials, and nothing where nothing was searched."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from hsclass.errors import DataError
from hsclass.report import write_report
from hsclass.report.collect import read_results
from hsclass.report.search import SearchPanel, search_panels
from hsclass.report.tables import groups

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


def panels(experiment) -> tuple[SearchPanel, ...]:
    return search_panels(groups(read_results(experiment.file), "farm"), "s")


def circles(drawing: str) -> list[tuple[float, float, float]]:
    """x, y and radius of each circle."""
    return [
        (float(x), float(y), float(radius)) for x, y, radius in re.findall(r'cx="(.*?)" cy="(.*?)" r="(.*?)"', drawing)
    ]


def test_a_panel_for_each_split_sets_inner_beside_outer_figures(experiment) -> None:
    search(experiment)
    found = panels(experiment)
    assert [(panel.group.split, panel.group.label) for panel in found] == [("random", "net"), ("blocks", "net")]
    blocks = found[1]
    assert (blocks.metric, blocks.folds, blocks.everywhere) == ("OA", 2, False)
    row = blocks.rows[1]
    assert (row.seed, row.start, row.best) == (1, "0.300", "0.500 ± 0.141")
    assert row.test == "0.500 (0.450 to 0.530)"
    assert row.tried == "3 on all folds, 1 given up, 1 refused"


def test_line_is_the_best_so_far(experiment) -> None:
    """Of the values 0.3, none, 0.5, 0.4, none the best so far are 0.3, 0.3, 0.5, 0.5, 0.5."""
    search(experiment)
    drawing = panels(experiment)[0].progress
    line = re.findall(r'<polyline points="(.*?)"', drawing)[0]
    heights = [float(point.split(",")[1]) for point in line.split()]
    dots = [y for _, y, _ in circles(drawing)][:3]
    assert heights == pytest.approx([dots[0], dots[0], dots[1], dots[1], dots[1], dots[1]], abs=0.06)
    assert dots[1] < dots[2] < dots[0]


def test_scatter_shows_scored_trials_and_marks_the_winner(experiment) -> None:
    search(experiment)
    scatters = dict(panels(experiment)[0].scatters)
    assert list(scatters) == ["c", "depth", "hidden"]
    # two seeds of the same trials; the own option 'auto' lies beside the axis of c
    by_factor = circles(scatters["c"])
    assert len(by_factor) == 2 * 2
    assert [radius for *_, radius in by_factor] == [4.2, 2.4] * 2
    # 1 and 100 in 0.1 to 1000: a quarter and three quarters of the way
    left, right = by_factor[0][0], by_factor[1][0]
    depths = circles(scatters["depth"])
    assert right - left == pytest.approx(106, abs=0.1)  # half of 270 - 48 - 10
    assert depths[1][0] - depths[0][0] == pytest.approx(212 * 2 / 8, abs=0.1)
    assert len({x for x, *_ in circles(scatters["hidden"])}) == 2
    assert "64 32" in scatters["hidden"]


def test_page_has_the_section_only_where_something_was_searched(experiment) -> None:
    write_report(experiment.file, Path("plain"))
    assert 'id="search"' not in Path("plain/index.html").read_text()
    search(experiment)
    write_report(experiment.file, Path("out"))
    page = Path("out/index.html").read_text()
    assert '<section id="search">' in page
    assert "inner score" in page
    assert "tune: {trials: 5, folds: 2}" in page
    assert ">unbounded reach<" not in page


def test_spectra_that_were_seen_everywhere_are_flagged(experiment) -> None:
    search(experiment, spectra="everywhere")
    assert all(panel.everywhere for panel in panels(experiment))
    write_report(experiment.file, Path("out"))
    assert ">unbounded reach<" in Path("out/index.html").read_text()


def test_what_an_earlier_experiment_searched_is_passed_over(experiment) -> None:
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
