"""Areas and area-adjusted accuracy over seeds."""

import pytest

from hsclass.report.areas import area_panels


@pytest.fixture
def panel(read_set):
    return lambda experiment: area_panels(read_set(experiment))[1]


def test_best_model_comes_first(experiment, panel) -> None:
    blocks = panel(experiment)
    assert (blocks.split, blocks.leaky) == ("blocks", False)
    assert (blocks.first.label, [table.label for table in blocks.others]) == ("net", ["rf"])
    # OA 0.46 and 0.50 less 0.04; limits 0.1 below and 0.04 below, in the mean
    assert (blocks.first.oa, blocks.first.interval) == ("0.440 ± 0.028", "0.380 to 0.480")
    assert blocks.first.unsampled == "10.0\u202f%"


def test_class_has_mapped_and_adjusted_area_with_interval(experiment, panel) -> None:
    corn, _, woods = panel(experiment).first.rows.itertuples()
    assert (corn.mapped, corn.area, corn.area_interval) == ("5.0", "6.2", "4.0 to 8.5")
    assert (corn.users, corn.users_interval) == ("0.73", "0.58 to 0.84")
    assert (corn.producers, corn.producers_interval) == ("0.70", "0.50 to 0.90")
    assert (woods.mapped, woods.area, woods.area_interval, woods.users) == ("1.2", "–", "–", "–")


def test_area_of_seeds_is_a_mean_between_the_mean_limits(experiment, panel) -> None:
    areas = iter([(10_000, 8_000, 12_000), (20_000, 15_000, 26_000)])

    def change(metrics) -> None:
        low_to_high = dict(zip(("area", "area_low", "area_high"), next(areas), strict=True))
        metrics["area"].update(unit="pixels")
        metrics["area"]["classes"][0].update(low_to_high)

    experiment.runs = [run for run in experiment.runs if run["split"] == "blocks" and run["model"] == "net"]
    experiment.edit("metrics.json", change)
    corn = next(panel(experiment).first.rows.itertuples())
    assert (corn.area, corn.area_interval) == ("15\u202f000", "11\u202f500 to 19\u202f000")


def test_run_without_areas_has_no_table(experiment, read_set) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(area=None), split="blocks")
    (only,) = area_panels(read_set(experiment))
    assert only.split == "random"
