"""Charts, measured in the SVG that they become."""

from xml.etree import ElementTree

import pytest

from hsclass.report.charts import bar_chart, interval_chart
from hsclass.report.collect import read_results
from hsclass.report.curves import distance_chart
from hsclass.report.tables import groups
from hsclass.report.windows import shared_window_drawing
from hsclass.results import Histogram


def shapes(markup: str, tag: str) -> list[ElementTree.Element]:
    return [element for element in ElementTree.fromstring(markup) if element.tag == tag]


def texts(markup: str) -> dict[str, ElementTree.Element]:
    return {element.text or "": element for element in shapes(markup, "text")}


@pytest.fixture
def found(experiment):
    return groups(read_results(experiment.file), "farm")


def test_bars_are_as_long_as_the_accuracy(found) -> None:
    chart = bar_chart(found, "bars")
    written = texts(chart)
    unit = (float(written["1.0"].get("x")) - float(written["0.0"].get("x"))) / 1
    bars = shapes(chart, "rect")
    assert [float(bar.get("width")) / unit for bar in bars] == pytest.approx([0.75, 0.42, 0.92, 0.48], abs=2e-3)
    assert [bar.get("fill").startswith("url(#hatch-bars") for bar in bars] == [True, False, True, False]


def test_dots_lie_at_the_mean_and_limits_at_the_interval(found) -> None:
    chart = interval_chart(found, "intervals")
    written = texts(chart)
    left, right = (float(written[tick].get("x")) for tick in ("0.0", "1.0"))
    means = [float(dot.get("cx")) for dot in shapes(chart, "circle") if dot.get("r") == "5.2"]
    assert [(x - left) / (right - left) for x in means] == pytest.approx([0.75, 0.92, 0.42, 0.48], abs=1e-4)
    limits = [line for line in shapes(chart, "line") if line.get("stroke-width") == "5"]
    last = [(float(limits[-1].get(end)) - left) / (right - left) for end in ("x1", "x2")]
    assert last == pytest.approx([0.41, 0.53], abs=1e-4)
    assert "best without leakage 0.48" in written


def test_a_thousand_distances_become_few_bars_that_hold_all_pixels() -> None:
    histogram = Histogram(edges=list(range(1, 1002)), counts=[1] * 1000)
    chart = distance_chart(histogram, 9, "distance")
    assert len(shapes(chart, "rect")) == 84  # 1000 bins, 12 to a bar
    few = distance_chart(Histogram(edges=[8, 9, 10], counts=[1, 3]), 9, "distance")
    near, far = shapes(few, "rect")
    assert float(far.get("height")) == pytest.approx(3 * float(near.get("height")), abs=0.02)
    assert near.get("fill") == "url(#hatch-distance)"
    assert far.get("fill") != near.get("fill")


def test_empty_histogram_is_said_to_be_empty() -> None:
    assert "no test pixels" in texts(distance_chart(Histogram(edges=[0, 1], counts=[0]), 5, "distance"))


@pytest.mark.parametrize(("window", "side"), [(3, 3), (9, 9), (27, 9)])
def test_drawn_windows_share_pixels_left_and_none_right(window: int, side: int) -> None:
    chart = shared_window_drawing(window, "windows")
    outlines = [rect for rect in shapes(chart, "rect") if rect.get("stroke-width") == "2"]
    x = [float(rect.get("x")) for rect in outlines]
    width = float(outlines[0].get("width"))
    assert width == side * 13
    assert x[1] - x[0] < width
    assert x[3] - x[2] == width
    assert len([rect for rect in shapes(chart, "rect") if rect.get("fill", "").startswith("url(")]) == 1
