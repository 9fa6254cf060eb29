"""Published figures beside the experiment's own."""

import json

from hsclass.report.collect import read_results
from hsclass.report.page import render
from hsclass.report.published import published_rows
from hsclass.report.tables import groups
from hsclass.results import Published, PublishedFigure

SOURCE = "A. Author <1999>, table 2"
FIGURES = [
    PublishedFigure(features="raw", model="net", oa=0.99, kappa=0.98),
    PublishedFigure(features="pca", model="net", oa=0.95),
]


def test_each_figure_meets_the_groups_of_its_method_under_each_split(experiment) -> None:
    results = read_results(experiment.file)
    known, unknown = published_rows(Published(source=SOURCE, figures=FIGURES), groups(results, "farm"))
    assert [round(group.oa.mean, 3) for group in known.groups if group] == [0.92, 0.48]
    assert unknown.groups == (None, None)


def test_nothing_published_is_no_table(experiment) -> None:
    results = read_results(experiment.file)
    assert published_rows(None, groups(results, "farm")) == ()
    assert "Beside published figures" not in render(results)


def test_the_page_shows_them_with_their_source(experiment) -> None:
    content = json.loads(experiment.file.read_text())
    content["published"] = {"source": SOURCE, "figures": [figure.model_dump() for figure in FIGURES]}
    experiment.file.write_text(json.dumps(content))
    page = render(read_results(experiment.file))
    table = page[page.index("Beside published figures") :].split("</table>")[0]
    assert "A. Author &lt;1999&gt;, table 2" in table
    assert "raw · net" in table
    assert "<td>0.990</td>" in table
    assert "0.920 ±" in table
