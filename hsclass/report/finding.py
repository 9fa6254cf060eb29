"""The finding of an experiment on one scene or image set: a sentence, and the figures behind it."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from hsclass.datasets.build_images import in_words
from hsclass.report.charts import bar_figure
from hsclass.report.collect import ImageSetResult
from hsclass.report.drawing import svg
from hsclass.report.leakage import overlap_share
from hsclass.report.optimism import mean_optimism
from hsclass.report.table import SetResults, best
from hsclass.report.text import between, number, ordered, percent


@dataclass(frozen=True)
class KeyFigure:
    """A large figure: `value`, what it is, and about what; `mark` is "safe", "leaky" or empty."""

    value: str
    title: str
    about: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Finding:
    """The best model on splits without leakage, and the same model on a leaky split; None where there is none.

    Attributes
    ----------
    sentence : str
    safe, leaky : row of `SetResults.groups`, or None
    gap, ratio : float or None
        Difference and quotient of their OA.
    optimism : row of `mean_optimism`, or None
        The difference with its interval, where the leaky split is the matched random split of the other.
    """

    sentence: str
    safe: Any
    leaky: Any
    gap: float | None = None
    ratio: float | None = None
    optimism: Any = None


@dataclass(frozen=True)
class FindingPart:
    """What the top of the page shows of one scene or image set."""

    sentence: str
    figures: tuple[KeyFigure, ...]
    drawing: Markup | None = None
    caption: str = ""
    notes: tuple[str, ...] = ()


def finding_part(results: SetResults) -> FindingPart:
    """Return the sentence, the large figures and the bars of the best model."""
    if isinstance(results.samples, ImageSetResult):
        return _of_images(results, results.samples)
    found = find(results)
    drawing = None
    if found.safe is not None and found.leaky is not None:
        same = results.groups[results.groups.method == found.safe.method]
        values = "; ".join(f"{row.split} {number(row.oa, 2)}" for row in same.itertuples())
        drawing = svg(bar_figure(same, results.leaky), f"{results.key}-hero",
                      f"Overall accuracy of {found.safe.label} under every split", values)  # fmt: skip
    caption = "" if drawing is None else f"{found.safe.label} under every split; only the split of the pixels differs."
    return FindingPart(found.sentence, tuple(_key_figures(results, found)), drawing, caption)


def find(results: SetResults) -> Finding:
    """Compare the best model on splits without leakage with the same model on a leaky split.

    That is the matched random split where there is one, else the leaky split of the highest OA: a matched split has the
    same class counts, so nothing but the place of the samples differs.
    """
    groups = results.groups
    safe = best(groups[~groups.leaky])
    if safe is None:
        leaky = best(groups)
        return Finding(
            f"Every split of this experiment leaks: the highest OA, {number(leaky.oa, 2)} ({leaky.label}, split"
            f" {leaky.split}), says little about ground that the model has not seen.",
            None,
            leaky,
        )
    seeds = f", mean of {len(safe.runs)} seeds" if len(safe.runs) > 1 else ""
    opening = (
        f"On splits without leakage the best model, {safe.label}, reaches OA {number(safe.oa, 2)} ({safe.split}{seeds})"
    )
    compared = mean_optimism(results)
    compared = compared[(compared.split == safe.split) & (compared.method == safe.method)]
    if len(compared):
        return _with_matched(results, opening, safe, compared.iloc[0])
    leaky = best(groups[groups.leaky & (groups.method == safe.method)])
    if leaky is None or pd.isna(leaky.oa) or pd.isna(safe.oa):
        return Finding(f"{opening}.", safe, None)
    ratio = _ratio(leaky, safe)
    times = f", {ratio:.1f} times as much" if ratio is not None and ratio >= 1.05 else ""
    return Finding(
        f"{opening}; the {_leaky(results, leaky)}{leaky.split} split shows {number(leaky.oa, 2)} for the same"
        f" model{times}.",
        safe,
        leaky,
        leaky.oa - safe.oa,
        ratio,
    )


def _with_matched(results: SetResults, opening: str, safe: Any, pair: Any) -> Finding:
    groups = results.groups
    leaky = groups[(groups.split == pair.split_random) & (groups.method == safe.method)].iloc[0]
    known = ordered([pair.optimism_low])
    interval = f" (95 % interval {between(pair.optimism_low, pair.optimism_high, 2)})" if known else ""
    effect = "random-sampling optimism of" if pair.optimism > 0 else "a difference of"
    return Finding(
        f"{opening}; with the same class counts drawn at random, the {_leaky(results, leaky)}{leaky.split} split shows"
        f" {number(leaky.oa, 2)} for the same model: {effect} {number(pair.optimism, 2)}{interval}.",
        safe,
        leaky,
        pair.optimism,
        _ratio(leaky, safe),
        pair,
    )


def _leaky(results: SetResults, group: Any) -> str:
    """Return "leaky ", but nothing where no window at the reach of the model shares a pixel."""
    shares = results.over(group, "leakage_overlap_share")
    return "" if shares.notna().all() and not shares.any() else "leaky "


def _ratio(leaky: Any, safe: Any) -> float | None:
    return leaky.oa / safe.oa if pd.notna(leaky.oa) and pd.notna(safe.oa) and safe.oa else None


def _key_figures(results: SetResults, found: Finding) -> list[KeyFigure]:
    figures = []
    safe, leaky, optimism = found.safe, found.leaky, found.optimism
    if safe is not None:
        interval = between(safe.oa_low, safe.oa_high, 2)
        about = f"{safe.label} on {safe.split}" + (f", 95 % interval {interval}" if pd.notna(safe.oa_low) else "")
        figures.append(KeyFigure(number(safe.oa, 2), "best OA without leakage", about, "safe"))
    if leaky is not None:
        called = _leaky(results, leaky)
        split = "matched random split" if optimism is not None else f"{called or 'other '}split"
        title = f"highest OA, {split}" if safe is None else f"same model, {split}"
        about = f"{leaky.label} on {leaky.split}"
        figures.append(KeyFigure(number(leaky.oa, 2), title, about, "leaky" if called else ""))
    if found.gap is not None:
        parts = []
        if optimism is not None and pd.notna(optimism.optimism_low):
            parts.append(f"95 % interval {between(optimism.optimism_low, optimism.optimism_high, 2, sign=True)}")
        if found.ratio is not None:
            parts.append(f"OA × {number(found.ratio, 2)} on {leaky.split}")
        title = "random-sampling optimism" if optimism is not None else "difference"
        figures.append(KeyFigure(("+" if found.gap > 0 else "") + number(found.gap, 2), title, "; ".join(parts)))
    shares = {leaks: overlap_share(results.splits, leaky=leaks) for leaks in (True, False)}
    if any(share is not None for share in shares.values()):
        several = "s" if sum(results.leaky.values()) > 1 else ""
        about = (
            "on all splits" if shares[True] is None
            else "on the leaky splits" if shares[False] is None
            else f"on the leaky split{several}, {percent(shares[False])} on the others"
        )  # fmt: skip
        share = shares[False] if shares[True] is None else shares[True]
        figures.append(
            KeyFigure(percent(share), "test windows that share pixels with training or validation windows", about)
        )
    return figures


def _of_images(results: SetResults, images: ImageSetResult) -> FindingPart:
    figures: list[KeyFigure] = []
    for split in {split.name: split for split in reversed(results.splits)}.values():
        audit = split.audit
        about = f"of {audit.n_test}; perceptual hashes that differ in {audit.threshold} of 64 bits or fewer"
        title = f"test images with a near-duplicate in training or validation, on {split.name}"
        figures.insert(0, KeyFigure(str(audit.overlap), title, about, "leaky" if audit.overlap else "safe"))
    published = results.experiment.published
    if published:
        figures += [
            KeyFigure(f"{number(100 * figure.oa, 2)} %", f"published: {figure.name}", published.source)
            for figure in published.figures
            if figure.name
        ]
    notes = (*in_words(images.about.model_dump()), *([images.note] if images.note else []))
    return FindingPart(_image_sentence(results, images), tuple(figures), notes=notes)


def _image_sentence(results: SetResults, images: ImageSetResult) -> str:
    top = best(results.groups[~results.groups.leaky])
    top = best(results.groups) if top is None else top
    metrics = results.of(top)[0].metrics
    where = f"{top.label} on {top.split}"
    if metrics.several_labels:
        return (
            f"{where} finds the classes of {images.title} with micro F1 {number(metrics.micro_f1)} and macro F1"
            f" {number(metrics.macro_f1)}; {percent(metrics.subset)} of the images get exactly the right classes."
        )
    right = round((top.oa or 0) * metrics.n_test)
    counted = f"{right} of {metrics.n_test} test images" if len(top.runs) == 1 else "test images"
    known = pd.notna(top.oa_low) and pd.notna(top.oa_high)
    interval = f" (95 % interval {between(100 * top.oa_low, 100 * top.oa_high, 1)} %)" if known else ""
    return f"{where} is right on {counted} of {images.title}: {number(100 * top.oa, 2)} %{interval}."
