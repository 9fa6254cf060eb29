"""Charts with lines: audit by window, accuracy against distance, reliability; measured in the SVG they become."""

from xml.etree import ElementTree

import pytest

from hsclass.report.calibration import calibration_panels, reliability
from hsclass.report.collect import read_results
from hsclass.report.distances import distance_panels
from hsclass.report.series import model_styles, split_styles
from hsclass.report.svg import LEAKY
from hsclass.report.tables import groups
from hsclass.report.window_shares import mean_shares, window_chart


@pytest.fixture
def results(experiment):
    return read_results(experiment.file)


@pytest.fixture
def found(results):
    return groups(results, "farm")


def points(line: ElementTree.Element) -> list[tuple[float, float]]:
    return [tuple(float(value) for value in point.split(",")) for point in line.get("points").split()]


def test_shares_of_windows_are_means_over_the_seeds(experiment) -> None:
    edited = iter([0.2, 0.4])

    def change(audit) -> None:
        audit["by_window"][2]["overlap_share"] = next(edited)

    experiment.runs = [run for run in experiment.runs if run["split"] == "blocks" and run["model"] == "rf"]
    experiment.edit("audit.json", change)
    splits = read_results(experiment.file).splits
    assert mean_shares(splits, "blocks") == [(1, 0.0), (5, 0.0), (9, pytest.approx(0.3))]


def test_window_chart_has_a_line_a_split_and_marks_the_experiments_window(results, found) -> None:
    drawing = ElementTree.fromstring(window_chart(results.splits, 5, split_styles(found), "windows"))
    leaky, honest = (points(line) for line in drawing.iter("polyline"))
    labels = {text.text: text for text in drawing.iter("text")}
    bottom, top = (float(labels[label].get("y")) - 4 for label in ("0 %", "100 %"))
    height = bottom - top
    assert [(bottom - y) / height for _, y in leaky] == pytest.approx([0, 0.984, 1], abs=1e-3)
    assert [(bottom - y) / height for _, y in honest] == pytest.approx([0, 0, 0.5], abs=1e-3)
    assert float(labels["window 5"].get("x")) == pytest.approx(leaky[1][0], abs=0.1)
    assert [line.get("stroke") == LEAKY for line in drawing.iter("polyline")] == [True, False]


def test_models_and_splits_are_told_apart_by_more_than_colour(found) -> None:
    models, splits = model_styles(found), split_styles(found)
    assert list(models) == ["rf", "net"]
    assert models["rf"].mark != models["net"].mark
    assert (splits["random"].dash != "", splits["blocks"].dash) == (True, "")


def test_accuracy_at_a_distance_is_a_mean_with_the_widest_limits(found) -> None:
    random, blocks = distance_panels(found, model_styles(found), "far")
    assert (random.leaky, blocks.leaky) == (True, False)
    assert blocks.distances == ("1", "4–7", "8+")
    assert blocks.pixels == ("30", "40", "1")
    label, (near, far, open_end) = blocks.rows[1]
    assert label == "net"
    # OA 0.46 and 0.50 near, 0.2 less far; limits 0.05 below and 0.03 above
    assert (near.oa.mean, near.low, near.high) == pytest.approx((0.48, 0.41, 0.53))
    assert (far.oa.mean, far.low, far.high) == pytest.approx((0.28, 0.21, 0.33))
    assert (open_end.oa.mean, open_end.low) == (0, None)


def test_distance_that_one_model_lacks_is_left_out_of_its_line(experiment) -> None:
    def change(metrics) -> None:
        if metrics["leakage"]["reach"] == 0:  # rf
            metrics["distance"].pop(1)

    experiment.edit("metrics.json", change)
    found = groups(read_results(experiment.file), "farm")
    panel = distance_panels(found, model_styles(found), "far")[1]
    assert [figure is None for figure in panel.rows[0][1]] == [False, True, False]
    lines = ElementTree.fromstring(panel.drawing).iter("polyline")
    assert [len(points(line)) for line in lines] == [2, 3]


def test_reliability_takes_the_pixels_of_all_seeds_together(experiment) -> None:
    sizes = iter([10, 30])

    def change(metrics) -> None:
        metrics["calibration"]["bins"][1].update(n=next(sizes), confidence=0.9 + metrics["oa"] / 10)

    experiment.runs = [run for run in experiment.runs if run["split"] == "blocks" and run["model"] == "rf"]
    experiment.edit("metrics.json", change)
    forest = groups(read_results(experiment.file), "farm")[2]
    # OA 0.40 on 10 pixels and 0.44 on 30: (4 + 13.2) / 40; confidence 0.940 and 0.944: (9.4 + 28.32) / 40
    # beside 20 pixels a seed in the other bin
    assert reliability(forest) == [pytest.approx((0.55, 0.5, 0.5)), pytest.approx((0.943, 0.43, 0.5))]


def test_calibration_error_is_a_mean_and_a_model_without_confidence_has_none(experiment) -> None:
    def change(metrics) -> None:
        if metrics["leakage"]["reach"] == 0:  # rf
            metrics["calibration"] = None

    experiment.edit("metrics.json", change)
    found = groups(read_results(experiment.file), "farm")
    panel = calibration_panels(found, model_styles(found), "calibration")[1]
    assert [(label, str(error)) for label, error in panel.errors] == [("rf", "–"), ("net", "0.120 ± 0.000")]
    diagonal = ElementTree.fromstring(panel.drawing)
    assert [len(points(line)) for line in diagonal.iter("polyline") if line.get("points")] == [2]
