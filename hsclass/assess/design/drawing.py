"""Draw a probability sample of a map's pixels: simple, systematic, stratified, or two-stage by blocks."""

import logging
import os
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from hsclass.assess.design.allocation import LEAST, Allocation, allocate
from hsclass.assess.design.areas import uneven
from hsclass.assess.design.strata import ClassRaster, StratumCounts, locate, strata_of
from hsclass.errors import UsageError
from hsclass.raster import Grid

_LOG = logging.getLogger(__name__)
Design = Literal["simple", "systematic", "stratified", "blocks"]
_RESERVE = 4  # times as many pixels are drawn as are wanted, where some are too near to others


@dataclass(frozen=True)
class ProbabilitySample:
    """A drawn sample.

    Attributes
    ----------
    design : {"simple", "systematic", "stratified", "blocks"}
    pixels : ndarray of int, shape (n, 2)
        Row and column of each unit, in the random order of the ids, which count from 1.
    strata : ndarray of int, shape (n,)
        Stratum of each unit: the id in the map or the strata raster; the number of the block of a two-stage sample.
    sizes : dict of int to int
        Map pixels of each stratum; of each drawn block of a two-stage sample.
    grid : Grid
        Of the map.
    shape : tuple of int
        (rows, cols) of the map.
    seed : int
    about : dict
        Options, and what else belongs to the design: `blocks`, their number in the whole map; `block_side` [pixels];
        `step` [pixels] of a systematic sample; `strata_file`; `notes`.
    """

    design: Design
    pixels: np.ndarray
    strata: np.ndarray
    sizes: dict[int, int]
    grid: Grid
    shape: tuple[int, int]
    seed: int
    about: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def places(self) -> np.ndarray:
        """Centres of the pixels, x and y, shape (n, 2), in the map's CRS; without a grid as QGIS shows the map."""
        return np.stack(self.grid.placing @ (self.pixels[:, ::-1] + 0.5).T, axis=1)


def draw_sample(
    map_file: str | os.PathLike[str],
    design: Design = "stratified",
    *,
    size: int,
    seed: int = 0,
    allocation: Allocation = "good_practice",
    accuracies: dict[int, float] | None = None,
    strata_file: str | os.PathLike[str] | None = None,
    min_distance: float = 0.0,
    block_side: int = 100,
    per_block: int = 10,
) -> ProbabilitySample:
    """Draw a probability sample of the classified pixels of a map.

    The map is read in strips, twice: once to count, once to find the pixels that were drawn. The same arguments give
    the same sample.

    Parameters
    ----------
    map_file : path-like
        A raster of class ids, from here or elsewhere; 0 and nodata are not sampled.
    design : {"simple", "systematic", "stratified", "blocks"}
        "simple": each pixel is as likely as any other. "systematic": a square grid with a random start. "stratified":
        `allocation` says how many of each stratum. "blocks": square blocks at random, `per_block` pixels in each, which
        saves travel.
    size : int
        Units wanted. A systematic sample has about so many.
    seed : int
    allocation, accuracies
        See `hsclass.assess.design.allocation.allocate`; accuracies by class id.
    strata_file : path-like, optional
        A raster of strata on the map's grid, in place of the map's classes, one for each classified pixel; 0 is one if
        the raster declares another value as nodata.
    min_distance : float
        Least distance of two units [pixels]. It makes neighbours of drawn pixels a little less likely to be drawn,
        which the estimators ignore: keep it small against the size of the fields.
    block_side, per_block : int
        Of the two-stage design.

    Raises
    ------
    UsageError
        If the size does not fit the map, the strata or the distance.
    DataError
        If a raster cannot be read, holds no classes, or the strata lie on another grid or miss a classified pixel.
    """
    raster = ClassRaster.open(map_file)
    if strata_file is not None and design != "stratified":
        raise UsageError(f"--strata {strata_file}: is for the stratified design, found {design}; take one of them out")
    if reason := uneven(raster):
        _LOG.warning(
            "%s: %s, but the design takes all pixels for equal; warp the map to an equal-area CRS, and draw the sample"
            " of that", raster.path, reason,
        )  # fmt: skip
    strata, counts = strata_of(raster, strata_file)
    rng = np.random.default_rng(seed)
    about: dict[str, Any] = {"size": size, "min_distance": min_distance, "map": os.fspath(map_file), "notes": []}
    if design == "stratified":
        expected = np.array([(accuracies or {}).get(int(i), 0.8) for i in counts.ids])
        shares = allocate(allocation, size, counts.pixels, expected)
        about |= {"allocation": allocation, "strata_file": None if strata_file is None else os.fspath(strata_file)}
        pixels, labels = _stratified(strata, counts, shares, min_distance, rng)
        sizes = dict(zip(counts.ids.tolist(), counts.pixels.tolist(), strict=True))
    elif design == "blocks":
        pixels, labels, sizes, more = _blocks(raster, size, block_side, per_block, rng)
        about |= more
    else:
        if size > counts.pixels.sum() or size < LEAST:
            raise UsageError(
                f"--size {size}: the map has {counts.pixels.sum()} classified pixels; give {LEAST} or more, up to these"
            )
        if design == "simple":
            pixels, _ = _stratified(raster, counts.together(), np.array([size]), min_distance, rng)
        else:
            pixels, about["step"] = _systematic(raster, int(counts.pixels.sum()), size, rng)
        labels = raster.at(pixels)
        sizes = dict(zip(counts.ids.tolist(), counts.pixels.tolist(), strict=True))
    order = rng.permutation(len(pixels))
    return ProbabilitySample(design, pixels[order], labels[order], sizes, raster.grid, raster.shape, seed, about)


