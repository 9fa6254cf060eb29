"""Learning curves: what trained, how accurate that was, and what is drawn of it."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsclass.report import write_report
from hsclass.report.drawing import styles
from hsclass.report.learning import learning_figure, learning_part, learning_rows
from hsclass.report.optimism import ladder
from hsclass.split import Role, read_split, write_split

REDUCED = {"pixels_50": ("pixels", 0.5), "fields_50": ("fields", 0.5)}
TRAINED = {"blocks": (48, 3), "pixels_50": (16, 3), "fields_50": (36, 2)}
"""Of rows 0 to 2, 16 columns in three fields: all, one row, and columns 0 to 11."""


@pytest.fixture
def reduced(experiment: Any) -> Any:
    """Return the experiment with two splits reduced from `blocks`, that are 0.1 and 0.2 less accurate."""
    content = json.loads(experiment.file.read_text())
    content["splits"] += [
        {"sampler": "reduced", "name": name, "options": {"of": "blocks", "unit": unit, "keep": keep}}
        for name, (unit, keep) in REDUCED.items()
    ]
    blocks = json.loads((experiment.comparisons / "blocks.json").read_text())
    runs = []
    for loss, name in ((0.1, "pixels_50"), (0.2, "fields_50")):
        for run in [run for run in content["runs"] if run["split"] == "blocks"]:
            moved = {key: run[key].replace("blocks", name) for key in ("split", "split_folder", "folder")}
            shutil.copytree(run["split_folder"], moved["split_folder"], dirs_exist_ok=True)
            runs.append(run | moved)
            file = Path(moved["split_folder"], "split.tif")
            split = read_split(file)
            split.roles[1 : 3 if name == "pixels_50" else 1] = Role.GUARD
            if name == "fields_50":
                split.roles[:3, 12:] = Role.GUARD
            write_split(split, file)
        pooled, gains = [], []
        for each in blocks["pooled"]:
            oa = each["oa"] - loss
            pooled.append(each | {"oa": oa, "oa_low": oa - 0.05, "oa_high": oa + 0.05})
            gains.append({"method": each["method"], "against": "blocks", "n_test": 142, "n_here": 142, "n_there": 142,
                          "fields": 9, "here": oa, "there": each["oa"], "difference": -loss, "low": -loss - 0.03,
                          "high": -loss + 0.03})  # fmt: skip
        found = blocks | {"pooled": pooled, "gains": gains}
        (experiment.comparisons / f"{name}.json").write_text(json.dumps(found))
    experiment.file.write_text(json.dumps(content | {"runs": content["runs"] + runs}))
    return experiment


def test_rows_say_what_trained_and_what_that_cost(reduced, read_set) -> None:
    results = read_set(reduced)
    rows = learning_rows(results).set_index(["split", "label"])
    assert set(rows.index) == {(split, label) for split in TRAINED for label in ("rf", "net")}  # without `random`
    for split, trained in TRAINED.items():
        row = rows.loc[split, "rf"]
        assert (row.of, row.unit, row.keep) == ("blocks", *REDUCED.get(split, ("", 1.0)))
        assert (row.n_train, row.n_fields) == trained
    # rf has 0.42 on blocks.
    assert rows.xs("rf", level="label").oa.to_dict() == pytest.approx(
        {"blocks": 0.42, "pixels_50": 0.32, "fields_50": 0.22}
    )
    assert np.isnan(rows.loc[("blocks", "rf"), "difference"])
    shown = rows.loc[("fields_50", "rf"), ["difference", "low", "high"]].to_list()
    assert shown == pytest.approx([-0.2, -0.23, -0.17])
    assert ladder(results).empty
    assert results.headline_split == "blocks"


def test_a_line_of_each_unit_ends_in_the_whole_training_set(reduced, read_set) -> None:
    results = read_set(reduced)
    (panel,) = learning_part(results)
    ax = learning_figure(panel.rows, styles(results.labels)).axes[0]
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--"] * 2
    assert ax.get_xticks().tolist() == [48, 36, 16]
    pixels, fields = ax.lines[:2]
    np.testing.assert_allclose(pixels.get_xdata(), [16, 48], rtol=0.03)
    np.testing.assert_allclose(fields.get_xdata(), [36, 48], rtol=0.03)
    assert [line.get_ydata().tolist() for line in (pixels, fields)] == [
        pytest.approx([0.32, 0.42]),
        pytest.approx([0.22, 0.42]),
    ]


def test_page_and_table_hold_the_curve(reduced, read) -> None:
    page = read(reduced)
    assert page.table("OA by what trains")[1:4] == [
        ["rf", "blocks", "all", "48", "3", "0.420", "0.350 to 0.470", "–", "–"],
        [
            "rf",
            "fields_50",
            "50.0 % of the fields",
            "36",
            "2",
            "0.220",
            "0.170 to 0.270",
            "−0.200",
            "−0.230 to −0.170",
        ],
        [
            "rf",
            "pixels_50",
            "50.0 % of the pixels",
            "16",
            "3",
            "0.320",
            "0.270 to 0.370",
            "−0.100",
            "−0.130 to −0.070",
        ],
    ]
    with Path("out/learning.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["split"], row["unit"], row["n_train"]) for row in rows if row["model"] == "rf"] == [
        ("blocks", "", "48.0"), ("fields_50", "fields", "36.0"), ("pixels_50", "pixels", "16.0"),
    ]  # fmt: skip


def test_without_reduced_splits_there_is_no_section(experiment, read_set) -> None:
    assert learning_part(read_set(experiment)) == ()
    write_report(experiment.file, Path("out"))
    assert not Path("out/learning.csv").exists()
