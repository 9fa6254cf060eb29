"""Rasters: GeoTIFF, ENVI, ERDAS .lan and whatever else GDAL reads, and the cubes that hsclass writes itself."""

import json
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window

from hsclass.datasets.cube import ArrayStore, Cube, FileStore
from hsclass.datasets.readers.envi import class_names, data_file, listed, number, read_header, require_length, stated
from hsclass.datasets.readers.hdf5_heap import require_sound_heap
from hsclass.datasets.readers.layout import Wanted, arranged
from hsclass.datasets.readers.legend import legend_of
from hsclass.datasets.sizes import require_capacity
from hsclass.errors import DataError
from hsclass.raster import UNREADABLE, Grid, grid_of, quiet

_LOG = logging.getLogger(__name__)
_CACHE_BYTES = 64_000_000  # of GDAL's own block cache; every block is asked for about once
_ELSEWHERE = {"VRT", "GTI", "MRF", "STACIT", "WMS", "WMTS"}  # drivers of files whose pixels lie in others
_MICROMETRES = 100  # band centres without a unit that end below this are in micrometres
_KNOWN = (".tif", ".tiff", ".vrt", ".img", ".dat", ".hdr", ".bsq", ".bil", ".bip", ".lan", ".jp2", ".png", ".nc")
_ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar")
_NANOMETRES = {
    "": 1.0, "unknown": 1.0, "nanometers": 1.0, "nanometres": 1.0, "nanometer": 1.0, "nanometre": 1.0, "nm": 1.0,
    "micrometers": 1000.0, "micrometres": 1000.0, "micrometer": 1000.0, "micrometre": 1000.0, "microns": 1000.0,
    "micron": 1000.0, "um": 1000.0, "µm": 1000.0, "μm": 1000.0,
}  # fmt: skip