def _stratified(
    raster: ClassRaster, counts: StratumCounts, shares: np.ndarray, distance: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    wanted = [
        rng.choice(int(pixels), min(int(pixels), int(share) * (_RESERVE if distance > 1 else 1)), replace=False)
        for pixels, share in zip(counts.pixels, shares, strict=True)
    ]
    found = locate(raster, counts, wanted)
    if distance > 1:
        found = _apart(found, shares, counts.ids, distance)
    return np.concatenate(found), np.repeat(counts.ids, [len(part) for part in found])


def _systematic(raster: ClassRaster, total: int, size: int, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    step = (total / size) ** 0.5
    start = rng.random(2) * step
    rows, cols = (np.arange(s, side, step).astype(np.int64) for s, side in zip(start, raster.shape, strict=True))
    found = []
    for top, values in raster.strips():
        here = rows[(rows >= top) & (rows < top + len(values))]
        grid = np.stack(np.meshgrid(here, cols, indexing="ij"), axis=-1).reshape(-1, 2)
        found.append(grid[values[grid[:, 0] - top, grid[:, 1]] > 0])
    pixels = np.concatenate(found)
    if len(pixels) < LEAST:
        raise UsageError(f"--size {size}: the grid meets {len(pixels)} classified pixels; give a larger size")
    return pixels, step


def _blocks(
    raster: ClassRaster, size: int, side: int, per_block: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, dict[int, int], dict[str, Any]]:
    rows, cols = raster.shape
    across = -(-cols // side)
    held = np.zeros(-(-rows // side) * across, np.int64)
    columns = np.arange(cols) // side
    for top, values in raster.strips():
        number = (np.arange(top, top + len(values)) // side)[:, np.newaxis] * across + columns
        held += np.bincount(number[values > 0], minlength=len(held))
    filled = np.flatnonzero(held)
    wanted = max(LEAST, -(-size // per_block))
    if wanted > len(filled):
        raise UsageError(
            f"--size {size}: needs {wanted} blocks of {per_block} pixels, and the map has {len(filled)} blocks of"
            f" {side} x {side} pixels with classes; give a smaller size, smaller blocks or more pixels a block"
        )
    drawn = {}
    for block in np.sort(rng.choice(filled, wanted, replace=False)).tolist():
        corner = np.array(divmod(block, across)) * side
        rows_of, cols_of = (
            slice(start, min(start + side, end)) for start, end in zip(corner.tolist(), raster.shape, strict=True)
        )
        drawn[block] = rng.permutation(np.argwhere(raster.window(rows_of, cols_of)))[:per_block] + corner
    pixels = np.concatenate(list(drawn.values()))
    labels = np.repeat(list(drawn), [len(part) for part in drawn.values()])
    about = {"blocks": len(filled), "block_side": side, "per_block": per_block}
    return pixels, labels, {block: int(held[block]) for block in drawn}, about


def _apart(found: list[np.ndarray], shares: np.ndarray, ids: np.ndarray, distance: float) -> list[np.ndarray]:
    """Keep of each stratum's candidates, in their order, so many as are wanted and lie apart from all kept ones."""
    from scipy.spatial import cKDTree

    kept: list[np.ndarray] = []
    for place in np.argsort([len(part) for part in found], kind="stable"):  # rare strata first
        others = np.concatenate(kept) if kept else np.zeros((0, 2))
        candidates = found[place]
        near = cKDTree(candidates).query_pairs(np.nextafter(distance, 0), output_type="ndarray")
        blocked = np.zeros(len(candidates), bool)
        if len(others):
            blocked |= np.array(
                [bool(hits) for hits in cKDTree(others).query_ball_point(candidates, np.nextafter(distance, 0))]
            )
        partners: dict[int, list[int]] = {}
        for one, other in near:
            partners.setdefault(int(one), []).append(int(other))
            partners.setdefault(int(other), []).append(int(one))
        taken: list[int] = []
        for number in range(len(candidates)):
            if len(taken) == shares[place]:
                break
            if not blocked[number]:
                taken.append(number)
                blocked[partners.get(number, [])] = True
        if len(taken) < shares[place]:
            where = f"stratum {ids[place]}" if ids[place] >= 0 else "the map"
            raise UsageError(
                f"--min-distance {distance:g}: leaves {len(taken)} of the {shares[place]} units wanted in {where}; give"
                " a smaller distance or size"
            )
        kept.append(candidates[taken])
        found[place] = candidates[taken]
    return found
