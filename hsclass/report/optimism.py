"""Random-sampling optimism: what a matched random split adds to the accuracy of the split whose class counts it has."""

from typing import Any

import pandas as pd

from hsclass.report.table import SetResults
from hsclass.report.text import between
from hsclass.results.comparison import holds_0

_COLUMNS = [
    "split", "split_random", "method", "label", "features", "model", "oa", "oa_std", "oa_random", "oa_random_std",
    "optimism", "optimism_low", "optimism_high", "n_test", "n_own", "n_random", "fields", "effective_fields", "runs",
]  # fmt: skip


def ladder(results: SetResults) -> pd.DataFrame:
    """Return the steps from a matched random split over the matched split apart to the spatial split, a row each.

    Columns: `label`, `method`, `features`, `model`; `upper` and `lower`, the splits of the step; OA under both,
    `oa_upper` and `oa_lower`; `difference` with its 95 % interval `low` and `high`, all on the `n_test` samples that
    both test, in `fields`. The first step is what shared windows and nearness add, the second what it adds that fields
    were trained on.
    """
    names = {group.method: group for group in results.groups.itertuples()}
    copies, matched = results.experiment.copies, results.experiment.matched
    rows = [
        {"label": names[gain.method].label, "method": gain.method, "features": names[gain.method].features,
         "model": names[gain.method].model, "upper": upper, "lower": gain.against, "oa_upper": gain.here,
         "oa_lower": gain.there, "difference": gain.difference, "low": gain.low, "high": gain.high,
         "n_test": gain.n_test, "fields": gain.fields, "effective_fields": gain.effective_fields, "runs": gain.runs}
        for upper, comparison in sorted(results.comparisons.items(), key=lambda each: each[0] not in matched)
        if upper not in results.experiment.reduced
        for gain in comparison.gains
        if gain.difference is not None and gain.method in names and gain.against != matched.get(upper, "")
        and (gain.against in copies or upper in copies)
    ]  # fmt: skip
    found = pd.DataFrame(rows)
    return found.sort_values("method", key=lambda names: names.map(list(results.groups.method.unique()).index),
                             kind="stable") if rows else found  # fmt: skip


def mean_optimism(results: SetResults) -> pd.DataFrame:
    """Return a row for each model on a split without leakage and on the matched random split of it, over all seeds.

    Columns: `split`, `split_random`, `method`, `label`, `features`, `model`; OA of both, `oa` and `oa_random`, and
    `optimism`, their difference, with its 95 % interval `optimism_low` and `optimism_high`, all on the `n_test` samples
    that both test, of `n_own` and `n_random`, which lie in `fields`; no row where they share none. Standard deviations
    `oa_std` and `oa_random_std` are undefined.
    """
    groups = {(group.split, group.method): group for group in results.groups.itertuples()}
    rows: list[dict[str, Any]] = []
    for matched, split in results.experiment.matched.items():
        if results.leaky.get(split, True) or matched not in results.comparisons:
            continue
        for gain in results.comparisons[matched].gains:
            if gain.against not in {split, ""}:
                continue
            group = groups.get((split, gain.method))
            if group is None or gain.difference is None:
                continue
            rows.append({
                "split": split, "split_random": matched, "method": gain.method, "label": group.label,
                "features": group.features, "model": group.model, "oa": gain.there, "oa_random": gain.here,
                "optimism": gain.difference, "optimism_low": gain.low, "optimism_high": gain.high,
                "n_test": gain.n_test, "n_own": gain.n_there, "n_random": gain.n_here, "fields": gain.fields,
                "effective_fields": gain.effective_fields, "runs": gain.runs,
            })  # fmt: skip
    numbers = ["oa", "oa_std", "oa_random", "oa_random_std", "optimism", "optimism_low", "optimism_high"]
    return pd.DataFrame(rows, columns=_COLUMNS).astype(dict.fromkeys(numbers, float))


def interval_in_words(pair: Any) -> str:
    """Return the interval of a row of `mean_optimism`, and whether it contains 0; or that it has none."""
    if pd.isna(pair.optimism_low) or pd.isna(pair.optimism_high):
        return "not distinguishable from 0: too few fields for an interval"
    no_effect = ", not distinguishable from 0" if holds_0(pair.optimism_low, pair.optimism_high) else ""
    return f"95 % interval {between(pair.optimism_low, pair.optimism_high, 2, sign=True)}{no_effect}"
