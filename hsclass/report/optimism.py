"""Random-sampling optimism: what a matched random split adds to the accuracy of the split whose class counts it has."""

from typing import Any

import pandas as pd

from hsclass.report.table import SetResults

_COLUMNS = [
    "split", "split_random", "method", "label", "features", "model", "oa", "oa_std", "oa_random", "oa_random_std",
    "optimism", "optimism_low", "optimism_high", "n_test", "n_own", "n_random", "fields", "effective_fields",
]  # fmt: skip


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
            group = groups.get((split, gain.method))
            if group is None or gain.difference is None:
                continue
            rows.append({
                "split": split, "split_random": matched, "method": gain.method, "label": group.label,
                "features": group.features, "model": group.model, "oa": gain.there, "oa_random": gain.here,
                "optimism": gain.difference, "optimism_low": gain.low, "optimism_high": gain.high,
                "n_test": gain.n_test, "n_own": gain.n_there, "n_random": gain.n_here, "fields": gain.fields,
                "effective_fields": gain.effective_fields,
            })  # fmt: skip
    numbers = ["oa", "oa_std", "oa_random", "oa_random_std", "optimism", "optimism_low", "optimism_high"]
    return pd.DataFrame(rows, columns=_COLUMNS).astype(dict.fromkeys(numbers, float))
