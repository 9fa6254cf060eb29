"""Ways to divide images: as published, or at random within the classes; near-duplicates may be kept together."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field, model_validator

from hsclass.errors import DataError, UsageError
from hsclass.options import Options, parse_options
from hsclass.samples.hashing import THRESHOLD, groups_of, near_duplicates
from hsclass.samples.images import ImageSamples
from hsclass.split import Role, Split, class_shares
from hsclass.tables import resolve_name

_PUBLISHED = {"train": Role.TRAIN, "validation": Role.VALIDATION, "test": Role.TEST}


class PublishedOptions(Options):
    """Options of the published lists, or of folders ``train`` and ``test`` above the class folders."""

    validation: float = Field(
        0.0, ge=0, lt=1, description="share of the training images, where the lists leave validation out"
    )
    guard: bool = Field(
        False, description="drop training and validation images that nearly show an image of a later part"
    )
    threshold: int = Field(THRESHOLD, ge=0, le=32, description="bits of 64 in which near-duplicates may differ")


class RandomOptions(Options):
    """Options of a random division, the same share of every class."""

    train: float = Field(0.6, gt=0, lt=1)
    validation: float = Field(0.2, ge=0, lt=1)
    keep_together: bool = Field(True, description="near-duplicates stay in one part")
    threshold: int = Field(THRESHOLD, ge=0, le=32, description="bits of 64 in which near-duplicates may differ")
    leaky: bool = Field(False, description="declare it leaky: near-duplicates in two parts do not end the run")

    @model_validator(mode="after")
    def _leave_a_test_set(self) -> "RandomOptions":
        if self.train + self.validation >= 1:
            raise ValueError(f"train {self.train:g} + validation {self.validation:g} leave no test images")
        return self


SAMPLERS: dict[str, type[Options]] = {"published": PublishedOptions, "random": RandomOptions}


def sampler_options(name: str) -> type[Options]:
    """Return the options model of a way to divide images, or raise UsageError with the valid names."""
    return SAMPLERS[resolve_name(SAMPLERS, name, "sampler of images")]


def divide_images(index: ImageSamples, sampler: str, *, seed: int = 0, **options: Any) -> Split:
    """Divide the images of an index.

    Parameters
    ----------
    index : ImageSamples
    sampler : str
        "published": as the set's lists or folders say. "random": drawn from the seed, the same share of each class.
    seed : int
    **options
        `PublishedOptions` or `RandomOptions`.

    Returns
    -------
    Split
        Unreadable images are unused.

    Raises
    ------
    UsageError
        If there is no such sampler or option, or nothing is published.
    DataError
        If a part has no images.
    """
    parsed = parse_options(sampler_options(sampler), options, f"sampler {sampler}")
    if isinstance(parsed, PublishedOptions):
        roles, groups = _published(index, parsed, seed), None
    else:
        assert isinstance(parsed, RandomOptions)
        roles, groups = _random(index, parsed, seed)
    for role in (Role.TRAIN, Role.TEST):
        if not (roles == role).any():
            raise DataError(
                f"sampler {sampler}: leaves no {role.name.lower()} image of {len(index)}; change its shares"
            )
    train = getattr(parsed, "train", None)
    return Split(
        roles, 1, sampler, seed, {} if train is None else {"train": train, "validation": parsed.validation},
        leaky=getattr(parsed, "leaky", False), options=parsed.model_dump(mode="json"),
        classes=class_shares(index.targets, roles, train or {}, {}), published=sampler == "published",
        threshold=parsed.threshold, groups=groups, notes=tuple(_notes(index, roles)),
    )  # fmt: skip


def _published(index: ImageSamples, options: PublishedOptions, seed: int) -> np.ndarray:
    roles = np.zeros(len(index), np.uint8)
    for place in index.readable:
        roles[place] = _PUBLISHED.get(index.images[place].listed, Role.UNUSED)
    if not roles.any():
        raise UsageError(
            "sampler published: the set has no lists and no folders train and test; give 'train_list' and 'test_list',"
            " or take the sampler random"
        )
    if options.validation and not (roles == Role.VALIDATION).any():
        training = np.flatnonzero(roles == Role.TRAIN)
        drawn = _drawn(_strata(index)[training], training, (1 - options.validation, options.validation), seed)
        roles[drawn[1]] = Role.VALIDATION
    if options.guard:
        pairs = near_duplicates(index.hashes, options.threshold)
        for first, second, _ in pairs:
            one, other = roles[first], roles[second]
            if {one, other} <= {Role.TRAIN, Role.VALIDATION, Role.TEST} and one != other:
                roles[first if one < other else second] = Role.GUARD
    return roles


def _random(index: ImageSamples, options: RandomOptions, seed: int) -> tuple[np.ndarray, np.ndarray | None]:
    readable = index.readable
    shares = (options.train, options.validation, 1 - options.train - options.validation)
    groups = np.arange(len(index))
    if options.keep_together:
        groups = groups_of(near_duplicates(index.hashes, options.threshold), len(index))
    heads = readable[np.unique(groups[readable], return_index=True)[1]]
    roles = np.zeros(len(index), np.uint8)
    sizes = np.bincount(groups[readable], minlength=len(index))[groups[heads]]
    for part, role in zip(
        _drawn(_strata(index)[heads], heads, shares, seed, sizes), (Role.TRAIN, Role.VALIDATION, Role.TEST), strict=True
    ):
        roles[np.isin(groups, groups[part])] = role
    roles[np.setdiff1d(np.arange(len(index)), readable)] = Role.UNUSED
    return roles, groups if options.keep_together else None


def _strata(index: ImageSamples) -> np.ndarray:
    """Return what is divided evenly: the class, or of images with several the rarest of them."""
    frequency = index.targets.sum(axis=0)
    return np.where(index.targets > 0, frequency, np.inf).argmin(axis=1)


def _drawn(
    strata: np.ndarray, places: np.ndarray, shares: tuple[float, ...], seed: int, sizes: np.ndarray | None = None
) -> list[np.ndarray]:
    """Divide places by shares within each stratum; groups of several go first, to the part that lacks most."""
    rng = np.random.default_rng(seed)
    parts: list[list[int]] = [[] for _ in shares]
    for stratum in np.unique(strata):
        members = rng.permutation(np.flatnonzero(strata == stratum))
        weight = np.ones(len(members)) if sizes is None else sizes[members].astype(float)
        lack = np.array(shares) * weight.sum()
        for member, size in sorted(zip(members, weight, strict=True), key=lambda pair: -pair[1]):
            part = int(lack.argmax())
            lack[part] -= size
            parts[part].append(int(places[member]))
    return [np.array(sorted(part), np.int64) for part in parts]


def _notes(index: ImageSamples, roles: np.ndarray) -> list[str]:
    notes = []
    for role in (Role.TRAIN, Role.TEST):
        has = index.targets[roles == role].sum(axis=0) > 0
        lacking = [name for name, there in zip(index.class_names, has, strict=True) if not there]
        if lacking:
            named = ", ".join(lacking[:5]) + (f" and {len(lacking) - 5} more" if len(lacking) > 5 else "")
            notes.append(f"no {role.name.lower()} images of {named}")
    dropped = int((roles == Role.GUARD).sum())
    if dropped:
        notes.append(f"{dropped} images dropped that nearly show an image of another part")
    return notes


def resolved_options(sampler: str, given: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return all options of an entry of an experiment, defaults filled in."""
    return parse_options(sampler_options(sampler), given, f"sampler {name}").model_dump(mode="json")
