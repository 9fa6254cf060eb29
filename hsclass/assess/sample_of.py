"""What the test samples of a split are a sample of."""

import numpy as np

from hsclass.samples.counting import tally
from hsclass.samples.fields import fields_of
from hsclass.split import FOREIGN, Role, Split

_BY_OTHERS = {FOREIGN, "fixed", "lists"}


def sample_of(split: Split, labels: np.ndarray, *, fields: np.ndarray | None = None) -> str:
    """Return sentences that say what the test samples stand for, and what they do not.

    Parameters
    ----------
    split : Split
    labels : ndarray
        Reference labels of all samples, as `evaluate` takes them.
    fields : ndarray of int, shape (rows, cols), optional
        The fields of all pixels, where they are known.
    """
    count, by_others = split.count(Role.TEST), split.sampler in _BY_OTHERS
    chosen = "chosen by others" if by_others else f"chosen by the sampler {split.sampler}"
    if split.roles.ndim == 1:
        kept = "" if split.groups is None else ", near-duplicates of training images kept out"
        return f"{count} labelled images of the set, {chosen}{kept}. They stand for images like those of the set."
    fields = fields_of(split.reference(labels), split.groups) if fields is None else fields
    tested, trained = (tally(fields[split.roles == role]) for role in (Role.TEST, Role.TRAIN))
    known = tested[: len(trained)][trained[: len(tested)] > 0].sum() / tested.sum()
    number = int(np.count_nonzero(tested))
    ground = (
        "further pixels of fields that were trained on, not for other fields"
        if known > 0.5
        else "labelled fields of this scene that are like theirs"
    )
    return (
        f"{count} labelled pixels in {number} field{'s' * (number != 1)} of the scene, {chosen}; {100 * known:.0f} % of"
        f" them lie in fields with training pixels. They stand for {ground}. They are no probability sample of the map:"
        " area-adjusted figures hold for the whole map only as far as the map errs on unlabelled ground as on them."
    )