class RasterStore(FileStore):
    """The pixels of a raster; its own mask are those of the bands `masked`, by index, and the bands `alpha`."""

    def __init__(
        self,
        path: Path,
        shape: tuple[int, int, int],
        dtype: np.dtype,
        *,
        masked: Sequence[int],
        alpha: Sequence[int],
        options: Mapping[str, Any],
    ) -> None:
        self._path, self._shape, self._dtype, self._options = path, shape, dtype, options
        self._masked, self._alpha = ([band + 1 for band in bands] for bands in (masked, alpha))
        self._last = threading.local()  # of each thread its last strip

    def read(self, rows: slice, bands: np.ndarray, *, reuse: bool = False) -> np.ndarray:
        """Read rows, with `reuse` into the memory of the thread's read before: it holds only one strip at a time."""
        start, stop, _ = rows.indices(self._shape[0])
        shape = (len(bands), stop - start, self._shape[1])
        last: np.ndarray | None = getattr(self._last, "strip", None)
        if not reuse:
            values = np.empty(shape, self._dtype)
        elif last is None or last.shape != shape:
            self._last.strip = last = None  # before there are two
            self._last.strip = values = np.empty(shape, self._dtype)
        else:
            values = last
        with self.opened() as source:
            source.read((bands + 1).tolist(), window=Window(0, start, *shape[:0:-1]), out=values)
        return np.moveaxis(values, 0, 2)

    def mask(self, rows: slice) -> np.ndarray | None:
        """Read rows of the mask: an internal one, a .msk file or an alpha band."""
        start, stop, _ = rows.indices(self._shape[0])
        return self._mask((stop - start, self._shape[1]), window=Window(0, start, self._shape[1], stop - start))

    def _mask(self, shape: tuple[int, int], **options: Any) -> np.ndarray | None:
        if not (self._masked or self._alpha):
            return None
        shown = np.ones(shape, bool)
        with self.opened() as source:
            if self._masked:
                shown &= source.read_masks(self._masked, **options).all(axis=0)
            if self._alpha:
                shown &= source.read(self._alpha, **options).all(axis=0)
        return shown

    def thumbnail(self, bands: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Read about every `step`-th row and column, from overviews where the file has some."""
        rows, cols = (-(-side // step) for side in self._shape[:2])
        with self.opened() as source:
            values = source.read((bands + 1).tolist(), out_shape=(len(bands), rows, cols))
        return np.moveaxis(values, 0, 2), self._mask((rows, cols), out_shape=(rows, cols))

    @contextmanager
    def open(self) -> Iterator[Any]:
        """Open the raster, with a small cache of its blocks."""
        with quiet(), rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES, **self._options), rasterio.open(self._path) as source:
            yield source


def open_raster(path: Path, wanted: Wanted) -> Cube:
    """Open a raster, or the one that an ENVI header belongs to; arguments and errors as `open_cube`.

    Band centres come from the band tags `wavelength` and `wavelength_units` (nanometres without) or GDAL's IMAGERY
    domain, widths and bad bands from the band tags `fwhm` and `bbl` (0 is bad) or the lists of an ENVI header. `axes`
    are those of the array (bands, rows, cols) that GDAL makes of the file; where they are given, nothing else that the
    file says of its bands or of its place counts.
    """
    if wanted.key is not None:
        raise DataError(f"{path}: a raster has bands but no variables, found key '{wanted.key}'; take 'key' out")
    path = data_file(path)
    require_sound_heap(path)
    try:
        with quiet(), rasterio.open(path) as source:
            _require_numbers(path, source)
            cube = _described(path, source)
    except UNREADABLE as error:
        with path.open("rb") as file:
            start = file.read(200)
        if b"<RegionsOfInterest" in start or start.startswith(b"ENVI\x00"):
            reason = "holds regions of interest in a form of ENVI that has no reader; export them as ASCII or Shapefile"
        elif isinstance(error, UnicodeDecodeError):
            reason = (
                f"holds text that is not UTF-8 ({error}), as the name of its reference system; write its header"
                " in UTF-8"
            )
        elif (header := read_header(path)) and not path.suffix.lower().startswith(".tif"):
            if (claimed := stated(header)) is not None:
                require_length(path, header, *claimed)
            reason = (
                f"cannot be read as a raster ({error}), though it has an ENVI header; write the header as plain text"
                " that begins with ENVI, without a byte order mark"
            )
        elif path.suffix.lower() in _ARCHIVES:
            reason = "is an archive; expected a file; unpack it, and name the file or folder in it"
        elif path.suffix.lower() in _KNOWN or not path.suffix:
            reason = f"cannot be read as a raster ({error}); expected a GeoTIFF or what GDAL reads"
        else:
            reason = (
                f"the extension '{path.suffix}' has no reader; expected one of .npy, .npz, .mat, .h5, .tif, .hdr, or"
                " another raster that GDAL reads"
                + ("" if wanted.ndim == 3 else "; as labels also polygons or points in a GeoPackage or Shapefile")
            )
        raise DataError(f"{path}: {reason}") from error
    if wanted.axes or wanted.pixels:
        ndim = wanted.ndim or 3
        axes = wanted.axes or ("bands rows cols" if ndim == 3 else "rows cols")
        array = np.moveaxis(cube.stored(), 2, 0) if ndim == 3 else cube.stored()[..., 0]
        array = arranged(array, path, ndim=ndim, axes=axes, pixels=wanted.pixels, shape=wanted.shape)
        shape = (array.shape[0], array.shape[1], array.shape[2] if ndim == 3 else 1)
        return Cube(path, cube.format, shape, cube.dtype, ArrayStore(array.__getitem__), nodata=cube.nodata)
    if wanted.ndim == 2 and len(cube.good) == 1:
        return cube.keep(cube.good)
    if wanted.ndim == 2 and not (cube.shape[2] == 3 and cube.dtype == np.uint8):  # the colours of a legend
        raise DataError(
            f"{path}: has {cube.shape[2]} bands; expected one band of class ids, or red, green and blue of a legend;"
            " write one of these"
        )
    return cube


def _require_numbers(path: Path, source: Any) -> None:
    """Check that a file is one raster of a type that NumPy has; products in netCDF hold several."""
    if not source.count:
        names = [name.rsplit(":", 1)[-1].strip("/") for name in source.subdatasets]
        raise DataError(
            f"{path}: holds no raster of its own but the subdatasets {', '.join(names[:10]) or 'none'}; expected one"
            " raster; write the one to read into a GeoTIFF, as gdal_translate does"
        )
    if foreign := {name for name in source.dtypes if name.startswith("complex")}:
        raise DataError(f"{path}: holds an array of {foreign.pop()}; expected plain real numbers")


def _described(path: Path, source: Any) -> Cube:
    bands, envi = source.count, read_header(path)
    shape, dtype = (source.height, source.width, bands), np.dtype(np.result_type(*source.dtypes))
    if source.driver not in _ELSEWHERE:
        parts = [Path(name) for name in source.files]
        require_capacity(path, shape, dtype.itemsize, held=sum(part.stat().st_size for part in parts if part.is_file()))
    packed = source.tags(1, ns="IMAGE_STRUCTURE").get("NBITS")  # less than a byte a value
    headers: dict[str, dict[str, str]] = {"ENVI": envi, "LAN": {"header_offset": "128"}, "EHdr": {}}
    if _is_classic_netcdf(path, source) or (source.driver in headers and packed is None):
        require_length(path, headers.get(source.driver, {}), shape, dtype)
    elif envi:
        _LOG.info("%s: what it does not say itself of its bands is taken from the ENVI header next to it", path)
    tags = source.tags()
    own = {"scene", "rgb"} <= set(tags)  # a cube that hsclass wrote: all bands of a pixel without data are nodata
    scale, offset = _factors(path, source, envi, tags if own else {})
    centres, widths = _lengths(path, source, envi)
    # GDAL takes the last of four bands of bytes for alpha where nothing is said; a wavelength says that it is none.
    spectral = np.zeros(bands, bool) if centres is None else np.isfinite(centres)
    alpha = [band for band in range(bands) if source.colorinterp[band] == ColorInterp.alpha and not spectral[band]]
    alpha = [] if own else alpha
    masked = [] if own else _masked(source)
    first = source.driver == "ENVI"
    flags = _of_bands(path, "bbl", [source.tags(band).get("bbl") for band in source.indexes], envi, first=first)
    bad = flags == 0
    bad[alpha] = True
    # The map type of a .lan file is a bare number, of which GDAL makes degrees.
    grid = Grid() if source.driver == "LAN" else grid_of(source)
    # Without coordinates, GDAL takes the last row of a netCDF file for the northern one, and turns the rows.
    options = {"GDAL_NETCDF_BOTTOMUP": "NO"} if source.driver == "netCDF" and grid.transform is None else {}
    layout = f", {source.interleaving.value} interleaved".lower() if source.interleaving else ""
    return Cube(
        path, f"{source.driver}{layout}", shape, dtype,
        RasterStore(path, shape, dtype, masked=masked, alpha=alpha, options=options), grid=grid,
        nodata=_nodata(source, envi), wavelengths=centres, fwhm=widths, good_bands=~bad if bad.any() else None,
        alpha=tuple(alpha), band_names=tuple(name or "" for name in source.descriptions),
        scale=scale, offset=offset, block_rows=source.block_shapes[0][0], own=own, nodata_in_all=own, tags=tags,
        left_out=tuple(json.loads(tags.get("bad_bands", "[]"))) if own else (),
        classes=class_names(envi) or legend_of(path, source),
    )  # fmt: skip


def _is_classic_netcdf(path: Path, source: Any) -> bool:
    """Return whether a file is a netCDF before version 4, which is not compressed."""
    if source.driver != "netCDF" or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(3) == b"CDF"


def _nodata(source: Any, envi: dict[str, str]) -> tuple[float, ...]:
    """Return what stands for missing data in all bands; where they differ, their masks say it."""
    said = number(envi.get("data_ignore_value"))
    if _differ(source):
        return ()
    return (source.nodata,) if source.nodata is not None else () if np.isnan(said) else (said,)


def _differ(source: Any) -> bool:
    """Return whether some bands declare another nodata than the first one, or none."""
    return len({repr(value) for value in source.nodatavals}) > 1


def _factors(
    path: Path, source: Any, envi: dict[str, str], own: dict[str, str]
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return scale and offset of the bands; None where the file says nothing of them."""
    if "scale" in own:
        return np.full(source.count, float(own["scale"])), None
    if any(scale != 1 for scale in source.scales) or any(source.offsets):
        return np.array(source.scales, float), np.array(source.offsets, float)
    # GDAL takes gains from the headers of ENVI files only, and no list of another length than the bands.
    names = ("data_gain_values", "data_offset_values")
    found = [listed(path, name, envi[name], source.count) if name in envi else None for name in names]
    scale, offset = (None if values is None or np.isnan(values).any() else values for values in found)
    if (scale is not None and (scale != 1).any()) or (offset is not None and offset.any()):
        return scale, offset
    factor = number(envi.get("reflectance_scale_factor"))
    return (np.full(source.count, 1 / factor), None) if np.isfinite(factor) and factor > 0 else (None, None)


def _masked(source: Any) -> list[int]:
    """Return the bands whose masks together are the file's own mask: one where it is common to all bands."""
    plain = {MaskFlags.all_valid, MaskFlags.alpha} | (set() if _differ(source) else {MaskFlags.nodata})
    masked = [band for band, flags in enumerate(source.mask_flag_enums) if not plain & set(flags)]
    common = masked and MaskFlags.per_dataset in source.mask_flag_enums[masked[0]]
    return masked[:1] if common else masked


def _of_bands(
    path: Path, name: str, by_band: Sequence[str | None], header: dict[str, str], *, first: bool
) -> np.ndarray:
    """Return numbers band by band, or those of a list in an ENVI header; NaN where there is none.

    The list comes `first` where GDAL has cut it into bands, which it does whatever its length.
    """
    numbers = np.array([number(text) for text in by_band])
    if name in header and (first or np.isnan(numbers).all()):
        return listed(path, name, header[name], len(numbers))
    return numbers


def _lengths(path: Path, source: Any, envi: dict[str, str]) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return band centres and widths [nm]; None where no band has one."""
    tags = [source.tags(band) for band in source.indexes]
    imagery = [source.tags(band, ns="IMAGERY") for band in source.indexes]
    units = [tag.get("wavelength_units", envi.get("wavelength_units", "")).strip().lower() for tag in tags]
    found: list[np.ndarray | None] = []
    for name, other in (("wavelength", "CENTRAL_WAVELENGTH_UM"), ("fwhm", "FWHM_UM")):
        numbers = _of_bands(path, name, [tag.get(name) for tag in tags], envi, first=source.driver == "ENVI")
        if np.isnan(numbers).all():
            numbers, said = np.array([number(tag.get(other)) for tag in imagery]), {"um"}
            factors = np.full(len(numbers), 1000.0)
        else:
            said = set(units)
            if name == "wavelength" and said <= {"", "unknown"} and np.nanmax(numbers) < _MICROMETRES:
                units, said = ["um"] * len(units), {"um"}
                _LOG.warning(
                    "%s: wavelengths without a unit end at %g and are taken as micrometres; if they are not, give"
                    " 'wavelengths' in nanometres", path, np.nanmax(numbers),
                )  # fmt: skip
            factors = np.array([_NANOMETRES.get(unit, np.nan) for unit in units])
        if unknown := said - set(_NANOMETRES):
            _LOG.warning("%s: wavelengths in '%s' are left out; give 'wavelengths' in nanometres", path, min(unknown))
            found.append(None)
        else:
            found.append(None if np.isnan(numbers).all() else numbers * factors)
    return found[0], found[1]
