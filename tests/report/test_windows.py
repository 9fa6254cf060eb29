"""Accuracy against the side of the windows."""

import json
from typing import Any

import pytest

from hsclass.report.drawing import styles
from hsclass.report.windows import side_figure, window_rows, windows_part


@pytest.fixture
def sided(experiment: Any) -> Any:
    """Return the experiment with both models of one kind: rf on windows of 3 pixels, net on the experiment's."""
    content = json.loads(experiment.file.read_text())
    content["models"] = [
        {"model": "cnn2d", "name": "rf", "options": {"window": 3}},
        {"model": "cnn2d", "name": "net", "options": {"window": None}},
    ]
    experiment.file.write_text(json.dumps(content))
    return experiment


def test_models_of_one_kind_are_compared_with_the_widest_windows(sided, read_set) -> None:
    rows = window_rows(read_set(sided)).set_index(["split", "side"])
    assert list(rows.index) == [("blocks", 3), ("blocks", 5), ("random", 3), ("random", 5)]
    assert rows.loc[("blocks", 3), ["line", "oa"]].to_list() == ["cnn2d on raw", pytest.approx(0.42)]
    # The conftest's pair is rf minus net.
    assert rows.loc[("blocks", 3), ["difference", "low", "high"]].to_list() == [-0.07, -0.12, -0.01]
    assert rows.loc[("blocks", 5), ["difference", "low", "high"]].isna().all()


def test_the_other_way_round_differences_change_their_sign(sided, read_set) -> None:
    content = json.loads(sided.file.read_text())
    content["models"][0]["options"]["window"] = 7
    sided.file.write_text(json.dumps(content))
    rows = window_rows(read_set(sided)).set_index(["split", "side"])
    assert rows.loc[("blocks", 5), ["difference", "low", "high"]].to_list() == [0.07, 0.01, 0.12]


def test_page_draws_and_lists_them(sided, read, read_set) -> None:
    panel, _ = windows_part(read_set(sided))
    ax = side_figure(panel.rows, styles(["cnn2d on raw"])).axes[0]
    assert ax.lines[0].get_xydata().tolist() == [[3, pytest.approx(0.42)], [5, pytest.approx(0.48)]]
    assert read(sided).table("OA on blocks by the side of the windows")[1:3] == [
        ["rf", "3", "0.420", "0.350 to 0.470", "−0.070", "−0.120 to −0.010"],
        ["net", "5", "0.480", "0.410 to 0.530", "–", "–"],
    ]


def test_models_that_do_not_differ_in_windows_have_no_section(experiment, read_set) -> None:
    assert windows_part(read_set(experiment)) == ()


def test_windows_of_one_side_have_no_section(sided, read_set) -> None:
    content = json.loads(sided.file.read_text())
    content["models"][0]["options"]["window"] = 5
    sided.file.write_text(json.dumps(content))
    assert windows_part(read_set(sided)) == ()
