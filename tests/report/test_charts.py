"""Charts, measured in the data that they draw, and the SVG that they become."""

import re
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.figure import Figure

from hsclass.report.charts import bar_figure, interval_figure
from hsclass.report.drawing import canvas, svg, themed
from hsclass.report.leakage import distance_figure
from hsclass.report.theme import LIGHT
from hsclass.report.windows import window_figure
from hsclass.results import Histogram


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for ax in figure.axes for text in ax.texts]


@pytest.fixture
def results(experiment, read_set):
    return read_set(experiment)


def test_bars_are_as_long_as_the_accuracy_and_hatched_where_windows_share_pixels(results) -> None:
    figure = bar_figure(results, results.groups)
    assert [ax.get_title("left") for ax in figure.axes] == ["rf", "net"]
    bars = [bar for ax in figure.axes for bar in ax.patches]
    assert [bar.get_width() for bar in bars] == pytest.approx([0.75, 0.42, 0.92, 0.48])
    assert [bool(bar.get_hatch()) for bar in bars] == [False, False, True, False]  # rf looks at no window
    assert texts(figure) == ["0.75", "0.42", "0.92", "0.48"]
    assert [[tick.get_text() for tick in ax.get_yticklabels()] for ax in figure.axes] == [
        ["random", "blocks"], ["random (leaky)", "blocks"],
    ]  # fmt: skip


def test_dots_lie_at_the_mean_and_limits_at_the_interval(results) -> None:
    figure = interval_figure(results)
    random, blocks = figure.axes
    assert (random.get_title("left"), blocks.get_title("left")) == ("random (leaky)", "blocks")
    means = [line.get_xdata()[0] for ax in figure.axes for line in ax.lines if line.get_markersize() == 10]
    assert means == pytest.approx([0.75, 0.92, 0.42, 0.48])
    seeds = [list(line.get_xdata()) for line in blocks.lines if line.get_markersize() == 4.5]
    assert seeds == [[0.40, 0.44], [0.46, 0.50]]
    limits = blocks.containers[-1][2][0].get_segments()[0]
    assert limits[:, 0] == pytest.approx([0.41, 0.53])
    assert {"net on blocks 0.48", "0.480 ± 0.028"} <= set(texts(figure))


def test_a_thousand_distances_become_few_bars_that_hold_all_pixels() -> None:
    histogram = Histogram(edges=list(range(1, 1002)), counts=[1] * 1000)
    bars = distance_figure(histogram, 9).axes[0].patches
    assert len(bars) == 84  # 1000 bins, 12 to a bar
    assert sum(bar.get_height() for bar in bars) == 1000
    near, far = distance_figure(Histogram(edges=[8, 9, 10], counts=[1, 3]), 9).axes[0].patches
    assert (near.get_height(), far.get_height()) == (1, 3)
    assert (bool(near.get_hatch()), bool(far.get_hatch())) == (True, False)


def test_empty_histogram_is_said_to_be_empty() -> None:
    assert texts(distance_figure(Histogram(edges=[0, 1], counts=[0]), 5)) == ["no test pixels"]


@pytest.mark.parametrize(("window", "side"), [(3, 3), (9, 9), (27, 9)])
def test_drawn_windows_share_pixels_left_and_none_right(window: int, side: int) -> None:
    (ax,) = window_figure(window).axes
    outlines = [patch for patch in ax.patches if patch.get_gid()]
    train, test, train_apart, test_apart = (patch.get_x() for patch in outlines)
    assert {patch.get_width() for patch in outlines} == {side}
    assert test - train < side
    assert test_apart - train_apart == side
    assert [(patch.get_width(), patch.get_height()) for patch in ax.patches if patch.get_hatch()] == [
        (side - test, side - test)
    ]


@themed
def hatched() -> Figure:
    figure, ax = canvas(xlabel="distance <x>")
    ax.bar([0], [1 / 3], facecolor=LIGHT["leaky-pale"], edgecolor=LIGHT["leaky"], hatch="/")
    ax.plot([0, 1], [0.123456789, 1], "o--")
    return figure


def test_svg_has_a_title_and_text_that_is_text() -> None:
    drawn = svg(hatched(), "one", "What it <shows>", "1 & 2")
    root = ElementTree.fromstring(drawn)
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "one-title")
    assert [(child.tag, child.text) for child in root][:2] == [("title", "What it <shows>"), ("desc", "1 & 2")]
    assert "distance <x>" in [text.text for text in root.iter("text")]
    assert not re.search(r"https?:|<style|font-family|\d\.\d{3}", drawn)
    assert LIGHT["leaky"] in drawn


def test_svg_refers_to_its_own_ids_alone() -> None:
    one, two = (ElementTree.fromstring(svg(hatched(), name, "title")) for name in ("one", "two"))
    ids = [{element.get("id") for element in root.iter() if element.get("id")} for root in (one, two)]
    assert ids[0].isdisjoint(ids[1])
    used = set(re.findall(r"(?:url\(#|href=\"#)([\w-]+)", ElementTree.tostring(one, encoding="unicode")))
    assert used
    assert used <= ids[0]


def test_figures_do_not_depend_on_the_users_settings() -> None:
    expected = svg(hatched(), "one", "title")
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert svg(hatched(), "one", "title") == expected
        assert matplotlib.rcParams["font.size"] == 30
