"""The finding of an experiment on one scene or image set: a sentence, and the figures behind it."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from hsclass.datasets.build_images import in_words
from hsclass.report.charts import bar_figure
from hsclass.report.collect import ImageSetResult
from hsclass.report.drawing import svg
from hsclass.report.headline import Headline, headline
from hsclass.report.leakage import overlap_share
from hsclass.report.optimism import mean_optimism
from hsclass.report.table import SetResults
from hsclass.report.text import between, lowest_to_highest, number, ordered, percent


@dataclass(frozen=True)
class KeyFigure:
    """A large figure: `value`, what it is, and about what; `mark` is "safe", "leaky" or empty."""

    value: str
    title: str
    about: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Finding:
    """The model of the headline on a split without leakage, and the same model on a leaky split; None where none is.

    Attributes
    ----------
    sentence : str
    head : Headline
    safe, leaky : row of `SetResults.groups`, or None
        Both are None where no model is singled out.
    gap, ratio : float or None
        Difference and quotient of their OA.
    optimism : row of `mean_optimism`, or None
        The difference with its interval, where the leaky split is the matched random split of the other.
    """

    sentence: str
    head: Headline
    safe: Any = None
    leaky: Any = None
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
    """Return the sentence, the large figures and the bars of the model of the headline."""
    if isinstance(results.samples, ImageSetResult):
        return _of_images(results, results.samples)
    found = find(results)
    drawing = None
    if found.safe is not None and found.leaky is not None:
        same = results.groups[results.groups.method == found.safe.method]
        values = "; ".join(f"{row.split} {number(row.oa, 2)}" for row in same.itertuples())
        drawing = svg(bar_figure(results, same), f"{results.key}-hero",
                      f"Overall accuracy of {found.safe.label} under every split", values)  # fmt: skip
    caption = "" if drawing is None else f"{found.safe.label} under every split; only the split of the pixels differs."
    return FindingPart(found.sentence, tuple(_key_figures(results, found)), drawing, caption)


def find(results: SetResults) -> Finding:
    """Compare the model of the headline with the same model on a leaky split.

    That is the matched random split where there is one, else the first leaky split: a matched split has the same class
    counts, so nothing but the place of the samples differs.
    """
    head, seeds = headline(results), len(results.experiment.seeds)
    after = head.choice + head.reliability
    if results.leaky[head.split]:
        return Finding(
            f"No split of this experiment keeps training and test pixels apart: OA {_range(head.groups.oa)} on"
            f" {head.split}{_of(head)} says little about ground that the model has not seen.{after}",
            head,
            leaky=head.group,
        )
    optimism = mean_optimism(results)
    optimism = optimism[optimism.split == head.split] if len(optimism) else optimism
    other = next((name for name, leaks in results.leaky.items() if leaks), None)
    counterpart = optimism.split_random.iloc[0] if len(optimism) else other
    on_leaky = results.groups[(results.groups.split == counterpart) & results.groups.oa.notna()]
    if head.group is None:
        means = f" (means of {seeds} seeds)" if seeds > 1 else ""
        opening = f"{head.named} the models reach OA {_range(head.groups.oa)}{means}"
        shown = f"; the {counterpart} split shows {_range(on_leaky.oa)} for the same models" if len(on_leaky) else ""
        return Finding(f"{opening}{shown}.{after}", head)
    safe = head.group
    mean = f" (mean of {seeds} seeds)" if seeds > 1 else ""
    opening = f"{head.named} {safe.label} reaches OA {number(safe.oa, 2)}{mean}"
    on_leaky = on_leaky[on_leaky.method == safe.method]
    if on_leaky.empty or pd.isna(safe.oa):
        return Finding(f"{opening}.{after}", head, safe)
    leaky = on_leaky.iloc[0]
    pair = optimism[optimism.method == safe.method] if len(optimism) else optimism
    ratio = leaky.oa / safe.oa if safe.oa else None
    if len(pair):
        row = pair.iloc[0]
        return Finding(
            f"{opening}; with the same class counts drawn at random, the {_leaky(results, leaky)}{leaky.split} split"
            f" shows {number(leaky.oa, 2)} for the same model: {_effect(row)}.{after}",
            head, safe, leaky, row.optimism, ratio, row,
        )  # fmt: skip
    times = f", {ratio:.1f} times as much" if ratio is not None and ratio >= 1.05 else ""
    return Finding(
        f"{opening}; the {_leaky(results, leaky)}{leaky.split} split shows {number(leaky.oa, 2)} for the same"
        f" model{times}.{after}",
        head, safe, leaky, leaky.oa - safe.oa, ratio,
    )  # fmt: skip


def _effect(pair: Any) -> str:
    known = ordered([pair.optimism_low])
    interval = f" (95 % interval {between(pair.optimism_low, pair.optimism_high, 2)})" if known else ""
    effect = "random-sampling optimism of" if pair.optimism > 0 else "a difference of"
    return f"{effect} {number(pair.optimism, 2)}{interval}"


def _range(values: pd.Series) -> str:
    return lowest_to_highest(values, lambda value: number(value, 2))


def _of(head: Headline) -> str:
    return "" if head.group is None or len(head.groups) == 1 else f" ({head.group.label}: {number(head.group.oa, 2)})"


def _leaky(results: SetResults, group: Any) -> str:
    """Return "leaky ", but nothing where no window at the reach of the model shares a pixel."""
    return "leaky " if results.shares_windows(group) else ""


def _key_figures(results: SetResults, found: Finding) -> list[KeyFigure]:
    figures = []
    head, safe, leaky, optimism = found.head, found.safe, found.leaky, found.optimism
    where = "" if results.leaky[head.split] else " without leakage"
    if head.group is None:
        about = f"{len(head.groups)} models on {head.split}, none chosen"
        figures.append(KeyFigure(_range(head.groups.oa), f"OA{where}", about, "safe" if where else ""))
    if safe is not None:
        interval = between(safe.oa_low, safe.oa_high, 2)
        about = f"{safe.label} on {safe.split}" + (f", 95 % interval {interval}" if pd.notna(safe.oa_low) else "")
        chosen = ", model chosen on validation pixels" if len(head.groups) > 1 else ""
        unsure = " (unreliable)" if head.reliability else ""
        figures.append(KeyFigure(number(safe.oa, 2), f"OA{where}{chosen}", about + unsure, "safe"))
    if leaky is not None:
        called = _leaky(results, leaky)
        split = "matched random split" if optimism is not None else f"{called or 'other '}split"
        title = f"OA, {called}split" if safe is None else f"same model, {split}"
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
        if head.group is not None and results.over(head.group, "leakage_reach").eq(0).all():
            about += f"; {head.group.label} looks at single pixels, not at windows"
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
    head = headline(results)
    groups = head.groups if head.group is None else head.groups.loc[[head.group.name]]
    table = results.table.loc[[row for runs in groups.runs for row in runs]]
    several = head.group is None
    where = f"On {head.split}, the models" if several else f"{head.group.label} on {head.split}"
    if table.several_labels.any():
        micro, macro = (lowest_to_highest(groups[name], number) for name in ("micro_f1", "macro_f1"))
        return (
            f"{where} {'find' if several else 'finds'} the classes of {images.title} with micro F1 {micro} and macro F1"
            f" {macro}; {lowest_to_highest(groups.oa, percent)} of the images get exactly the right classes."
            f"{head.choice}"
        )
    counted = "test images"
    if len(table) == len(groups):
        right = lowest_to_highest((table.oa * table.n_test).round(), lambda value: f"{value:.0f}")
        counted = f"{right} of {table.n_test.iloc[0]} test images"
    shares = lowest_to_highest(100 * groups.oa, lambda value: number(value, 2))
    interval = ""
    if not several and pd.notna(head.group.oa_low) and pd.notna(head.group.oa_high):
        interval = f" (95 % interval {between(100 * head.group.oa_low, 100 * head.group.oa_high, 1)} %)"
    return (
        f"{where} {'are' if several else 'is'} right on {counted} of {images.title}: {shares} %{interval}.{head.choice}"
    )
