"""Published figures beside the experiment's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from hsclass.report.tables import Group
from hsclass.results import Published, PublishedFigure


@dataclass(frozen=True)
class PublishedRow:
    """What was published for one model, and the experiment's own figures under each split, None where not run."""

    figure: PublishedFigure
    groups: tuple[Group | None, ...]


def published_rows(published: Published | None, groups: Sequence[Group]) -> tuple[PublishedRow, ...]:
    """Return a row for each published figure; its groups are in the order of the splits in `groups`."""
    splits = dict.fromkeys(group.split for group in groups)
    found = {(group.split, *group.method): group for group in groups}
    return tuple(
        PublishedRow(figure, tuple(found.get((split, str(figure.features), str(figure.model))) for split in splits))
        for figure in (published.figures if published else ())
    )
