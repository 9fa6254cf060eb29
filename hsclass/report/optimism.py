"""Random-sampling optimism: what a matched random split adds to the accuracy of the split whose class counts it has."""

import pandas as pd

from hsclass.assess.optimism import IntervalEstimate, optimism
from hsclass.report.table import SetResults

_FIGURES = ["split", "oa", "oa_low", "oa_high"]


def paired_runs(results: SetResults) -> pd.DataFrame:
    """Return a row for each run on a split without leakage whose model also ran on the matched random split.

    Columns are those of `SetResults.table`, those of the matched run with `_random` (`split`, `oa` and its limits), and
    `optimism` with its 95 % interval, `optimism_low` and `optimism_high`.
    """
    columns = ["seed", "method"]
    pairs = []
    for matched, split in results.experiment.matched.items():
        own = results.table[(results.table.split == split) & ~results.table.leaky]
        random = results.table.loc[results.table.split == matched, [*columns, *_FIGURES]]
        pairs.append(own.merge(random, on=columns, suffixes=("", "_random")))
    rows = pd.concat([results.table.head(0), *(pair for pair in pairs if len(pair))])
    estimates = [
        optimism(IntervalEstimate(row.oa_random, *_limits(row.oa_low_random, row.oa_high_random)),
                  IntervalEstimate(row.oa, *_limits(row.oa_low, row.oa_high)))
        for row in rows.itertuples()
    ]  # fmt: skip
    return rows.assign(
        optimism=[each.value for each in estimates],
        optimism_low=pd.Series([each.low for each in estimates], rows.index, float),
        optimism_high=pd.Series([each.high for each in estimates], rows.index, float),
    )


def mean_optimism(results: SetResults) -> pd.DataFrame:
    """Return a row for each pair of splits and model: means over seeds, lowest and highest limit of the intervals."""
    rows = paired_runs(results)
    if rows.empty:
        return rows
    groups = rows.groupby(["split", "split_random", "method"], observed=True)
    found = groups.agg(
        label=("label", "first"), oa=("oa", "mean"), oa_std=("oa", "std"), oa_random=("oa_random", "mean"),
        oa_random_std=("oa_random", "std"), optimism=("optimism", "mean"), optimism_low=("optimism_low", "min"),
        optimism_high=("optimism_high", "max"),
    )  # fmt: skip
    return found.reset_index()


def _limits(low: float, high: float) -> tuple[float | None, float | None]:
    return (None if pd.isna(low) else low), (None if pd.isna(high) else high)
