"""Convolutions of 3 × 3 pixels by fewer multiplications: plane products (Toom-Cook)."""

from functools import cache
from typing import Any

import numpy as np
from keras import ops

KERNEL = 3
"""Side [pixels] of the convolutions that have this form."""

# By the values of a line. Of the small fractions tried, these gave the smallest error of rounding.
_POINTS = {5: (0.0, 1.0, -2.0, -0.5), 6: (0.0, 1.0, -1.0, 0.5, -2.0), 7: (0.0, 1.0, -1.0, 0.5, -0.5, 2.0)}


def saves(side: int | None, *, span: int, channels: int, filters: int) -> bool:
    """Return whether plane products need fewer multiplications than the sums of a convolution.

    Parameters
    ----------
    side : int or None
        Of the plane [pixels]; None where it is not known.
    span : int
        Bands of the kernel.
    channels, filters : int
    """
    if side not in _POINTS:
        return False
    inner, out = side**2, (side - KERNEL + 1) ** 2
    transforms = inner * (inner * channels + out * filters)
    return transforms + inner * span * channels * filters < out * KERNEL**2 * span * channels * filters


def convolve_planes(values: Any, kernel: Any, *, padded: bool) -> Any:
    """Return the convolution of planes with a kernel of 3 × 3 pixels, unpadded in the plane.

    A plane of n × n values is turned into n² others, each with a matrix product along bands and channels of its own,
    in place of 9 for each of the (n - 2)² results. The sums are the same but for rounding: about 3e-6 of their standard
    deviation.

    Parameters
    ----------
    values : tensor, shape (batch, n, n, bands, channels)
        n is 5 or 7.
    kernel : tensor, shape (3, 3, span, channels, filters)
    padded : bool
        Zeros around the bands, so that as many come out.

    Returns
    -------
    tensor, shape (batch, n - 2, n - 2, bands, filters)
        With fewer bands, span - 1, where they are not padded.

    References
    ----------
    A. Lavin, S. Gray: Fast Algorithms for Convolutional Neural Networks. CVPR 2016, 4013-4021.
    """
    _, side, _, bands, channels = values.shape
    _, _, span, _, filters = kernel.shape
    count, out = side**2, side - KERNEL + 1
    of_values, of_kernel, of_products = _transforms(side)
    values = ops.matmul(of_values, ops.reshape(values, (-1, count, bands * channels)))
    kernel = ops.matmul(of_kernel, ops.reshape(kernel, (KERNEL**2, -1)))
    planes = [ops.reshape(plane, (-1, 1, bands, channels)) for plane in ops.unstack(values, count, axis=1)]
    kernels = ops.unstack(ops.reshape(kernel, (count, 1, span, channels, filters)), count)
    left = bands if padded else bands - span + 1
    products = [
        ops.reshape(
            ops.conv(plane, each, padding="same" if padded else "valid", data_format="channels_last"),
            (-1, left * filters),
        )
        for plane, each in zip(planes, kernels, strict=True)
    ]
    return ops.reshape(ops.matmul(of_products, ops.stack(products, axis=1)), (-1, out, out, left, filters))


@cache
def _transforms(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the matrices A, G and B of B ((A values) · (G kernel)), of planes with rows in a row."""
    planes = [np.kron(matrix, matrix).astype(np.float32) for matrix in toom_cook(side - KERNEL + 1)]
    return planes[0], planes[1], planes[2]


def toom_cook(results: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the matrices A, G and B of B ((A values) · (G kernel)), a correlation of a line with a kernel of 3.

    Polynomials are multiplied by their values at some points; a correlation is the transpose of such a product.

    Parameters
    ----------
    results : int
        3, 4 or 5 of the line, from two more values.

    Returns
    -------
    ndarray, shape (results + 2, results + 2)
    ndarray, shape (results + 2, 3)
    ndarray, shape (results, results + 2)
    """
    points = np.array(_POINTS[results + KERNEL - 1])

    def evaluated(size: int) -> np.ndarray:
        return np.vstack([points[:, np.newaxis] ** np.arange(size), np.eye(size)[-1:]])  # the last one at infinity

    of_values, of_kernel = np.linalg.inv(evaluated(results + KERNEL - 1)).T, evaluated(KERNEL)
    scale = 2.0 ** np.round(np.log2(np.abs(of_values).sum(axis=1, keepdims=True)))  # rows of alike size round least
    return of_values / scale, of_kernel * scale, evaluated(results).T
