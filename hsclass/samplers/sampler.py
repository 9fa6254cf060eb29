"""What every sampler is: options, two declarations and one method."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import numpy as np

from hsclass.options import Options
from hsclass.split import Role


@dataclass(frozen=True)
class Assignment:
    """What a sampler decides, before the guard.

    Attributes
    ----------
    roles : ndarray of uint8, shape (rows, cols)
        Codes of `hsclass.split.Role`: train, validation or test on labelled pixels, unused elsewhere.
    notes : dict of int to str
        What there is to say about a class, by class id.
    given : ndarray of int, shape (rows, cols), or None
        Class ids that replace the ground truth's in this split, 0 where the ground truth holds.
    keep : tuple of Role
        The order in which the guard keeps roles: a pixel gives way to those of the roles before its own.
    asked : dict of int to int, or None
        Training pixels asked of each class, by class id, where that is not the same share of all.
    fractions : mapping of str to float, or None
        Shares asked for, where they are not the caller's; empty where none were.
    """

    roles: np.ndarray
    notes: dict[int, str] = field(default_factory=dict)
    given: np.ndarray | None = None
    keep: tuple[Role, ...] = (Role.TRAIN, Role.VALIDATION, Role.TEST)
    asked: dict[int, int] | None = None
    fractions: Mapping[str, float] | None = None


class Sampler(Protocol):
    """A strategy that assigns labelled pixels to train, validation and test.

    Attributes
    ----------
    leaky : bool
        True when it draws single pixels, so that windows of different roles overlap; no guard is applied then. A
        sampler whose options decide sets it on the instance.
    needs_cube : bool
        True when it looks at the spectra.
    options_model : type of Options
        Its options and their defaults.
    """

    leaky: bool
    needs_cube: ClassVar[bool]
    options_model: ClassVar[type[Options]]

    def __init__(self, options: Options) -> None: ...

    @classmethod
    def least(cls, validation: float) -> int:
        """Return the fewest labelled pixels that a class must have when `validation` is the share asked for."""

    def assign(
        self,
        labels: np.ndarray,
        *,
        window: int,
        train: float,
        validation: float,
        rng: np.random.Generator,
        cube: np.ndarray | None,
        mask: np.ndarray,
    ) -> Assignment:
        """Give every labelled pixel a role, before the guard.

        Parameters
        ----------
        labels : ndarray of int, shape (rows, cols)
            Class ids, 0 = unlabelled or without data.
        window : int
            Side [pixels] of the windows that the guard will keep apart.
        train, validation : float
            Shares of the labelled pixels asked for.
        rng : numpy.random.Generator
            The only source of randomness.
        cube : ndarray, shape (rows, cols, bands), or None
        mask : ndarray of bool, shape (rows, cols)
            True where the pixel holds data.

        Returns
        -------
        Assignment
        """
