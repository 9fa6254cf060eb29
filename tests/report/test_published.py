"""Published figures beside the experiment's own."""

import json
from pathlib import Path

from hsclass.report.accuracy import published_rows
from hsclass.report.collect import read_results
from hsclass.report.page import render
from hsclass.results import PublishedFigure

SOURCE = "A. Author <1999>, table 2"
FIGURES = [
    PublishedFigure(features="raw", model="net", oa=0.99, kappa=0.98),
    PublishedFigure(features="pca", model="net", oa=0.95),
]


def publish(experiment) -> None:
    content = json.loads(experiment.file.read_text())
    content["published"] = {"source": SOURCE, "figures": [figure.model_dump() for figure in FIGURES]}
    experiment.file.write_text(json.dumps(content))


def test_each_figure_meets_the_groups_of_its_method_under_each_split(experiment, read_set) -> None:
    publish(experiment)
    known, unknown = published_rows(read_set(experiment))
    assert [round(group.oa, 3) for group in known.groups] == [0.92, 0.48]
    assert unknown.groups == (None, None)


def test_nothing_published_is_no_table(experiment, read_set) -> None:
    assert published_rows(read_set(experiment)) == ()
    assert "Next to published figures" not in render(read_results(experiment.file), Path("out"))


def test_the_page_shows_them_with_their_source(experiment) -> None:
    publish(experiment)
    page = render(read_results(experiment.file), Path("out"))
    table = page[page.index("Next to published figures") :].split("</table>")[0]
    assert "A. Author &lt;1999&gt;, table 2" in table
    assert "raw · net" in table
    assert "<td>0.990</td>" in table
    assert "0.920 ±" in table
