"""The conditions under which each figure holds: what the model sees around a pixel, and what it was fitted on."""

from collections.abc import Sequence
from dataclasses import dataclass

from hsclass.report.tables import Group
from hsclass.report.text import MISSING, count, ordered, percent, span
from hsclass.results import FittedCounts, Leakage

NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class ConditionRow:
    """One model under one split in words, over the seeds; `unbounded` flags features that look without bound."""

    group: Group
    unbounded: bool
    reach: str
    window: str
    overlap: str
    centre: str
    fitted: str
    tested: str

    @property
    def alike(self) -> bool:
        """True where the split leaks and yet no window at the reach of the model shares a pixel."""
        found = [run.metrics.leakage for run in self.group.runs if run.metrics.leakage]
        return self.group.leaky and bool(found) and not any(leakage.overlap_share for leakage in found)

    @property
    def shares(self) -> bool:
        """True where test windows at the reach of the model share pixels although the split itself does not leak."""
        found = (run.metrics.leakage for run in self.group.runs)
        return not self.group.leaky and any(leakage and (leakage.overlap_share or 0) > 0 for leakage in found)


def condition_rows(groups: Sequence[Group]) -> tuple[ConditionRow, ...]:
    """Return a row for each group; none where no run of them was measured."""
    if not any(run.metrics.leakage or run.metrics.fit_scope for group in groups for run in group.runs):
        return ()
    return tuple(_row(group) for group in groups)


def _row(group: Group) -> ConditionRow:
    measured = [run.metrics.leakage for run in group.runs if run.metrics.leakage]
    scopes = [run.metrics.fit_scope for run in group.runs]
    unbounded = any(leakage.unbounded for leakage in measured)
    return ConditionRow(
        group=group,
        unbounded=unbounded,
        reach="no bound" if unbounded else _whole(measured, "reach"),
        window=f"{group.runs[0].metrics.window} (the split’s)" if unbounded else _whole(measured, "window"),
        overlap=span(percent(share) for share in ordered(leakage.overlap_share for leakage in measured)),
        centre=span(percent(share) for share in ordered(leakage.centre_share for leakage in measured)),
        fitted=_fitted([scope for scope in scopes if scope]),
        tested="none" if all(scopes) else NOT_CHECKED,
    )


def _whole(measured: Sequence[Leakage], key: str) -> str:
    return span(count(value) for value in ordered(getattr(leakage, key) for leakage in measured))


def _fitted(scopes: Sequence[FittedCounts]) -> str:
    if not scopes:
        return MISSING
    parts = ("normalizer", "extractor", "model", "validation")
    return " / ".join(
        span(count(value) for value in ordered(getattr(scope, part) for scope in scopes)) for part in parts
    )
