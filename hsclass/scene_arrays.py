"""The parts of a scene as arrays from anywhere: each is checked, and brought to the form that a scene has."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.transform import Affine, tastes_like_gdal

from hsclass.errors import DataError, UsageError
from hsclass.gaps import can_hold, unused_value
from hsclass.palette import colors_for
from hsclass.raster import Color, Grid

MAX_ID = 65535
_MICROMETRES = 100  # no wavelength [nm] of a band is below, all in micrometres are
LONGEST = 100_000
"""No wavelength [nm] of a band is above: nanometres that are declared as micrometres are."""


def shown_by(cube: Any) -> np.ndarray | None:
    """Return where a masked array shows every band of a pixel, bool of shape (rows, cols); None for other arrays."""
    hidden = np.ma.getmask(cube)
    return None if hidden is np.ma.nomask or hidden.ndim != 3 else ~hidden.any(axis=2)


def checked_cube(cube: Any, where: str) -> np.ndarray:
    """Return a cube of real numbers, shape (rows, cols, bands), that GeoTIFFs can hold, or raise DataError.

    The mask of a masked array is left out: see `shown_by`.
    """
    values = np.asarray(cube)
    if values.dtype.kind not in "iuf" or values.dtype.itemsize > 8 or values.dtype == np.float16:
        raise DataError(
            f"{where}: its cube is of type {values.dtype}; expected integers, float32 or float64; convert it, as with"
            " astype('float32')"
        )
    if values.ndim != 3 or 0 in values.shape:
        raise DataError(
            f"{where}: its cube is of shape {values.shape}; expected (rows, cols, bands), each 1 or more; reorder its"
            " axes, as with numpy.moveaxis(cube, 0, 2)"
        )
    return values if values.dtype.isnative else values.astype(values.dtype.newbyteorder("="))


def checked_labels(labels: Any, shape: tuple[int, ...], where: str) -> np.ndarray:
    """Return reference labels as uint8, or uint16 where an id exceeds 255, or raise DataError.

    `shape` is that of the cube, (rows, cols, bands). Ids that a masked array hides become 0.
    """
    ids = np.asarray(labels.filled(0) if np.ma.is_masked(labels) else labels)
    if ids.dtype.kind not in "iu":
        raise DataError(
            f"{where}: its labels are of type {ids.dtype}; expected whole numbers, 0 = unlabelled; convert them,"
            " as with numpy.nan_to_num(labels).astype('uint16') where NaN means unlabelled"
        )
    if ids.shape != shape[:2]:
        raise DataError(
            f"{where}: its labels are of shape {ids.shape}; expected {shape[:2]}, as the cube has rows and columns"
            + ("; its bands seem to come first: give numpy.moveaxis(cube, 0, 2)" if ids.shape == shape[1:] else "")
        )
    if ids.dtype in (np.uint8, np.uint16):
        return ids
    if ids.min() < 0 or ids.max() > MAX_ID:
        raise DataError(
            f"{where}: its labels hold {ids.min()} to {ids.max()}; expected class ids from 1 to {MAX_ID}, and 0 where"
            " there is none"
        )
    return ids.astype(np.uint8 if ids.max() <= 255 else np.uint16)


def checked_groups(groups: Any, shape: tuple[int, ...], where: str) -> np.ndarray:
    """Return the groups of pixels as uint32, or raise DataError; `shape` is that of the cube."""
    numbers = np.asarray(groups)
    if numbers.shape != shape[:2] or numbers.dtype.kind not in "iu" or numbers.min() < 0:
        raise DataError(
            f"{where}: its groups are of type {numbers.dtype} and shape {numbers.shape}; expected whole numbers from 1"
            f" of {shape[:2]}, as the cube, and 0 where there is none"
        )
    return numbers.astype(np.uint32)


def checked_mask(mask: Any, shape: tuple[int, ...], where: str) -> np.ndarray:
    """Return a mask of bool, True where there is data, or raise DataError; `shape` is that of the cube."""
    valid = np.asarray(mask)
    if valid.shape != shape[:2] or valid.dtype.kind not in "biu":
        raise DataError(
            f"{where}: its mask is of type {valid.dtype} and shape {valid.shape}; expected bool of {shape[:2]}, as the"
            " cube has rows and columns, True where there is data"
        )
    return valid.astype(bool, copy=False)


def checked_centres(values: Any, bands: int, what: str, where: str) -> np.ndarray | None:
    """Return a number a band [nm] as float64, or raise DataError; `what` is "wavelengths" or "fwhm"."""
    if values is None:
        return None
    try:
        found = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{where}: its {what} are {values!r}; expected a number [nm] a band") from None
    if found.shape != (bands,):
        raise DataError(f"{where}: has {found.size} {what}, but {bands} bands; expected one a band")
    if not (np.isfinite(found) & (found > 0)).all():
        raise DataError(f"{where}: its {what} hold {found.min():g}; expected lengths above 0 [nm], one a band")
    if what == "wavelengths" and found.max() < _MICROMETRES:
        raise DataError(
            f"{where}: its wavelengths are {found.min():g} to {found.max():g}, as micrometres would be; expected"
            " nanometres; multiply them by 1000"
        )
    if what == "wavelengths" and found.min() < _MICROMETRES:
        raise DataError(
            f"{where}: its wavelengths are {found.min():g} to {found.max():g}, some as micrometres and others as"
            " nanometres would be; expected nanometres; give all of them in one unit"
        )
    return found


def checked_grid(crs: Any, transform: Any, where: str) -> Grid:
    """Return where pixels lie.

    Parameters
    ----------
    crs : Any
        What rasterio takes as a coordinate reference system: "EPSG:32633", 32633, WKT, PROJ, an object of pyproj.
    transform : affine.Affine or sequence of float, or None
        From (col, row) to (x, y) of a pixel's upper left corner; six numbers in the order of `affine.Affine`.
    where : str

    Raises
    ------
    UsageError
        If either is not known, or the transform gives all pixels one place.
    """
    try:
        system = None if crs is None else CRS.from_user_input(crs)
    except CRSError as error:
        raise UsageError(
            f"{where}: 'crs' is {crs!r}, which is no known coordinate reference system"
            f" ({' '.join(str(error).split())}); expected one such as 'EPSG:32633'"
        ) from None
    try:
        affine = None if transform is None else Affine(*map(float, tuple(transform)[:6]))
    except (TypeError, ValueError):
        affine = Affine(0, 0, 0, 0, 0, 0)
    if affine is not None and not isinstance(transform, Affine) and tastes_like_gdal(affine):
        raise UsageError(
            f"{where}: 'transform' is {tuple(transform)}, six numbers in the order of GDAL; expected those of"
            " affine.Affine; give affine.Affine.from_gdal(*transform)"
        )
    if affine is not None and (affine.is_degenerate or not np.isfinite(affine[:6]).all()):
        raise UsageError(
            f"{where}: 'transform' is {' '.join(repr(transform).split())}; expected an affine.Affine or six numbers,"
            " as (30, 0, left, 0, -30, top) for pixels of 30 m; rasterio.transform.from_origin makes one"
        )
    return Grid(system, affine)


def with_gaps(
    cube: np.ndarray, mask: np.ndarray | None, nodata: float | None, where: str
) -> tuple[np.ndarray, np.ndarray, float | None]:
    """Find the pixels without data, and let one finite value mark them in all bands.

    A pixel lacks data where the mask says so, a band holds `nodata`, or a band is NaN or infinite.

    Returns
    -------
    cube : ndarray
        The same array where no pixel lacks data, else a copy.
    mask : ndarray of bool, shape (rows, cols)
    nodata : float or None

    Raises
    ------
    DataError
        If no pixel holds data.
    """
    valid = np.ones(cube.shape[:2], bool) if mask is None else mask
    if cube.dtype.kind == "f":
        valid = valid & np.isfinite(cube).all(axis=2)
    if nodata is not None and not np.isfinite(nodata):
        nodata = None  # such values lack data anyway
    if nodata is not None and can_hold(cube.dtype, nodata):
        valid = valid & (cube != cube.dtype.type(nodata)).all(axis=2)
    else:
        nodata = None
    if not valid.any():
        raise DataError(
            f"{where}: no pixel has a value in every band; expected some; leave out bands that hold no data, or correct"
            " mask and nodata"
        )
    if valid.all():
        return cube, valid, nodata
    if nodata is None:
        nodata = unused_value(cube, valid, where)
    filled = cube.copy()
    filled[~valid] = nodata
    return filled, valid, nodata


def named_classes(
    ids: Sequence[int], classes: Mapping[int, str] | Sequence[Any] | None, where: str
) -> list[tuple[int, str, Color]]:
    """Return id, name and colour of each class, by ascending id.

    Parameters
    ----------
    ids : sequence of int
        Those that the labels hold.
    classes : mapping of int to str, sequence of str or of `hsclass.scene.LandCover`, or None
        Names by id, names of the ids from 1 up, or the classes; None: "class N".
    where : str

    Raises
    ------
    UsageError
        If a class of the labels has no name.
    """
    known: dict[int, tuple[str, Color | None]]
    if classes is None:
        known = {identity: (f"class {identity}", None) for identity in ids}
    elif isinstance(classes, Mapping):
        known = {int(identity): (str(name), None) for identity, name in classes.items()}
    elif all(hasattr(cover, "color") for cover in classes):
        known = {cover.id: (cover.name, cover.color) for cover in classes}
    else:
        known = {place: (str(name), None) for place, name in enumerate(classes, 1)}
    if lacking := sorted(set(ids) - set(known)):
        raise UsageError(
            f"{where}: its labels hold the class ids {lacking[:10]}, which 'classes' does not name; it names"
            f" {sorted(known)}; give a mapping of each id to its name"
        )
    used = sorted(known)
    taken = [color for _, color in known.values() if color is not None]
    plain = [known[identity][0] for identity in used if known[identity][1] is None]
    free = iter(colors_for(plain, taken))
    return [(identity, name, color or next(free)) for identity in used for name, color in (known[identity],)]
