"""Whole fields, drawn with the seed: replicate splits that differ in the fields that train."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from hsclass.errors import DataError
from hsclass.options import Options
from hsclass.samplers.folds import FoldingSampler, FoldOptions, Partition, deal
from hsclass.samplers.holdings import Holdings
from hsclass.samplers.notes import Notes
from hsclass.samplers.sampler import Assignment, Request
from hsclass.samples.counting import class_counts, counts_by_class
from hsclass.samples.fields import fields_of, places_by_number
from hsclass.samples.neighbours import within
from hsclass.split import Role
from hsclass.wording import counted

_FEW = 10  # choices of the seed below which replicates may be alike


class RegionsOptions(FoldOptions):
    """Options of the sampler of whole fields."""

    smallest_first: float = Field(
        default=1.0,
        ge=0,
        description="weight of a field in the draw is its area to the power of minus this: with 0 all are equal, the"
        " larger it is, the more the small fields go to training",
    )
    several_classes: bool = Field(
        default=False, description="groups may hold several classes, as sites or campaigns do; false refuses them"
    )


class Regions(FoldingSampler):
    """Draw whole fields of each class for training, then for validation; all others test.

    A field is a connected region of one class, corners included, or a group of the reference data, such as a polygon.
    The rules are these:

    - Fields are drawn with the seed, without replacement, the small ones with a larger weight: many small fields show
      more of a class's variety than one large field of the same area. So every seed gives a replicate.
    - A class gets exactly its share, where its fields allow it: of the last field drawn only one end trains, and the
      rest of it is dropped, so that no test pixel lies in a field that trains.
    - A field is passed over where it would leave its class, or by the guard another class, without a test pixel,
      unless a class would not train otherwise.
    - Each class keeps a field for test. The only field of a class trains, and the class is noted as untestable.
    - Validation gets fields of its own, of what is out of training's reach, where a class has fields to spare.
    - Groups of several classes, such as sites, are drawn as a whole, too, until each class has its share.

    References
    ----------
    Roberts, D. R. et al. (2017). Cross-validation strategies for data with temporal, spatial, hierarchical, or
    phylogenetic structure. Ecography 40.
    """

    options_model: ClassVar[type[Options]] = RegionsOptions

    def assign(self, asked: Request) -> Assignment:
        """Give every labelled pixel a role; see `hsclass.samplers.sampler.Sampler.assign`."""
        fields = self.checked_fields(asked)
        draw = _Draw(asked, fields, self.options.smallest_first)
        draw.serve(Role.TRAIN, asked.train)
        if asked.validation > 0:
            draw.serve(Role.VALIDATION, asked.validation)
        return Assignment(draw.holdings.roles, draw.notes(asked.validation), remarks=_remarks(asked, fields))

    def partition(self, asked: Request, folds: int) -> Partition:
        """Deal the fields to folds; see `hsclass.samplers.folds.FoldingSampler.partition`."""
        fields = self.checked_fields(asked)
        if folds > fields.max():
            raise DataError(
                f"{asked.where}: has {fields.max()} fields for {folds} folds; expected as many at least; choose fewer"
                " folds"
            )
        return Partition(fields, deal(asked.labels, fields, folds=folds, rng=asked.rng))

    def checked_fields(self, asked: Request) -> np.ndarray:
        """Return the number of each labelled pixel's field.

        Raises
        ------
        DataError
            If labelled pixels have no group, groups hold several classes unasked, or each class lies in one field.
        """
        labels, groups = asked.labels, asked.groups
        if groups is not None and (bare := int(((labels > 0) & (groups <= 0)).sum())):
            raise DataError(
                f"{asked.where}: {bare} of {int((labels > 0).sum())} labelled pixels belong to no group; expected a"
                " number from 1 up for each; give them one, or leave the groups out"
            )
        fields = fields_of(labels, groups)
        counts = _class_counts(labels, fields)
        mixed = np.flatnonzero((counts > 0).sum(axis=1) > 1)
        if mixed.size and not self.options.several_classes:
            names = [asked.group_names.get(number, str(number)) for number in _numbers(fields, groups)]
            classes = np.unique(labels[labels > 0])
            shown = "; ".join(
                f"{names[place]}: classes {', '.join(map(str, classes[counts[place] > 0][:5]))}" for place in mixed[:3]
            )
            verb = "holds" if mixed.size == 1 else "hold"
            raise DataError(
                f"{asked.where}: {mixed.size} of {counted(len(counts), 'group')} {verb} several classes ({shown});"
                " expected one, as fields have; correct the groups, or where they are sites or campaigns give the"
                " option 'several_classes: true': in an experiment as 'splits: [{sampler: regions, several_classes:"
                " true}]' and 'final: {sampler_options: {several_classes: true}}', to 'hsclass split' as --set"
                " several_classes=true"
            )
        per_class = (counts > 0).sum(axis=0)
        if per_class.max() < 2:
            raise DataError(
                f"{asked.where}: each of its {len(per_class)} classes lies in a single {_unit(groups)}"
                f" ({len(counts)} in all); expected two or more of a class, so that one can train and another test;"
                " choose a sampler that divides fields, such as blocks or dbscan_area"
            )
        return fields


class _Draw:
    """The fields of a scene while they are drawn."""

    def __init__(self, asked: Request, fields: np.ndarray, smallest_first: float) -> None:
        labels = asked.labels
        self.reach = asked.window - 1
        self.holdings = Holdings(labels, self.reach)
        self.classes, self.sizes = (np.array(list(each)) for each in zip(*class_counts(labels).items(), strict=True))
        self.pixels = places_by_number(fields)
        self.counts = _class_counts(labels, fields)
        weights = self.counts.sum(axis=1).astype(float) ** -smallest_first
        self.only = (self.counts > 0).sum(axis=0) == 1
        needed = ((self.counts > 0) & self.only).any(axis=1)  # as a class lies nowhere else; these go first
        self.order = np.lexsort((asked.rng.exponential(size=len(weights)) / weights, ~needed)).tolist()
        self.free = np.ones(len(weights), bool)

    def serve(self, role: Role, share: float) -> None:
        """Give fields a role, in the order drawn, until every class has its share or no field fits."""
        wanted = np.maximum(1, np.round(share * self.sizes).astype(int))
        given = np.zeros(len(wanted), int)
        clear = ~within(self.holdings.roles == Role.TRAIN, self.reach)
        # A class must train even where that costs another its test set; it need not validate.
        for harmless in (True, False) if role == Role.TRAIN else (True,):
            for field in self.order:
                pixels = self.pixels[field]
                usable = pixels if role == Role.TRAIN else pixels[clear[tuple(pixels.T)]]
                lacking = (given < wanted) & (self._count(usable) > 0)
                if not self.free[field] or not lacking.any() or not (harmless or (given[lacking] == 0).any()):
                    continue
                taken = self._end_of(usable, wanted - given)
                if not self._may_take(field, taken, role, harmless=harmless):
                    continue
                self.holdings.drop(pixels)
                self.holdings.take(taken, role)
                self.free[field] = False
                given += self._count(taken)

    def notes(self, validation: float) -> Notes:
        """Return what the classes lack."""
        texts = {Role.TRAIN: "no training: its {} field(s) are needed elsewhere",
                 Role.TEST: "untestable: of its {} field(s) none is left for test"}  # fmt: skip
        if validation > 0:
            texts[Role.VALIDATION] = "no validation: of its {} field(s) none is left that is far enough from training"
        fields = dict(zip(self.classes.tolist(), (self.counts > 0).sum(axis=0).tolist(), strict=True))
        notes = Notes()
        notes.add_lacking(self.holdings.labels, self.holdings.roles, texts, fields)
        return notes

    def _may_take(self, field: int, taken: np.ndarray, role: Role, *, harmless: bool) -> bool:
        """Return whether each class of a field keeps a test pixel elsewhere, and the guard ends no other class."""
        here = self.counts[field] > 0
        ended = here & (self.holdings.elsewhere(self.pixels[field])[self.classes] == 0)
        if (ended & ~(self.only & (role == Role.TRAIN))).any():
            return not harmless
        n_ended, _ = self.holdings.cost(taken)
        return not harmless or n_ended <= int((ended & here).sum())

    def _end_of(self, pixels: np.ndarray, most: np.ndarray) -> np.ndarray:
        """Return up to `most` pixels of each class from one end of a field: the end that costs fewer test pixels."""
        axis = int(np.argmax(np.ptp(pixels, axis=0)))
        order = np.lexsort((pixels[:, 1 - axis], pixels[:, axis]))
        place = np.searchsorted(self.classes, self.holdings.labels[tuple(pixels.T)])
        ends = []
        for sequence in (order, order[::-1]):
            kept = [sequence[place[sequence] == number][:count] for number, count in enumerate(most.clip(0).tolist())]
            ends.append(pixels[np.sort(np.concatenate(kept))])
        return min(ends, key=self.holdings.cost)

    def _count(self, pixels: np.ndarray) -> np.ndarray:
        places = np.searchsorted(self.classes, self.holdings.labels[tuple(pixels.T)])
        return np.bincount(places, minlength=len(self.classes))


def _class_counts(labels: np.ndarray, fields: np.ndarray) -> np.ndarray:
    """Return the pixels of each class in each field, shape (n_fields, n_classes)."""
    used = fields > 0
    labels = labels[used]
    return counts_by_class(fields[used] - 1, labels, np.array(list(class_counts(labels))), count=int(fields.max()))


def _numbers(fields: np.ndarray, groups: np.ndarray | None) -> Sequence[int]:
    """Return the number that the reference data give each field."""
    first = np.unique(fields[fields > 0], return_index=True)[1]
    return (fields if groups is None else groups)[fields > 0][first].tolist()


def _unit(groups: np.ndarray | None) -> str:
    return "connected region" if groups is None else "group"


def _remarks(asked: Request, fields: np.ndarray) -> tuple[str, ...]:
    """Say where the seeds have few fields to draw from, so that replicates may be alike."""
    per_class = (_class_counts(asked.labels, fields) > 0).sum(axis=0)
    choices = int(np.prod(per_class[per_class > 1], dtype=float)) if asked.groups is None else int(fields.max())
    if choices >= _FEW:
        return ()
    return (
        f"the seed chooses among few fields: {int((per_class > 1).sum())} of {len(per_class)} classes have more than"
        f" one, {int(fields.max())} fields in all; seeds may give the same split",
    )
