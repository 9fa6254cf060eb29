"""`accuracy.tex`: the accuracy of all models under all splits as tables that a paper can take."""

from collections.abc import Iterable, Sequence
from typing import Any

from hsclass.report.collect import Results, SceneResult
from hsclass.report.information import described
from hsclass.report.tables import Figure, Group, by_split, groups
from hsclass.report.text import count, number, ordered

HEAD = r"% Needs \usepackage{booktabs} in the preamble, and nothing else; a table for each scene."

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
    tables = (_table(results, scene, groups(results, scene.name)) for scene in results.scenes)
    return "\n".join([HEAD, *tables])


def escaped(text: str) -> str:
    """Return text as LaTeX prints it, in text mode."""
    return "".join(_SPECIAL.get(letter, letter) for letter in text)


def _table(results: Results, scene: SceneResult, found: Sequence[Group]) -> str:
    lines = [
        r"\begin{table}[htbp]",
        r"\centering\footnotesize",
        r"\setlength{\tabcolsep}{2pt}",
        rf"\caption{{{_caption(results, scene, found)}}}",
        rf"\label{{tab:{_label(results.experiment.experiment)}-{_label(scene.name)}}}",
        r"\begin{tabular}{@{}lcccccrrr@{}}",
        r"\toprule",
        _row(_COLUMNS),
    ]
    for split, of_split in by_split(found).items():
        mark = " (leaky)" if of_split[0].leaky else ""
        lines += [
            r"\midrule",
            rf"\multicolumn{{{len(_COLUMNS)}}}{{@{{}}l}}{{\textit{{{escaped(split)}}}{mark}}} \\",
            *(_row(_cells(group)) for group in of_split),
        ]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", r"\end{table}", ""])


def _cells(group: Group) -> Iterable[str]:
    yield escaped(group.label.replace(" · ", ", "))
    yield _figure(group.oa)
    yield "--" if group.low is None or group.high is None else f"{number(group.low)}--{number(group.high)}"
    yield from (_figure(each) for each in (group.aa, group.kappa, group.macro_f1))
    yield _range(count(value) for value in ordered(run.metrics.n_train for run in group.runs))
    yield _range(count(value) for value in ordered(run.metrics.n_test for run in group.runs))
    shares = ordered(run.split.audit.overlap_share for run in group.runs)
    yield _range(f"{100 * share:.1f}" for share in shares)


def _figure(value: Figure) -> str:
    """Write a figure in math mode, where a minus is a minus."""
    if value.mean is None:
        return "--"
    spread = "" if value.spread is None else rf" {{\pm}} {number(value.spread)}"
    return f"${number(value.mean)}{spread}$".replace("−", "-")


def _range(texts: Iterable[str]) -> str:
    texts = [escaped(text) for text in texts]
    if not texts:
        return "--"
    return texts[0] if texts[0] == texts[-1] else f"{texts[0]}--{texts[-1]}"


def _caption(results: Results, scene: SceneResult, found: Sequence[Group]) -> str:
    experiment, interval = results.experiment, found[0].runs[0].metrics.interval
    seeds = len(experiment.seeds)
    window = experiment.window
    named = {group.split for group in found}
    splits = "; ".join(_described(entry) for entry in experiment.splits if entry.get("name") in named)
    over = f"mean ± sample standard deviation over {seeds} seeds" if seeds > 1 else "one seed"
    several = ", from the seeds' lowest limit to their highest" if seeds > 1 else ""
    method = f" ({interval.method})" if interval.method else ""
    parts = [
        f"Accuracy on {scene.title}: {over}.",
        f"Windows of {window} × {window} pixels.",
        f"Samplers of the splits: {splits}.",
        f"Interval: {100 * interval.level:g} % interval of OA{method}{several}.",
        "train, test: pixels; shared: test windows that share pixels with a training or validation window [%].",
    ]
    if any(group.leaky for group in found):
        parts.append("Accuracy on a split marked leaky is no estimate of accuracy on new ground.")
    return " ".join(escaped(part) for part in parts)


def _described(entry: dict[str, Any]) -> str:
    what = described(entry, "sampler")
    return what if entry.get("name") == entry.get("sampler") else f"{entry.get('name')}: {what}"


def _label(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def _row(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"
