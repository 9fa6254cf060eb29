"""The conditions under which each figure holds: what the model sees around a pixel, and what it was fitted on."""

from dataclasses import dataclass
from typing import Any

from hsclass.report.table import SetResults
from hsclass.report.text import MISSING, count, lowest_to_highest, percent

NOT_CHECKED = "not checked"
_PARTS = ("fitted_normalizer", "fitted_extractor", "fitted_model", "fitted_validation")


@dataclass(frozen=True)
class ConditionRow:
    """One model under one split in words, over the seeds.

    Attributes
    ----------
    unbounded : bool
        True for features that look without bound.
    alike : bool
        True where the split leaks and yet no window at the reach of the model shares a pixel.
    shares : bool
        True where test windows at the reach of the model share pixels although the split itself does not leak.
    """

    split: str
    label: str
    unbounded: bool
    reach: str
    window: str
    overlap: str
    centre: str
    fitted: str
    tested: str
    alike: bool
    shares: bool


def condition_rows(results: SetResults) -> tuple[ConditionRow, ...]:
    """Return a row for each model under each split; none where no run was measured."""
    if not (results.table.measured | results.table.checked).any():
        return ()
    return tuple(_row(results, group) for group in results.groups.itertuples())


def _row(results: SetResults, group: Any) -> ConditionRow:
    runs = results.table.loc[list(group.runs)]
    unbounded = bool(runs.leakage_unbounded.fillna(False).astype(bool).any())
    overlaps = bool((runs.leakage_overlap_share.fillna(0) > 0).any())
    fitted = " / ".join(lowest_to_highest(runs[part], count) for part in _PARTS)
    return ConditionRow(
        split=group.split,
        label=group.label,
        unbounded=unbounded,
        reach="no bound" if unbounded else lowest_to_highest(runs.leakage_reach, count),
        window=f"{runs.window.iloc[0]:.0f} (the split’s)"
        if unbounded
        else lowest_to_highest(runs.leakage_window, count),
        overlap=lowest_to_highest(runs.leakage_overlap_share, percent),
        centre=lowest_to_highest(runs.leakage_centre_share, percent),
        fitted=fitted if runs.checked.any() else MISSING,
        tested="none" if runs.checked.all() else NOT_CHECKED,
        alike=bool(group.leaky and runs.measured.any() and not overlaps),
        shares=not group.leaky and overlaps,
    )
