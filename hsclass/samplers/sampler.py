"""What every sampler is: options, a few declarations and one method."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from hsclass.options import Options
from hsclass.raster import Grid
from hsclass.samples import DuplicateNeighbours, ImageSamples, Kind, Neighbours, WindowNeighbours
from hsclass.split import Role


@dataclass(frozen=True)
class Request:
    """What a sampler is asked for.

    Attributes
    ----------
    labels : ndarray of int, shape (rows, cols) or (n,)
        Class ids, 0 = unlabelled, without data or unreadable.
    train, validation : float
        Shares of the labelled samples asked for.
    rng : numpy.random.Generator
        The only source of randomness.
    neighbours : Neighbours
        Which samples the guard will keep apart.
    cube : ndarray, shape (rows, cols, bands), or None
        The spectra of pixels.
    mask : ndarray of bool, shape of `labels`
        True where the sample holds data.
    images : ImageSamples or None
        The images; None for pixels.
    grid : Grid
        Where the pixels lie, as far as that is known.
    groups : ndarray of int, shape of `labels`, or None
        Group of each labelled pixel, from 1, where the reference data give one.
    group_names : mapping of int to str
        What the reference data call them, as far as they say; for messages.
    where : str
        The samples, for messages: "scene indian_pines".
    """

    labels: np.ndarray
    train: float
    validation: float
    rng: np.random.Generator
    neighbours: Neighbours
    mask: np.ndarray
    cube: np.ndarray | None = None
    images: ImageSamples | None = None
    grid: Grid = field(default_factory=Grid)
    groups: np.ndarray | None = None
    group_names: Mapping[int, str] = field(default_factory=dict)
    where: str = "samples"

    @property
    def kind(self) -> Kind:
        """What is split."""
        return "pixels" if self.images is None else "images"

    @property
    def window(self) -> int:
        """Side [pixels] of the windows that the guard will keep apart; pixels only."""
        assert isinstance(self.neighbours, WindowNeighbours)
        return self.neighbours.window

    @property
    def duplicates(self) -> DuplicateNeighbours:
        """The near-duplicates that the guard will keep apart; images only."""
        assert isinstance(self.neighbours, DuplicateNeighbours)
        return self.neighbours


@dataclass(frozen=True)
class Assignment:
    """What a sampler decides, before the guard.

    Attributes
    ----------
    roles : ndarray of uint8, shape of the samples
        Codes of `hsclass.split.Role`: train, validation or test on labelled samples, unused elsewhere.
    notes : dict of int to str
        What there is to say about a class, by class id.
    given : ndarray of int, shape (rows, cols), or None
        Class ids that replace the reference labels in this split, 0 where these hold.
    keep : tuple of Role
        The order in which the guard keeps roles: a sample gives way to those of the roles before its own.
    asked : dict of int to int, or None
        Training samples asked of each class, by class id, where that is not the same share of all.
    fractions : mapping of str to float, or None
        Shares asked for, where they are not the caller's; empty where none were.
    guard : bool
        Whether the guard follows, where the sampler is not leaky.
    published : bool
        Whether others made the split, so that the audit reports what it finds instead of failing.
    threshold : int or None
        Bits in which near-duplicates may differ, where the sampler does not take it from its own options.
    groups : ndarray of int, shape (n,), or None
        Group of each image that was kept in one role.
    remarks : tuple of str
        What a reader should know of the whole split.
    found : mapping of str to object
        Options that the sampler found itself, in place of those given.
    """

    roles: np.ndarray
    notes: dict[int, str] = field(default_factory=dict)
    given: np.ndarray | None = None
    keep: tuple[Role, ...] = (Role.TRAIN, Role.VALIDATION, Role.TEST)
    asked: dict[int, int] | None = None
    fractions: Mapping[str, float] | None = None
    guard: bool = True
    published: bool = False
    threshold: int | None = None
    groups: np.ndarray | None = None
    remarks: tuple[str, ...] = ()
    found: Mapping[str, Any] = field(default_factory=dict)


class Sampler:
    """A strategy that assigns labelled samples to train, validation and test.

    Attributes
    ----------
    takes : frozenset of {"pixels", "images"}
        The kinds of samples that it splits.
    leaky : bool
        True when it draws single samples, so that neighbours get different roles; no guard is applied then. See
        `declares_leaky` for samplers where kind or options decide.
    needs_cube : bool
        True when it looks at the spectra.
    options_model : type of Options
        Its options and their defaults; see `options_of` for a sampler that has others for images.
    """

    takes: ClassVar[frozenset[Kind]] = frozenset({"pixels"})
    leaky: bool = False
    needs_cube: ClassVar[bool] = False
    options_model: ClassVar[type[Options]]

    def __init__(self, options: Any) -> None:
        self.options = options

    @classmethod
    def options_of(cls, kind: Kind) -> type[Options]:
        """Return the options for a kind of samples."""
        return cls.options_model

    @classmethod
    def least(cls, validation: float) -> int:
        """Return the fewest labelled pixels that a class must have when `validation` is the share asked for.

        By default 2: one to train and one to test.
        """
        return 2

    def declares_leaky(self, kind: Kind) -> bool:
        """Return whether the split of samples of a kind declares itself leaky."""
        return self.leaky

    def assign(self, asked: Request) -> Assignment:
        """Give every labelled sample a role, before the guard."""
        raise NotImplementedError
