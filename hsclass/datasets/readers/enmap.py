"""EnMAP: a folder with a spectral image, a METADATA.XML and quality layers. DESIS products are laid out alike.

Names and elements as DLR's EnMAP product specification gives them and as EnPT, the EnMAP-Box and SNAP take them; the
mask of defective pixels has a band for each of the image, in which EnPT and two further readers take 0 for sound.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import rasterio
from rasterio.windows import Window

from hsclass.datasets.cube import Cube, Store
from hsclass.datasets.readers.layout import Wanted
from hsclass.datasets.readers.missions import Mission, applied_layers, parsing
from hsclass.datasets.readers.raster import open_raster
from hsclass.errors import DataError
from hsclass.raster import quiet

_IMAGES = ("tif", "bsq", "bil", "bip", "jp2")
_NAME = r"^({prefix}.*)-(METADATA\.XML|SPECTRAL_IMAGE(?:_VNIR|_SWIR)?(?:_COG)?\.(?:TIFF?|BSQ|BIL|BIP|JP2))$"
_ROWS = 64  # of a quality layer that are read at a time


@dataclass(frozen=True)
class Layer:
    """A quality layer: a raster that is not 0 where it marks a pixel.

    Attributes
    ----------
    ending : str
        Of the file's name, with "{}" where the image of one spectrometer says _VNIR or _SWIR.
    bands : tuple of int
        Any of these, from 1, marks a pixel; without any, those of the image's good bands do.
    """

    ending: str
    bands: tuple[int, ...] = (1,)


_LAYERS = {
    **{name: Layer(f"-QL_QUALITY_{name.upper()}.TIF") for name in ("cloud", "cloudshadow", "cirrus", "haze", "snow")},
    "defective": Layer("-QL_PIXELMASK{}.TIF", ()),
}


@dataclass(frozen=True)
class BandTable:
    """What the metadata say of the bands: by number, from 1."""

    centres: np.ndarray
    widths: np.ndarray
    gains: np.ndarray
    offsets: np.ndarray
    expected: frozenset[int]
    background: tuple[float, ...]


def main_file(prefix: str) -> Callable[[Path], Path | None]:
    """Return a function that finds the metadata, or the image named itself, of a product whose name has a prefix."""
    pattern = re.compile(_NAME.format(prefix=prefix), re.IGNORECASE)

    def find(path: Path) -> Path | None:
        if path.is_dir():
            found = [
                file
                for file in sorted(path.iterdir())
                if (name := pattern.match(file.name)) and name[2].upper() == "METADATA.XML"
            ]
            return found[0] if len(found) == 1 else None
        name = pattern.match(path.name)
        return path if name and path.is_file() and sibling(path, "-METADATA.XML") else None

    return find


def sibling(path: Path, ending: str) -> Path | None:
    """Return the file of the same product with another ending, in any case of its letters.

    The GeoTIFFs of DLR's download service end in _COG.TIF or _COG.tiff.
    """
    stem = re.split(r"-(?:METADATA|SPECTRAL_IMAGE)", path.name, flags=re.IGNORECASE)[0]
    name, dot, suffix = ending.rpartition(".")
    more = "F?" if suffix.upper() == "TIF" else ""
    wanted = re.compile(f"{re.escape(stem + name)}(?:_COG)?{re.escape(dot + suffix)}{more}", re.IGNORECASE)
    return min((file for file in path.parent.iterdir() if wanted.fullmatch(file.name)), default=None)


def _part(image: Path) -> str:
    """Return _VNIR or _SWIR, where an image is of one spectrometer."""
    found = re.search(r"(_VNIR|_SWIR)(?:_COG)?\.\w+$", image.name.upper())
    return found[1] if found else ""


def companions(layers: Mapping[str, Layer]) -> Callable[[Path], list[Path]]:
    """Return a function that finds the metadata, the image and the quality layers of a product."""

    def find(path: Path) -> list[Path]:
        endings = ["-METADATA.XML", *(f"-SPECTRAL_IMAGE.{kind}" for kind in _IMAGES)]
        found = [file for ending in endings if (file := sibling(path, ending)) is not None]
        return [file for file in (*found, *_layer_files(path, layers).values()) if file != path]

    return find


def _layer_files(image: Path, layers: Mapping[str, Layer]) -> dict[str, Path]:
    """Return the file of each quality layer that a product has."""
    found = {name: sibling(image, layer.ending.format(_part(image))) for name, layer in layers.items()}
    return {name: file for name, file in found.items() if file is not None}


def open_enmap(path: Path, wanted: Wanted) -> Cube:
    """Open a product of level 1C or 2A, or one spectrometer's image of level 1B.

    Band centres, widths, gains and offsets come from the metadata; bands that are not among the expected channels are
    bad bands. The layers of cloud, cloud shadow, cirrus, haze and snow, and the mask of pixels that are defective in
    any good band, are quality layers; none masks unless `quality` names it.
    """
    return open_image(path, wanted, ENMAP.name, _LAYERS)


def open_image(path: Path, wanted: Wanted, mission: str, layers: Mapping[str, Layer]) -> Cube:
    """Open the image of a product with what its metadata say; `layers` are its quality layers by name."""
    with parsing(path, mission):
        image = _image(path)
        table = _table(sibling(path, "-METADATA.XML") or path)
        cube = open_raster(image, Wanted())
        bands = _numbers(image, cube.shape[2], len(table.centres))
        good = np.array([not table.expected or band + 1 in table.expected for band in bands])
        if cube.good_bands is not None:
            good &= cube.good_bands
        found = _layer_files(image, layers)
        used = applied_layers(path, list(found), wanted)
        of_good = (np.flatnonzero(good) + 1).tolist()
        masks = [(found[name], list(layers[name].bands) or of_good) for name, applied in used.items() if applied]
        return replace(
            cube, path=path, format=f"{mission.partition(' (')[0]}, {cube.format}",
            wavelengths=table.centres[bands], fwhm=table.widths[bands], scale=table.gains[bands],
            offset=table.offsets[bands],
            good_bands=None if good.all() else good, nodata=cube.nodata or table.background,
            store=_Masked(cube.store, masks, cube.shape) if masks else cube.store, quality=used,
        )  # fmt: skip


def _image(path: Path) -> Path:
    """Return the spectral image that a file of a product stands for."""
    if path.suffix.lower() != ".xml":
        return path
    for kind in _IMAGES:
        if (image := sibling(path, f"-SPECTRAL_IMAGE.{kind}")) is not None:
            return image
    parts = [
        file.name
        for part in ("VNIR", "SWIR")
        for kind in _IMAGES
        if (file := sibling(path, f"-SPECTRAL_IMAGE_{part}.{kind}"))
    ]
    if parts:
        raise DataError(
            f"{path}: belongs to a product of level 1B, whose spectrometers are not coregistered; name one of its"
            f" images, {' or '.join(parts)}, or take a product of level 1C or 2A"
        )
    raise DataError(f"{path}: the spectral image (-SPECTRAL_IMAGE.TIF) does not lie next to it; put it there")


def _numbers(image: Path, bands: int, known: int) -> np.ndarray:
    """Return which bands of the table an image holds: the first ones, or the last ones of SWIR alone."""
    if _part(image) == "_SWIR" and bands < known:
        return np.arange(known - bands, known)
    if bands > known or (bands < known and _part(image) != "_VNIR"):
        raise ValueError(f"metadata of {known} bands for an image of {bands}")
    return np.arange(bands)


def _table(path: Path) -> BandTable:
    root = ET.parse(path).getroot()
    of_bands = next((item for item in root.iter() if _tag(item).startswith("bandcharacteri")), None)
    if of_bands is None:
        raise ValueError(f"no bandCharacterisation in {path.name}")
    found = [{_tag(part): (part.text or "").strip() for part in item} for item in of_bands]
    rows = [row for row in found if "wavelengthcenterofband" in row]
    values = {
        name: np.array([float(next(row[tag] for tag in tags if tag in row) or missing) for row in rows])
        for name, tags, missing in (
            ("centres", ("wavelengthcenterofband",), "nan"), ("widths", ("fwhmofband", "wavelengthwidthofband"), "nan"),
            ("gains", ("gainofband",), "1"), ("offsets", ("offsetofband",), "0"),
        )
    }  # fmt: skip
    expected = [item.text or "" for item in root.iter() if _tag(item) == "expectedchannelslist"]
    background = next((item.text for item in root.iter() if _tag(item) == "backgroundvalue" and item.text), None)
    return BandTable(
        **values, expected=frozenset(int(number) for text in expected for number in re.findall(r"\d+", text)),
        background=() if background is None else (float(background),),
    )  # fmt: skip


def _tag(item: Any) -> str:
    return str(item.tag).rsplit("}", 1)[-1].lower()


class _Masked(Store):
    """An image whose pixels hold data where no quality layer marks them: files, and their bands from 1."""

    def __init__(self, image: Store, layers: list[tuple[Path, list[int]]], shape: tuple[int, int, int]) -> None:
        self._image, self._layers, self._shape = image, layers, shape

    @contextmanager
    def held_open(self) -> Iterator[None]:
        """Keep the image open for several reads."""
        with self._image.held_open():
            yield

    def read(self, rows: slice, bands: np.ndarray, *, reuse: bool = False) -> np.ndarray:
        """Read rows of the image."""
        return self._image.read(rows, bands, reuse=reuse)

    def mask(self, rows: slice) -> np.ndarray | None:
        """Read rows of the layers, a few at a time."""
        start, stop, _ = rows.indices(self._shape[0])
        shown, cols = self._image.mask(rows), self._shape[1]
        parts = [self._shown(window=Window(0, top, cols, min(_ROWS, stop - top))) for top in range(start, stop, _ROWS)]
        return np.concatenate(parts) & (True if shown is None else shown)

    def _shown(self, **options: Any) -> np.ndarray:
        """Return where no layer marks a pixel."""
        shown: Any = True
        for layer, bands in self._layers:
            with quiet(), rasterio.open(layer) as source:
                if source.shape != self._shape[:2] or source.count < max(bands):
                    raise DataError(
                        f"{layer}: is {source.shape} pixels of {source.count} bands; expected {self._shape[:2]} and"
                        f" {max(bands)}, as the image; get it again"
                    )
                shown = shown & ~source.read(bands, **options).any(axis=0)
        return np.asarray(shown)

    def thumbnail(self, bands: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Read about every `step`-th row and column."""
        values, mask = self._image.thumbnail(bands, step)
        return values, self._shown(out_shape=values.shape[:2]) & (True if mask is None else mask)


ENMAP = Mission(
    "EnMAP (L1B, L1C, L2A)", "the folder, its METADATA.XML or its SPECTRAL_IMAGE", main_file("ENMAP"), open_enmap,
    companions(_LAYERS),
)  # fmt: skip
