"""An assessment in words: a table, and what its figures rest on."""

from hsclass.assess.design.assessment import Assessment
from hsclass.assess.design.estimators import Estimate


def as_table(found: Assessment) -> str:
    """Return overall accuracy, a line for each class, and what is to be known of them."""
    rows = [["class", "user's accuracy", "producer's accuracy", f"area [{found.unit}]", f"mapped [{found.unit}]"]]
    for entry in found.classes:
        name = entry.name if entry.name == str(entry.id) else f"{entry.id} {entry.name}"
        rows.append([name, _share(entry.users), _share(entry.producers), _area(entry.area), f"{entry.mapped:,.1f}"])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        f"overall accuracy {_share(found.oa)} (95 % interval {found.oa.low:.3f} to {found.oa.high:.3f}), {found.n}"
        f" points, {found.design} design",
        *("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows),
    ]
    if found.agreement:
        lines.append(
            f"two interpreters agree on {found.agreement['share']:.1%} of {found.agreement['n']} points (kappa"
            f" {found.agreement['kappa']:.3f})"
        )
    more = found.halving.get("neyman")
    best = f", {sum(more.values())} under Neyman allocation" if more else ""
    lines.append(
        f"to halve the standard error of overall accuracy: {found.halving['same_allocation']} more points{best}"
    )
    return "\n".join([*lines, *(f"note: {note}" for note in found.notes)])


def basis(found: Assessment) -> str:
    """Return what the figures rest on, in a sentence."""
    apart = found.about.get("min_distance", 0) > 1
    drawn = "at random, points kept apart" if apart else "with known probabilities"
    missing = ", if labels are missing at random" if found.missing else ""
    return (
        f"The sample was drawn from the map {drawn}, and labelled afterwards: the figures"
        f" {'nearly hold' if apart else 'hold'} for all of the map, whatever its errors{missing}."
    )


def _share(found: Estimate) -> str:
    return "not defined" if found.value != found.value else f"{found.value:.3f} ± {found.se:.3f}"


def _area(found: Estimate) -> str:
    return f"{found.value:,.1f} ± {found.se:,.1f}"
