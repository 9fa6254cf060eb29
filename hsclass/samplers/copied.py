"""The split that another one is made from: read, and checked to be of the same samples."""

from pathlib import Path

import numpy as np
from pydantic import Field

from hsclass.alignment import require_same_grid
from hsclass.errors import DataError
from hsclass.options import Options
from hsclass.samplers.notes import Notes
from hsclass.samplers.sampler import Request
from hsclass.split import Role, Split, read_split
from hsclass.wording import counted


class CopyOptions(Options):
    """Options of the samplers that change another split."""

    of: Path = Field(description="file of the split to start from; in an experiment, the name of another of its splits")


def read_copied(path: Path, asked: Request) -> tuple[Split, np.ndarray, Notes]:
    """Return the split to start from, the class ids that hold in it (0 without data), and the notes on its classes.

    Raises
    ------
    DataError
        If it cannot be read or is not of these samples.
    """
    other = read_split(path, asked.images)
    if asked.images is None:
        require_same_grid(
            other.grid, asked.grid, shapes=(other.roles.shape, asked.labels.shape),
            name=f"{path}: the split", other="the scene",
        )  # fmt: skip
    reference = np.where(asked.mask, other.reference(asked.labels), 0)
    if bare := int(((other.roles != Role.UNUSED) & (reference == 0)).sum()):
        raise DataError(
            f"{path}: has {counted(bare, 'pixel')} with a role that the reference labels leave unlabelled; expected"
            " a split of this scene"
        )
    return other, reference, Notes({share.id: share.note for share in other.classes if share.note})
