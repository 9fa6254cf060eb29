"""Costs of the networks, without building them."""

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from hsclass.backbones.efficientnet_lite import SCALES, count_layers

_PASSING = 100  # numbers a pixel of an image, of the largest maps of common networks, measured


class BackboneCost(NamedTuple):
    """Cost of a network for one image, without its classifier.

    Attributes
    ----------
    macs, values : float
        Multiply-adds, and number of output values of all layers.
    parameters : float
    features : int
        Channels of the last map.
    blocks : int
    passing : float
        Values held at a time if nothing is kept for training.
    maps : tuple of float
        Output values of each block; empty for a network that is not divided in training, see
        `hsclass.learning.early_maps.divide_network`.
    """

    macs: float
    values: float
    parameters: float
    features: int
    blocks: int
    passing: float
    maps: tuple[float, ...] = ()


@cache
def backbone_cost(name: str, side: int) -> BackboneCost:
    """Return the cost of a network of `BACKBONES` for images of that side [pixels].

    EfficientNet-Lite is counted from its definition. For Keras' applications, `costs.csv` has the cost per pixel of
    images of 224 x 224 pixels; the cost is taken to be proportional to the number of pixels.
    """
    pixels = side**2
    if name in SCALES:
        layers = count_layers(name, side)
        maps = tuple(layers.ends)
        return BackboneCost(
            layers.macs, layers.values, layers.parameters, layers.shape[-1], len(maps), _PASSING * pixels, maps
        )
    row = _measured()[name]
    return BackboneCost(
        macs=float(row["macs"]) * pixels,
        values=float(row["values"]) * pixels,
        parameters=float(row["parameters"]),
        features=int(row["features"]),
        blocks=int(row["blocks"]),
        passing=_PASSING * pixels,
    )


@cache
def _measured() -> dict[str, dict[str, str]]:
    text = files("hsclass.backbones").joinpath("costs.csv").read_text(encoding="utf-8")
    return {row["name"]: row for row in csv.DictReader(text.splitlines())}


def frozen_cost(names: Sequence[str], side: int) -> BackboneCost:
    """Return the cost of several frozen networks applied to the same images."""
    each = [backbone_cost(name, side) for name in names]
    return BackboneCost(
        macs=sum(cost.macs for cost in each),
        values=max(cost.values for cost in each),
        parameters=sum(cost.parameters for cost in each),
        features=sum(cost.features for cost in each),
        blocks=sum(cost.blocks for cost in each),
        passing=max(cost.passing for cost in each),
    )
