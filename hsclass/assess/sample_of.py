"""What the test samples of a split are a sample of."""

from hsclass.split import FOREIGN, Role, Split


def sample_of(split: Split, *, fields: int | None = None) -> str:
    """Return sentences that say what the test samples stand for, and what they do not.

    Parameters
    ----------
    split : Split
    fields : int, optional
        Number of fields that the test pixels lie in.
    """
    images = split.roles.ndim == 1
    what, whole = ("images", "image set") if images else ("pixels", "scene")
    within = "" if fields is None else f" in {fields} {'field' if fields == 1 else 'fields'}"
    opening = f"{split.count(Role.TEST)} labelled {what}{within} of the {whole}"
    if split.sampler in {FOREIGN, "fixed", "lists"}:
        drawn = f"{opening}, chosen by others; who chose them knows what they stand for."
    elif split.leaky:
        drawn = f"{opening}, drawn at random from its labelled {what}" + (
            ", so that they stand for others of the same set."
            if images
            else ": they stand for other pixels of fields that were trained on, not for other fields."
        )
    elif images:
        drawn = (
            f"{opening}, kept apart from near-duplicates in training; they stand for new images like those of the set."
        )
    else:
        drawn = (
            f"{opening}, which {split.sampler} chose; no window of {split.window} pixels of theirs shares a pixel with"
            " training. They stand for labelled ground of this scene like theirs."
        )
    if images:
        return drawn
    return (
        f"{drawn} They are no probability sample of the map: area-adjusted figures hold for the whole map only as far"
        " as the map errs on unlabelled ground as on them."
    )
