"""The conditions under which each figure holds: what the model sees around a pixel, and what it was fitted on."""

from typing import Any

import pandas as pd

from hsclass.report.table import SetResults
from hsclass.report.text import MISSING, count, lowest_to_highest, percent

NOT_CHECKED = "not checked"
_PARTS = ("fitted_normalizer", "fitted_extractor", "fitted_model", "fitted_validation")


def condition_rows(results: SetResults) -> pd.DataFrame:
    """Return a row for each model under each split, in words, over the seeds; none where no run was measured.

    Columns `split`, `label`, `reach`, `window`, `overlap`, `centre`, `fitted` and `tested` are texts. True or false are
    `unbounded`: the features look without bound; `alike`: the split leaks and yet no window at the reach of the model
    shares a pixel; `shares`: such windows share pixels although the split itself does not leak.
    """
    measured = (results.table.measured | results.table.checked).any()
    return pd.DataFrame([_row(results, group) for group in results.groups.itertuples() if measured])


def _row(results: SetResults, group: Any) -> dict[str, Any]:
    runs = results.table.loc[list(group.runs)]
    unbounded = bool(runs.leakage_unbounded.fillna(False).astype(bool).any())
    overlaps = bool((runs.leakage_overlap_share.fillna(0) > 0).any())
    fitted = " / ".join(lowest_to_highest(runs[part], count) for part in _PARTS)
    own = f"{runs.window.iloc[0]:.0f} (the split’s)"
    return {
        "split": group.split,
        "label": group.label,
        "unbounded": unbounded,
        "reach": "no bound" if unbounded else lowest_to_highest(runs.leakage_reach, count),
        "window": own if unbounded else lowest_to_highest(runs.leakage_window, count),
        "overlap": lowest_to_highest(runs.leakage_overlap_share, percent),
        "centre": lowest_to_highest(runs.leakage_centre_share, percent),
        "fitted": fitted if runs.checked.any() else MISSING,
        "tested": "none" if runs.checked.all() else NOT_CHECKED,
        "alike": bool(group.leaky and runs.measured.any() and not overlaps),
        "shares": bool(not group.leaky and overlaps),
    }
