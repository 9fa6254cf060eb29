"""Headers that claim more than a file holds are refused with the claim, before memory is taken for it."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import h5py
import numpy as np
import psutil
import pytest
import rasterio
from rasterio.crs import CRS

from hsclass.datasets.cube import ArrayStore, Cube
from hsclass.datasets.readers import open_cube
from hsclass.errors import DataError, OutOfMemoryError
from tests.datasets.readers.products import make_aviris, make_emit, make_prisma

SIDE = 1_000_000
PRISMA = "HDFEOS/SWATHS/PRS_L2D_HCO/Data Fields"


def npy(path: Path) -> Path:
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<i2", "fortran_order": False, "shape": (SIDE, SIDE, 2)})
        file.write(bytes(100))
    return path


def npz(path: Path) -> Path:
    held = BytesIO()
    np.lib.format.write_array_header_1_0(held, {"descr": "<i2", "fortran_order": False, "shape": (SIDE, SIDE, 2)})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.npy", held.getvalue() + bytes(100))
    return path


def hdf5(path: Path) -> Path:
    with h5py.File(path, "w") as file:
        file.create_dataset("data", (SIDE, SIDE, 2), np.int16, chunks=(64, 64, 2), compression="gzip")
    return path


def mat(path: Path) -> Path:
    from scipy.io import savemat

    savemat(path, {"data": np.ones((3, 4, 2), np.int16)})
    content = path.read_bytes()
    there = np.array([3, 4, 2], np.int32).tobytes()
    assert content.count(there) == 1
    path.write_bytes(content.replace(there, np.array([SIDE, SIDE, 2], np.int32).tobytes()))
    return path


def sparse(path: Path) -> Path:
    from scipy.io import savemat
    from scipy.sparse import csc_matrix

    savemat(path, {"gt": csc_matrix(([1.0], ([0], [0])), shape=(SIDE, SIDE))}, do_compression=True)
    return path


def geotiff(path: Path) -> Path:
    options = {"tiled": True, "blockxsize": 16384, "blockysize": 16384, "sparse_ok": True, "bigtiff": True}
    with rasterio.open(
        path, "w", driver="GTiff", height=SIDE, width=SIDE, count=2, dtype="int16", crs=CRS.from_epsg(32633), **options
    ):
        pass
    return path


def envi(path: Path) -> Path:
    path.with_suffix(".img").write_bytes(bytes(100))
    path.write_text(f"ENVI\nsamples = {SIDE}\nlines = {SIDE}\nbands = 2\ndata type = 2\ninterleave = bsq\n")
    return path


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (npy, "a.npy"), (npz, "a.npz"), (hdf5, "a.h5"), (hdf5, "a.nc"), (hdf5, "a73.mat"), (mat, "a.mat"),
        (geotiff, "a.tif"),
    ],
)  # fmt: skip
def test_claim_is_refused_with_its_size(make: Callable[[Path], Path], name: str, tmp_path: Path) -> None:
    path = make(tmp_path / name)
    with pytest.raises(DataError, match=r"1000000 .*x 1000000.* values, [24].0 TB, which its [\d.]+ [kM]?B?") as caught:
        open_cube(path, ndim=3)
    assert "\n" not in str(caught.value)


def test_sparse_matrix_is_refused_before_it_is_filled(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"1000000 x 1000000 values, 1.0 TB"):
        open_cube(sparse(tmp_path / "gt.mat"), ndim=2)


def test_envi_header_gives_the_bytes_that_it_claims(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has 100 bytes, but its header says .* which take 4000000000000"):
        open_cube(envi(tmp_path / "a.hdr"), ndim=3)


def claim(path: Path, **shapes: tuple[int, ...]) -> None:
    """Replace arrays of a product by unwritten ones of other shapes."""
    with h5py.File(path, "r+") as file:
        for name, shape in shapes.items():
            dtype = file[name].dtype
            del file[name]
            file.create_dataset(name, shape, dtype, chunks=tuple(min(16, side) for side in shape))


@pytest.mark.parametrize(
    ("make", "name", "shapes"),
    [
        (make_emit, "EMIT_L2A_RFL_1.nc", {"location/glt_x": (SIDE, SIDE), "location/glt_y": (SIDE, SIDE)}),
        (make_emit, "EMIT_L2A_RFL_1.nc", {"sensor_band_parameters/wavelengths": (SIDE**2,)}),
        (make_aviris, "a.nc", {"reflectance/wavelength": (SIDE**2,)}),
        (make_aviris, "a.nc", {"easting": (SIDE**2,)}),
        (make_prisma, "p.he5", {f"{PRISMA}/VNIR_Cube": (SIDE, 4, SIDE), f"{PRISMA}/SWIR_Cube": (SIDE, 3, SIDE)}),
    ],
)
def test_arrays_of_products_are_refused_too(
    make: Callable[[Path, np.random.Generator], Path], name: str, shapes: dict[str, tuple[int, ...]], tmp_path: Path
) -> None:
    path = make(tmp_path / name, np.random.default_rng(0))
    claim(path, **shapes)
    with pytest.raises(DataError, match=r"says that it holds 1000000.* values, [\d.]+ TB") as caught:
        open_cube(path, ndim=3)
    assert "\n" not in str(caught.value)


def test_what_is_larger_than_the_memory_is_not_read_as_a_whole() -> None:
    side = int((2 * psutil.virtual_memory().total) ** 0.5)
    cube = Cube(Path("large.tif"), "raster", (side, side, 1), np.dtype(np.uint8), ArrayStore(lambda rows: np.ones(1)))
    with pytest.raises(OutOfMemoryError, match=r"large.tif: has .* as a whole, and this machine has .* of memory"):
        cube.stored()


def test_a_raster_of_one_value_packs_well_and_is_read(tmp_path: Path) -> None:
    options = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "zstd", "sparse_ok": True}
    with rasterio.open(
        tmp_path / "a.tif", "w", driver="GTiff", height=40_000, width=40_000, count=1, dtype="uint8", **options
    ):
        pass
    assert open_cube(tmp_path / "a.tif").shape == (40_000, 40_000, 1)
    np.savez_compressed(tmp_path / "a.npz", data=np.zeros((300, 300, 40), np.int16))
    assert open_cube(tmp_path / "a.npz").shape == (300, 300, 40)
