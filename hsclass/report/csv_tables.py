"""The tables beside the page: figures in full, an empty cell for one that is not defined."""

import csv
import io
import math
from collections.abc import Iterable, Sequence

from hsclass.report.collect import Results, Run
from hsclass.report.inflation import paired_runs

Cell = str | float | bool | None

COLUMNS = (
    "scene", "sampler", "seed", "window", "features", "model", "n_train", "n_test", "oa", "aa", "kappa", "oa_low",
    "oa_high", "train_seconds", "map_seconds", "leaky", "macro_f1", "n_validation", "overlap_share", "lost_classes",
    "aa_low", "aa_high", "kappa_low", "kappa_high", "macro_f1_low", "macro_f1_high", "ece", "reach",
    "reach_overlap_share", "area_adjusted_oa", "area_adjusted_oa_low", "area_adjusted_oa_high",
)  # fmt: skip
"""Columns of `accuracy.csv`; readers rely on their order, so a new one goes to the end."""

INFLATION_COLUMNS = (
    "scene", "sampler", "twin", "seed", "features", "model", "oa", "oa_twin", "inflation", "inflation_low",
    "inflation_high",
)  # fmt: skip

COMPARISON_COLUMNS = (
    "scene", "sampler", "seed", "a", "b", "difference", "difference_low", "difference_high", "only_a", "only_b",
    "permutation_p", "permutation_holm", "mcnemar_p", "mcnemar_holm", "n_test", "blocks", "block_side", "permutations",
    "leaky",
)  # fmt: skip


def accuracy_csv(results: Results) -> str:
    """Return the text of `accuracy.csv`: a row for each run; `reach` is empty where it is without bound."""
    names = {scene.name: scene.class_name for scene in results.scenes}
    rows = []
    for run in results.runs:
        entry, metrics, audit = run.entry, run.metrics, run.split.audit
        lost = ";".join(names[entry.scene](identity) for identity in audit.lost_classes or ())
        rows.append((
            entry.scene, entry.split, entry.seed, metrics.window, entry.features, entry.model, metrics.n_train,
            metrics.n_test, metrics.oa, metrics.aa, metrics.kappa, metrics.oa_low, metrics.oa_high,
            run.training.seconds, run.mapping.seconds, run.split.leaky, metrics.macro_f1, metrics.n_validation,
            audit.overlap_share, lost,
            metrics.aa_low, metrics.aa_high, metrics.kappa_low, metrics.kappa_high, metrics.macro_f1_low,
            metrics.macro_f1_high, *_conditions(run),
        ))  # fmt: skip
    return table_text(COLUMNS, rows)


def inflation_csv(results: Results) -> str | None:
    """Return the text of `inflation.csv`: a row for each run and its leaky twin; None where there are no twins."""
    rows = []
    for scene in results.scenes:
        for twin, safe, estimate in paired_runs(results, scene.name):
            entry = safe.entry
            rows.append((
                entry.scene, entry.split, twin.entry.split, entry.seed, entry.features, entry.model, safe.metrics.oa,
                twin.metrics.oa, estimate.value, estimate.low, estimate.high,
            ))  # fmt: skip
    return table_text(INFLATION_COLUMNS, rows) if rows else None


def comparison_csv(results: Results) -> str | None:
    """Return the text of `comparison.csv`: a row for each pair of models; None where none were compared."""
    rows = []
    for split in results.splits:
        about = split.comparison
        if about is None:
            continue
        tested = about.n_test, about.blocks, about.block_side, about.permutations, split.leaky
        rows += [
            (
                split.scene, split.name, split.seed, pair.a, pair.b, pair.difference, pair.low, pair.high, pair.only_a,
                pair.only_b, pair.permutation_p, pair.permutation_holm, pair.mcnemar_p, pair.mcnemar_holm, *tested,
            )
            for pair in about.pairs
        ]  # fmt: skip
    return table_text(COMPARISON_COLUMNS, rows) if rows else None


def _conditions(run: Run) -> tuple[Cell, ...]:
    metrics, leakage, area = run.metrics, run.metrics.leakage, run.metrics.area
    return (
        metrics.calibration.ece if metrics.calibration else None,
        leakage.reach if leakage else run.card.reach,
        leakage.overlap_share if leakage else None,
        area.oa if area else None,
        area.oa_low if area else None,
        area.oa_high if area else None,
    )


def table_text(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return rows as CSV under the names of their columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: Cell) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(value)
    return "" if value is None else str(value)
