"""`accuracy.tex`: the accuracy of all models under all splits as tables that a paper can take."""

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from hsclass.report.collect import Results
from hsclass.report.information import described
from hsclass.report.table import SetResults, set_results
from hsclass.report.text import count, lowest_to_highest, number, ordered

HEAD = r"% Needs \usepackage{booktabs} in the preamble, and nothing else; a table for each scene or image set."

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''", "·": r"$\cdot$", "×": r"$\times$", "±": r"$\pm$", "−": r"$-$", "–": "--", "→": r"$\to$",
    "\u202f": r"\,", "\u00a0": "~", "’": "'", "²": r"$^2$", "°": r"$^\circ$", "µ": r"$\mu$",
}  # fmt: skip

_COLUMNS = ("Model", "OA", "interval", "AA", r"$\kappa$", "macro F1", "train", "test", "shared")


def accuracy_tex(results: Results) -> str:
    """Return the text of `accuracy.tex`: a block a split, those that leak marked; mean ± deviation over the seeds."""
    return "\n".join([HEAD, *(_table(each) for each in set_results(results))])


def escaped(text: str) -> str:
    """Return text as LaTeX prints it, in text mode."""
    return "".join(_SPECIAL.get(letter, letter) for letter in text)


def _table(results: SetResults) -> str:
    lines = [
        r"\begin{table}[htbp]",
        r"\centering\footnotesize",
        r"\setlength{\tabcolsep}{2pt}",
        rf"\caption{{{_caption(results)}}}",
        rf"\label{{tab:{_label(results.experiment.experiment)}-{_label(results.samples.name)}}}",
        r"\begin{tabular}{@{}lcccccrrr@{}}",
        r"\toprule",
        _row(_COLUMNS),
    ]
    for split, groups in results.by_split():
        mark = " (leaky)" if results.leaky[split] else ""
        lines += [
            r"\midrule",
            rf"\multicolumn{{{len(_COLUMNS)}}}{{@{{}}l}}{{\textit{{{escaped(split)}}}{mark}}} \\",
            *(_row(_cells(results, group)) for group in groups.itertuples()),
        ]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", r"\end{table}", ""])


def _cells(results: SetResults, group: Any) -> Iterable[str]:
    yield escaped(group.label.replace(" · ", ", "))
    yield _figure(group.oa, group.oa_std)
    known = len(ordered([group.oa_low, group.oa_high])) == 2
    yield f"{number(group.oa_low)}--{number(group.oa_high)}" if known else "--"
    for name in ("aa", "kappa", "macro_f1"):
        yield _figure(getattr(group, name), getattr(group, f"{name}_std"))
    yield _range(results.over(group, "n_train"), count)
    yield _range(results.over(group, "n_test"), count)
    yield _range(results.over(group, "audit_overlap_share"), lambda share: f"{100 * share:.1f}")


def _figure(mean: float, spread: float) -> str:
    """Write a figure in math mode, where a minus is a minus."""
    if pd.isna(mean):
        return "--"
    deviation = "" if pd.isna(spread) else rf" {{\pm}} {number(spread)}"
    return f"${number(mean)}{deviation}$".replace("−", "-")


def _range(values: pd.Series, write: Callable[[float], str]) -> str:
    return "--" if values.isna().all() else escaped(lowest_to_highest(values, write)).replace(" to ", "--")


def _caption(results: SetResults) -> str:
    experiment, metrics = results.experiment, next(iter(results.runs.values())).metrics
    interval, seeds, unit = metrics.interval, len(experiment.seeds), results.samples.kind
    splits = "; ".join(_described(entry) for entry in experiment.splits if entry.get("name") in results.leaky)
    together = "all tests together" if results.pooled else "means"
    over = f"{together} ± sample standard deviation between {seeds} seeds" if seeds > 1 else "one seed"
    several = ", of all tests together" if seeds > 1 else ""
    method = f" ({interval.method})" if interval.method else ""
    parts = [f"Accuracy on {results.samples.title}: {over}."]
    if metrics.several_labels:
        parts.append("OA: share of images with exactly the right classes.")
    if unit == "pixels":
        parts.append(f"Windows of {experiment.window} × {experiment.window} pixels.")
    shared = "windows that share pixels with a training or validation window"
    if unit == "images":
        shared = "images with a near-duplicate in training or validation"
    parts += [
        f"Samplers of the splits: {splits}.",
        f"Interval: {100 * interval.level:g} % interval of OA{method}{several}.",
        f"train, test: {unit}; shared: test {shared} [%].",
    ]
    if any(results.leaky.values()):
        new = "ground" if unit == "pixels" else "images"
        parts.append(f"Accuracy on a split marked leaky is no estimate of accuracy on new {new}.")
    return " ".join(escaped(part) for part in parts)


def _described(entry: dict[str, Any]) -> str:
    what = described(entry, "sampler")
    return what if entry.get("name") == entry.get("sampler") else f"{entry.get('name')}: {what}"


def _label(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def _row(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"
