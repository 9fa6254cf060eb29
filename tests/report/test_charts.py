"""Charts, measured in the data that they draw, and the SVG that they become."""

import re
from xml.etree import ElementTree

import matplotlib
from matplotlib.figure import Figure

from hsclass.report.drawing import canvas, svg, themed
from hsclass.report.leakage import distance_figure
from hsclass.report.theme import LIGHT
from hsclass.results import Histogram


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for ax in figure.axes for text in ax.texts]


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
    assert LIGHT["leaky"] not in drawn  # the page decides what its colours are, by day and by night
    assert "var(--leaky)" in drawn


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
