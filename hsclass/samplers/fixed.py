"""Fixed masks: the training and test pixels that somebody published."""

import logging
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from hsclass.datasets.masks import Mask, read_mask
from hsclass.options import Options
from hsclass.raster import Grid
from hsclass.samplers.notes import Notes
from hsclass.samplers.placement import Otherwise, Unlabelled, place
from hsclass.samplers.sampler import Assignment, Kind, Request, Sampler
from hsclass.split import Role

_LOG = logging.getLogger(__name__)

MaskId = Annotated[int, Field(ge=1, le=65535)]
ClassId = Annotated[int, Field(ge=0, le=65535)]


class MaskFiles(Options):
    """The files of published masks: rasters that GDAL reads, .mat, .npy or .npz."""

    train_mask: Path = Field(description="mask of the training pixels")
    test_mask: Path | None = Field(
        default=None, description="mask of the test pixels; without it, all labelled pixels in no other mask"
    )
    validation_mask: Path | None = Field(default=None, description="mask of the validation pixels; without it, none")
    train_key: str | None = Field(default=None, description="variable of a .mat or .npz file")
    test_key: str | None = Field(default=None, description="variable of a .mat or .npz file")
    validation_key: str | None = Field(default=None, description="variable of a .mat or .npz file")
    ids: dict[MaskId, ClassId] | None = Field(
        default=None, description="class ids of the reference data by ids of the masks; 0 leaves an id out"
    )

    def read(self, labels: np.ndarray, grid: Grid) -> dict[Role, Mask]:
        """Read the masks against reference labels, ndarray of int of shape (rows, cols); errors as `read_mask`."""
        files = {
            Role.TRAIN: (self.train_mask, self.train_key),
            Role.VALIDATION: (self.validation_mask, self.validation_key),
            Role.TEST: (self.test_mask, self.test_key),
        }
        return {
            role: read_mask(path, labels, grid=grid, key=key, ids=self.ids)
            for role, (path, key) in files.items()
            if path is not None
        }


class FixedOptions(MaskFiles):
    """Options of the sampler of published masks."""

    unlabelled: Unlabelled = Field(
        default="drop",
        description="what becomes of mask pixels that the reference data leave unlabelled; keep takes the mask's class",
    )
    otherwise: Otherwise = Field(
        default="drop",
        description="what becomes of mask pixels that are of another class in the reference data, or whose class they"
        " get",
    )
    guard: bool = Field(
        default=True, description="false uses the masks as published; the split then declares itself leaky"
    )


class FixedSampler(Sampler):
    """Take the training, validation and test pixels from published masks.

    The shares and the seed have no say. No validation is made up: without a mask for it there is none. The guard
    drops the test pixels whose windows share pixels with training windows, so that what is left of a published test
    set can be believed; with `guard: false` the masks hold as published and the split declares itself leaky. What the
    masks and the reference data do not agree on is dropped or kept as the options say, and noted for each class.
    """

    options_model: ClassVar[type[Options]] = FixedOptions

    def declares_leaky(self, kind: Kind) -> bool:
        """Return True where the masks are used without the guard."""
        return not self.options.guard

    def assign(self, asked: Request) -> Assignment:
        """Give the pixels of the masks their roles; see `hsclass.samplers.sampler.Sampler.assign`.

        Raises
        ------
        DataError
            If a mask cannot be read or does not fit the reference data or the other masks; see
            `hsclass.datasets.masks.read_mask` and `hsclass.samplers.placement.place`.
        """
        masks = self.options.read(asked.labels, asked.grid)
        for read in masks.values():
            for remark in read.remarks()[1:]:
                _LOG.warning("%s", remark)
        placed = place(
            masks, asked.labels, unlabelled=self.options.unlabelled, otherwise=self.options.otherwise, data=asked.mask
        )
        notes = Notes(placed.notes)
        if asked.validation > 0 and Role.VALIDATION not in masks:
            notes.add_lacking(asked.labels, placed.roles, {Role.VALIDATION: "no validation: no mask was given"})
        return Assignment(placed.roles, notes, given=placed.given, asked=placed.asked, fractions={})
