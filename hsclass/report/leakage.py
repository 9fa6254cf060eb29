"""The leakage figures of each split, over its seeds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from hsclass.report.collect import SceneResult, SplitResult
from hsclass.report.curves import distance_chart
from hsclass.report.text import MISSING, number, ordered, percent, span
from hsclass.results import Audit, Histogram


@dataclass(frozen=True)
class LeakageRow:
    """What the audits of one split say, in words; figures that differ between seeds as lowest to highest."""

    split: str
    leaky: bool
    overlap: str
    centre: str
    moran: str
    kl_train: str
    kl_test: str
    ratio: str
    lost: str
    distances: Markup | None


def leakage_rows(scene: SceneResult, splits: Sequence[SplitResult], window: int, name: str) -> tuple[LeakageRow, ...]:
    """Return a row for each split of a scene; `name` begins the names of the drawings."""
    seeds: dict[str, list[SplitResult]] = {}
    for split in splits:
        seeds.setdefault(split.name, []).append(split)
    return tuple(
        _row(scene, split, of_split, window, f"{name}-{place}") for place, (split, of_split) in enumerate(seeds.items())
    )


def overlap_share(splits: Sequence[SplitResult], *, leaky: bool) -> float | None:
    """Return the largest share of shared test windows among the splits that leak, or among those that do not."""
    shares = ordered(split.audit.overlap_share for split in splits if split.leaky == leaky)
    return shares[-1] if shares else None


def _row(scene: SceneResult, split: str, seeds: list[SplitResult], window: int, name: str) -> LeakageRow:
    audits = [seed.audit for seed in seeds]
    histogram = joined(audits)
    asked = span(percent(value) for value in ordered(audit.train_ratio_asked for audit in audits))
    given = span(percent(value) for value in ordered(audit.train_ratio for audit in audits))
    return LeakageRow(
        split=split,
        leaky=any(seed.leaky for seed in seeds),
        overlap=span(percent(value) for value in ordered(audit.overlap_share for audit in audits)),
        centre=span(percent(value) for value in ordered(audit.centre_share for audit in audits)),
        moran=span(number(value, 2) for value in ordered(audit.moran_i for audit in audits)),
        kl_train=span(number(value) for value in ordered(audit.kl_train for audit in audits)),
        kl_test=span(number(value) for value in ordered(audit.kl_test for audit in audits)),
        ratio=f"{asked} → {given}",
        lost=_lost(scene, audits),
        distances=None if histogram is None else distance_chart(histogram, window, name),
    )


def _lost(scene: SceneResult, audits: list[Audit]) -> str:
    """Name the classes without a test pixel, and in how many seeds where not in all."""
    if any(audit.lost_classes is None for audit in audits):
        return MISSING
    times = Counter(identity for audit in audits for identity in audit.lost_classes or ())
    names = [
        scene.class_name(identity) + ("" if seen == len(audits) else f" ({seen} of {len(audits)} seeds)")
        for identity, seen in sorted(times.items())
    ]
    return ", ".join(names) or "none"


def joined(audits: list[Audit]) -> Histogram | None:
    """Add up the seeds' histograms; bins are looked up by their lower edge, as the seeds reach unequally far."""
    known = [audit.distance_histogram for audit in audits if audit.distance_histogram]
    if not known:
        return None
    longest = max(known, key=lambda histogram: histogram.edges[-1])
    counts: Counter[float] = Counter()
    for histogram in known:
        counts.update(dict(zip(histogram.edges, histogram.counts, strict=False)))
    return Histogram(edges=longest.edges, counts=[counts[edge] for edge in longest.edges[:-1]])
