"""The table for a paper."""

import re
from pathlib import Path

import pytest

from hsclass.report import write_report
from hsclass.report.latex import escaped


def tex_of(experiment) -> str:
    write_report(experiment.file, Path("out"))
    return Path("out/accuracy.tex").read_text(encoding="utf-8")


@pytest.fixture
def tex(experiment) -> str:
    return tex_of(experiment)


def test_first_line_says_what_the_table_needs(tex: str) -> None:
    assert tex.splitlines()[0].startswith(r"% Needs \usepackage{booktabs} in the preamble")


def test_block_a_split_with_the_leaky_one_marked(tex: str) -> None:
    blocks = re.findall(r"\\multicolumn\{9\}\{@\{\}l\}\{\\textit\{(.*?)\}(.*?)\}", tex)
    assert blocks == [("random", " (leaky)"), ("blocks", "")]
    assert tex.count(r"\midrule") == 2


def test_row_holds_means_and_deviations(tex: str) -> None:
    rows = [
        [cell.strip() for cell in line.removesuffix(r"\\").split(" & ")] for line in tex.splitlines() if "&" in line
    ]
    assert all(len(row) == 9 for row in rows)
    # net on blocks: OA 0.46 and 0.50, limits 0.41 to 0.53; AA 0.1, kappa 0.2 less; macro F1 not defined
    assert rows[-1] == [
        "net", r"$0.480 {\pm} 0.028$", "0.410--0.530", r"$0.380 {\pm} 0.028$", r"$0.280 {\pm} 0.028$", "--", "48", "71",
        "0.0",
    ]  # fmt: skip
    assert rows[1][-1] == "98.4"


def test_negative_figures_have_a_minus_of_math(experiment) -> None:
    experiment.edit("metrics.json", lambda metrics: metrics.update(kappa=-0.25))
    assert r"$-0.250 {\pm} 0.000$" in tex_of(experiment)


def test_caption_states_window_sampler_and_interval(tex: str) -> None:
    caption = next(line for line in tex.splitlines() if line.startswith(r"\caption"))
    assert r"Windows of 5 $\times$ 5 pixels" in caption
    assert r"blocks: dbscan\_area" in caption
    assert r"95 \% interval of OA (percentile bootstrap over blocks), of all tests together" in caption
    assert r"all tests together $\pm$ sample standard deviation between 2 seeds" in caption


def test_groups_and_environments_are_closed(tex: str) -> None:
    plain = re.sub(r"\\[\\{}%&_#$]", "", tex)
    assert plain.count("{") == plain.count("}")
    assert plain.count("$") % 2 == 0
    assert re.findall(r"\\begin\{(\w+)\}", tex) == re.findall(r"\\end\{(\w+)\}", tex)[::-1] == ["table", "tabular"]


def test_names_are_escaped_and_a_percent_sign_hides_nothing() -> None:
    assert escaped(r"a_b & 5 % #1 $x {y} ~ ^ \z") == (
        r"a\_b \& 5 \% \#1 \$x \{y\} \textasciitilde{} \textasciicircum{} \textbackslash{}z"
    )
    assert escaped("3 × 3, −1 ± 2") == r"3 $\times$ 3, $-$1 $\pm$ 2"
