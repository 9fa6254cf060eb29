"""A map of a raw file is the map of the scene that is built from it: one reader applies the same to both."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp
from scipy.io import savemat

import hsclass
from hsclass.datasets import open_scene
from hsclass.predict import map_file
from hsclass.predict.opening import open_pixels
from hsclass.predict.stream import MapRequest
from hsclass.scene import Scene, read_classes, write_scene
from hsclass.split import Split

GAP = (slice(0, 5), slice(3, 9))  # of rows and columns


@dataclass
class Raw:
    """A raster of 24 bands, to which a case adds what a file may say of its values."""

    values: np.ndarray
    nodata: float | None = None
    scales: list[float] | None = None
    offsets: list[float] | None = None
    tags: dict[int, dict[str, str]] = field(default_factory=dict)
    mask: np.ndarray | None = None
    internal: bool = True
    alpha: bool = False

    def write(self, path: Path, wavelengths: np.ndarray) -> None:
        bands = np.moveaxis(self.values, 2, 0)
        count, rows, cols = bands.shape
        profile: dict[str, Any] = {"driver": "GTiff", "height": rows, "width": cols, "dtype": bands.dtype}
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=self.internal),
            rasterio.open(path, "w", count=count, nodata=self.nodata, **profile) as sink,
        ):
            if self.alpha:
                sink.colorinterp = [ColorInterp.gray] + [ColorInterp.undefined] * (count - 2) + [ColorInterp.alpha]
            sink.write(bands)
            sink.scales, sink.offsets = self.scales or [1] * count, self.offsets or [0] * count
            for band, centre in enumerate(wavelengths, 1):
                sink.update_tags(band, wavelength=f"{centre:g}", wavelength_units="nm", **self.tags.get(band, {}))
            if self.mask is not None:
                sink.write_mask(self.mask)


def offset(raw: Raw) -> None:
    raw.offsets = [-0.1] * 24


def gains(raw: Raw) -> None:
    raw.scales = np.linspace(0.5, 2, 24).tolist()


def gains_and_gaps(raw: Raw) -> None:
    raw.values[GAP] = -1
    raw.nodata, raw.scales, raw.offsets = -1, [1e-4] * 24, [0.1 * (band % 2) for band in range(24)]


def one_scale(raw: Raw) -> None:
    raw.scales = [1e-4] * 24


def infinite_nodata(raw: Raw) -> None:
    raw.values = raw.values.astype(np.float32)
    raw.values[GAP] = raw.values[20, 20, 3] = -np.inf
    raw.nodata = -np.inf


def nan_nodata(raw: Raw) -> None:
    raw.values = raw.values.astype(np.float32)
    raw.values[GAP] = raw.values[20, 20, 3] = np.nan
    raw.nodata = np.nan


def internal_mask(raw: Raw) -> None:
    raw.mask = np.full((24, 24), 255, np.uint8)
    raw.mask[GAP] = 0


def mask_file(raw: Raw) -> None:
    internal_mask(raw)
    raw.internal = False


def alpha(raw: Raw) -> None:
    shown = np.full((24, 24, 1), 255, np.int16)
    shown[GAP] = 0
    raw.values, raw.alpha = np.concatenate([raw.values, shown], axis=2), True


def bad_band_of_another_scale(raw: Raw) -> None:
    raw.tags[5] = {"bbl": "0"}
    raw.scales = [7.0 if band == 4 else 1e-4 for band in range(24)]


CASES = [
    offset, gains, gains_and_gaps, one_scale, infinite_nodata, nan_nodata, internal_mask, mask_file, alpha,
    bad_band_of_another_scale,
]  # fmt: skip
GAPS = {gains_and_gaps, infinite_nodata, nan_nodata, internal_mask, mask_file, alpha}


def confidence(path: Path) -> np.ndarray:
    with rasterio.open(path) as source:
        return np.asarray(source.read(1))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("case", CASES, ids=[case.__name__ for case in CASES])
def test_raw_raster_maps_like_its_scene(
    toy_scene: Scene, toy_split: Split, tmp_path: Path, case: Callable[[Raw], None]
) -> None:
    raw = Raw(toy_scene.cube.astype(np.int16))
    case(raw)
    raw.write(tmp_path / "flight.tif", toy_scene.wavelengths)
    np.save(tmp_path / "labels.npy", toy_scene.labels)
    (tmp_path / "farm.yaml").write_text("cube: flight.tif\nlabels: labels.npy\n")
    scene = open_scene(tmp_path / "farm.yaml", folder=tmp_path / "data")
    write_scene(scene, tmp_path / "farm")
    roles = np.where(scene.mask, toy_split.roles, 0).astype(np.uint8)
    model = hsclass.fit(scene, replace(toy_split, roles=roles), "lda")
    for name in ("farm", "flight.tif"):
        request = MapRequest(memory=1e-3, confidence=tmp_path / f"{name}.c.tif")
        map_file(model, open_pixels(tmp_path / name), tmp_path / f"{name}.m.tif", request)
    of_scene, of_raw = (read_classes(tmp_path / f"{name}.m.tif")[0] for name in ("farm", "flight.tif"))
    np.testing.assert_array_equal(of_raw, of_scene)
    np.testing.assert_array_equal(confidence(tmp_path / "flight.tif.c.tif"), confidence(tmp_path / "farm.c.tif"))
    gaps = np.zeros((24, 24), bool)
    if case in GAPS:
        gaps[GAP] = True
    if case in {infinite_nodata, nan_nodata}:
        gaps[20, 20] = True
    np.testing.assert_array_equal(of_raw == 0, gaps)
    in_memory = hsclass.predict_scene(model, scene)
    np.testing.assert_array_equal(of_raw, in_memory.classes)


@pytest.mark.parametrize("name", ["new.npy", "new.mat"])
def test_arrays_are_mapped_without_a_descriptor(toy_scene: Scene, toy_split: Split, tmp_path: Path, name: str) -> None:
    model = hsclass.fit(toy_scene, toy_split, "lda")
    np.save(tmp_path / name, toy_scene.cube) if name == "new.npy" else savemat(tmp_path / name, {"c": toy_scene.cube})
    map_file(model, open_pixels(tmp_path / name), tmp_path / "m.tif", MapRequest(memory=1e-3))
    expected = hsclass.predict_scene(model, toy_scene).classes
    np.testing.assert_array_equal(read_classes(tmp_path / "m.tif")[0], expected)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(hsclass.errors.DataError, match=r"missing\.tif: no such file; correct the path"):
        open_pixels(tmp_path / "missing.tif")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_raw_file_named_like_a_scene_is_read_as_raw(toy_scene: Scene, tmp_path: Path) -> None:
    raw = Raw(toy_scene.cube.astype(np.int16), scales=[1e-4] * 24, offsets=[0.5] * 24)
    raw.write(tmp_path / "cube.tif", toy_scene.wavelengths)
    values, _, _ = open_pixels(tmp_path).cube.strip(slice(0, 24), np.arange(24)).read(slice(0, 24))
    np.testing.assert_allclose(values, raw.values * 1e-4 + 0.5, rtol=1e-6)
