"""The self-dual attribute profile of one image."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from hsclass.errors import DataError

Rule = Literal["direct", "subtractive"]


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of each attribute, ascending: area [pixels], standard deviation [units of the image], inertia."""

    area: np.ndarray
    deviation: np.ndarray
    inertia: np.ndarray

    def __len__(self) -> int:
        return len(self.area) + len(self.deviation) + len(self.inertia)


def attribute_profile(
    image: np.ndarray, thresholds: Thresholds, *, rule: Rule = "direct", given: Collection[str] = ()
) -> np.ndarray:
    """Return an image and its attribute filterings on the tree of shapes, float32 of shape (rows, cols, 1 + filters).

    The nodes of the tree of shapes are the connected components of the upper and lower level sets with their holes
    filled, so that bright and dark objects are treated alike (Monasse & Guichard, IEEE Transactions on Image Processing
    9, 2000; self-dual profiles: Dalla Mura et al., IGARSS 2011; Cavallaro et al., IEEE TGRS 54, 2016). A filter removes
    the nodes whose attribute is below a threshold: area, standard deviation of the image within the node, or moment of
    inertia (Hu's first moment: 1/6 for a square, larger for elongated shapes). The whole image
    is never removed; it is framed at the mean level of its border.

    Parameters
    ----------
    image : ndarray, shape (rows, cols)
    thresholds : Thresholds
    rule : {"direct", "subtractive"}
        Value of the pixels of a removed node. "direct": the grey level of the smallest remaining node around it.
        "subtractive": the contrasts of removed nodes are subtracted, those of the nodes inside them are kept. The two
        differ for standard deviation and inertia, where a remaining node can be inside a removed one.
    given : collection of {"area", "deviation", "inertia"}
        Attributes with thresholds from the user: one that removes everything is an error.

    Raises
    ------
    DataError
        If a threshold from the user removes every node of an image that has nodes.
    """
    import higra

    image = np.ascontiguousarray(image, np.float64)
    tree, levels = higra.component_tree_tree_of_shapes_image2d(image)
    profile = np.empty((*image.shape, 1 + len(thresholds)), np.float32)
    profile[..., 0] = image
    place = 1
    for name, values, limits in (
        ("area", higra.attribute_area(tree), thresholds.area),
        ("deviation", _deviation(tree, image), thresholds.deviation),
        ("inertia", higra.attribute_moment_of_inertia(tree), thresholds.inertia),
    ):
        inner = values[tree.num_leaves() : -1]
        for limit in limits:
            if name in given and len(inner) and inner.max() < limit:
                raise DataError(
                    f"the threshold {limit:.4g} of {name} empties the profile, for the greatest {name} of any object is"
                    f" {inner.max():.4g}; lower it"
                )
            profile[..., place] = _filtered(tree, levels, values < limit, rule).reshape(image.shape)
            place += 1
    return profile


def _deviation(tree: Any, image: np.ndarray) -> np.ndarray:
    import higra

    variance = higra.attribute_gaussian_region_weights_model(tree, image - image.mean())[1]
    return np.sqrt(np.maximum(variance, 0))


def _filtered(tree: Any, levels: np.ndarray, removed: np.ndarray, rule: str) -> np.ndarray:
    import higra

    if rule == "direct":
        return higra.reconstruct_leaf_data(tree, levels, removed)
    removed[: tree.num_leaves()] = True
    contrast = np.where(removed, 0, levels - levels[tree.parents()])
    contrast[-1] = levels[-1]
    kept = higra.propagate_sequential_and_accumulate(tree, contrast, higra.Accumulators.sum)
    return kept[: tree.num_leaves()]
