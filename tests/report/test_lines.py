"""Charts with lines: audit by window, accuracy against distance, reliability, training; measured in their data."""

import pytest

from hsclass.report.calibration import calibration_part, reliability, reliability_figure
from hsclass.report.collect import read_results
from hsclass.report.distances import distance_figure, distance_panels
from hsclass.report.drawing import split_styles, styles
from hsclass.report.leakage import mean_shares, window_figure
from hsclass.report.theme import LIGHT, TRAINING, VALIDATION
from hsclass.report.training import curve_figure


@pytest.fixture
def results(experiment, read_set):
    return read_set(experiment)


def lines_of(figure) -> list:
    return [line for line in figure.axes[0].lines if len(line.get_xdata()) and line.get_marker() not in {"None", None}]


def test_shares_of_windows_are_means_over_the_seeds(experiment) -> None:
    edited = iter([0.2, 0.4])

    def change(audit) -> None:
        audit["by_window"][2]["overlap_share"] = next(edited)

    experiment.runs = [run for run in experiment.runs if run["split"] == "blocks" and run["model"] == "rf"]
    experiment.edit("audit.json", change)
    shares = mean_shares(read_results(experiment.file).splits)["blocks"]
    assert list(shares.items()) == [(1, 0.0), (5, 0.0), (9, pytest.approx(0.3))]


def test_window_chart_has_a_line_a_split_and_marks_the_experiments_window(results) -> None:
    figure = window_figure(results.splits, 5, split_styles(results.leaky))
    leaky, safe = lines_of(figure)
    assert list(leaky.get_ydata()) == pytest.approx([0, 0.984, 1])
    assert list(safe.get_ydata()) == pytest.approx([0, 0, 0.5])
    assert list(safe.get_xdata()) == [1, 5, 9]
    assert [text.get_text() for text in figure.axes[0].texts] == ["window 5"]
    assert figure.axes[0].lines[-1].get_xdata()[0] == 5
    assert (leaky.get_color() == LIGHT["leaky"], safe.get_color() == LIGHT["leaky"]) == (True, False)


def test_models_and_splits_are_told_apart_by_more_than_colour(results) -> None:
    models, splits = styles(results.labels), split_styles(results.leaky)
    assert list(models) == ["rf", "net"]
    assert models["rf"]["marker"] != models["net"]["marker"]
    assert (splits["random"]["linestyle"] != "-", splits["blocks"]["linestyle"]) == (True, "-")


def test_accuracy_at_a_distance_is_a_mean_with_the_mean_limits(results) -> None:
    random, blocks = distance_panels(results)
    assert (random.leaky, blocks.leaky) == (True, False)
    assert blocks.pixels == {"1": "30", "4–7": "40", "8+": "1"}
    near, far, open_end = (blocks.at("net", distance) for distance in blocks.pixels)
    # OA 0.46 and 0.50 near, 0.2 less far; limits 0.05 below and 0.03 above
    assert (near.oa, near.oa_low, near.oa_high) == pytest.approx((0.48, 0.43, 0.51))
    assert (far.oa, far.oa_low, far.oa_high) == pytest.approx((0.28, 0.23, 0.31))
    assert open_end.oa == 0
    assert open_end.oa_low != open_end.oa_low


def test_distance_that_one_model_lacks_is_left_out_of_its_line(experiment, read_set) -> None:
    def change(metrics) -> None:
        if metrics["leakage"]["reach"] == 0:  # rf
            metrics["distance"].pop(1)

    experiment.edit("metrics.json", change)
    results = read_set(experiment)
    panel = distance_panels(results)[1]
    assert [panel.at("rf", distance) is None for distance in panel.pixels] == [False, True, False]
    forest, net = lines_of(distance_figure(panel.oa, styles(results.labels)))
    assert (len(forest.get_xdata()), len(net.get_xdata())) == (2, 3)
    assert list(net.get_ydata()) == pytest.approx([0.48, 0.28, 0])


def test_reliability_takes_the_pixels_of_all_seeds_together(experiment, read_set) -> None:
    sizes = iter([10, 30])

    def change(metrics) -> None:
        metrics["calibration"]["bins"][1].update(n=next(sizes), confidence=0.9 + metrics["oa"] / 10)

    experiment.runs = [run for run in experiment.runs if run["split"] == "blocks" and run["model"] == "rf"]
    experiment.edit("metrics.json", change)
    curves = reliability(read_set(experiment))
    forest = curves[(curves.split == "blocks") & (curves.label == "rf")]
    # OA 0.40 on 10 pixels and 0.44 on 30: (4 + 13.2) / 40; confidence 0.940 and 0.944: (9.4 + 28.32) / 40
    # next to 20 pixels a seed in the other bin
    assert forest.confidence.to_list() == pytest.approx([0.55, 0.943])
    assert forest.accuracy.to_list() == pytest.approx([0.5, 0.43])
    assert forest.share.to_list() == [0.5, 0.5]


def test_calibration_error_is_a_mean_and_a_model_without_confidence_has_none(experiment, read_set) -> None:
    def change(metrics) -> None:
        if metrics["leakage"]["reach"] == 0:  # rf
            metrics["calibration"] = None

    experiment.edit("metrics.json", change)
    results = read_set(experiment)
    assert calibration_part(results).errors["blocks"] == {"rf": "–", "net": "0.120 ± 0.000"}
    curves = reliability(results)
    ax = reliability_figure(curves[curves.split == "blocks"], styles(results.labels)).axes[0]
    diagonal, net = ax.lines
    assert list(diagonal.get_xdata()) == list(diagonal.get_ydata()) == [0, 1]
    assert list(net.get_xdata()) == pytest.approx([0.55, 0.95])
    assert list(net.get_ydata()) == pytest.approx([0.5, 0.48])


def test_training_curves_have_a_line_a_seed_for_training_and_validation(results) -> None:
    history = results.long(lambda run: run.history)
    ax = curve_figure(history[(history.split == "blocks")], "loss", [3.0]).axes[0]
    best, *curves = ax.lines
    assert best.get_xdata()[0] == 3
    assert [line.get_color() for line in curves] == [TRAINING, VALIDATION] * 2
    # the last epoch has no validation
    assert [list(line.get_ydata()) for line in curves[:2]] == [[1.9, 1.2, 0.8, 0.5], [2.0, 1.6, 1.2]]
