"""Areas and accuracies of a map, adjusted for its errors by a stratified estimator."""

import numpy as np

from hsclass.results.metrics import Area, ClassArea
from hsclass.scene import LandCover

HECTARE = 10_000.0
Z = 1.96


def adjusted_area(
    confusion: np.ndarray,
    mapped: np.ndarray,
    classes: tuple[LandCover, ...],
    *,
    pixel_area: float | None = None,
    unnamed: int = 0,
) -> Area | None:
    """Return error-adjusted class areas and accuracies with 95 % intervals (Olofsson et al. 2014, eqs. 4 to 11).

    The map's classes are the strata, the test pixels the sample. With W_i the share of class i in the map, n_ij the
    sample pixels of stratum i and reference class j, and p_ij = W_i n_ij / n_i: OA = Σ p_jj, user's accuracy
    p_ii / W_i, producer's accuracy p_jj / Σ_i p_ij, area of class j = Σ_i p_ij times the whole area.

    The paper asks for a probability sample of every stratum. The test pixels of a split are none: they lie where there
    are reference labels, whole fields at a time. So the figures hold for the scene only as far as its unlabelled parts
    are like the labelled ones, and the intervals, which take pixels for independent, are too narrow. They show how
    the labelled pixels' errors, weighted by the map's own areas, would shift the areas that one counts in the map.

    Parameters
    ----------
    confusion : ndarray of int, shape (classes, classes)
        Test pixels; rows: reference, columns: predicted.
    mapped : ndarray of int, shape (classes,)
        Pixels of each class in the whole map.
    classes : tuple of LandCover
    pixel_area : float, optional
        Area of a pixel [m²]; areas are in hectares with it, in pixels without.
    unnamed : int
        Pixels of the map in classes that are not among `classes`; they have no sample.

    Returns
    -------
    Area or None
        Map classes with fewer than two
        sample pixels have no estimate: `unsampled_share` is their share of the area, all figures are about the rest,
        and they themselves have None; so do the area and producer's accuracy of a class without a reference pixel.
        None as a whole where no map class is sampled.

    References
    ----------
    Olofsson, P., Foody, G. M., Herold, M., Stehman, S. V., Woodcock, C. E., Wulder, M. A. (2014). Good practices for
    estimating area and assessing accuracy of land change. Remote Sensing of Environment 148.
    """
    sample = confusion.T
    size = sample.sum(axis=1)
    sampled = (size >= 2) & (mapped > 0)
    if not sampled.any():
        return None
    scale = pixel_area / HECTARE if pixel_area else 1.0
    area = mapped * scale
    total = float(mapped.sum() + unnamed) * scale
    whole = float(area[sampled].sum())
    weight = np.where(sampled, area, 0) / whole
    # A stratum that is not sampled has weight 0; ones keep its divisions harmless.
    size = np.where(sampled, size, 2)
    rate = np.where(sampled[:, np.newaxis], sample / size[:, np.newaxis], 0)
    noise = weight[:, np.newaxis] ** 2 * rate * (1 - rate) / (size - 1)[:, np.newaxis]

    users = np.diagonal(rate)
    users_half = Z * np.sqrt(users * (1 - users) / (size - 1))
    share = weight @ rate
    share_half = Z * np.sqrt(noise.sum(axis=0))
    # A class that a split lost from test has area, though the sample shows none.
    known = (sampled | (mapped == 0)) & sample.any(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        producers = np.where(known, weight * users / share, np.nan)
        own = (1 - producers) ** 2 * np.diagonal(noise)
        others = producers**2 * (noise.sum(axis=0) - np.diagonal(noise))
        producers_half = Z * np.sqrt(own + others) / share
    oa, oa_half = float(weight @ users), Z * float(np.sqrt(np.diagonal(noise).sum()))
    return Area(
        unit="ha" if pixel_area else "pixels",
        total=total,
        unsampled_share=0.0 if sampled[mapped > 0].all() and not unnamed else (total - whole) / total,
        **_spread("oa", oa, oa_half, 1.0),
        classes=[
            ClassArea(
                id=cover.id,
                name=cover.name,
                mapped=float(area[row]),
                **_spread("area", float(share[row]) * whole if known[row] else np.nan, share_half[row] * whole, whole),
                **_spread("users", users[row] if sampled[row] else np.nan, users_half[row], 1.0),
                **_spread("producers", producers[row], producers_half[row], 1.0),
            )
            for row, cover in enumerate(classes)
        ],
    )


def _spread(name: str, value: float, half: float, most: float) -> dict[str, float]:
    """Return a figure and the ends of its interval, cut to what is possible.

    A sample that is right everywhere, or nowhere, has no spread by these formulas, which is not certainty: no interval.
    """
    full = f"{name}_accuracy" if name in {"users", "producers"} else name
    low, high = np.clip([value - half, value + half], 0, most).tolist() if half > 0 else (np.nan, np.nan)
    return {full: value, f"{name}_low": low, f"{name}_high": high}
