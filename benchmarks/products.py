"""Products of missions compared with a tiled GeoTIFF of the same values: opening, building a scene, mapping.

    python benchmarks/products.py [--side 600] [--bands 200] [--rounds 3]

Writes the same random spectra as a tiled GeoTIFF, as a PRISMA-like .he5 (rows, bands, cols) with marks in its error
matrix, and as an EMIT-like .nc in the geometry of a sensor turned by 12 degrees, all compressed by deflate. A margin
is 0, which PRISMA takes for gaps. Times processor seconds, interleaved over the rounds, the smallest of each. The
last lines are `open_seconds=…` (the slowest), `build_ratio=…` (building a scene over reading its cube, the worst) and
`map_ratio=…` (pixels a second with an LDA over those from the GeoTIFF, the worst).
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.transform import Affine

from hsclass import fit, make_split
from hsclass.datasets.bands import prepare_scene
from hsclass.datasets.descriptor import Descriptor
from hsclass.datasets.readers import open_cube
from hsclass.predict.pixels import Pixels
from hsclass.predict.stream import map_file
from hsclass.scene import LandCover, Scene

TURN = np.deg2rad(12)


def make_files(folder: Path, side: int, bands: int) -> dict[str, Path]:
    rng = np.random.default_rng(0)
    half = bands // 2
    smooth = rng.normal(size=(side // 20 + 2, side // 20 + 2, bands)).repeat(20, 0).repeat(20, 1)[:side, :side]
    cube = (20_000 + 4_000 * smooth + rng.normal(0, 300, (side, side, bands))).clip(1, 65_000).astype(np.uint16)
    cube[:, : side // 20] = 0  # outside of the swath
    centres = np.linspace(420, 2450, bands)
    paths = {"GeoTIFF": folder / "cube.tif", "PRISMA": folder / "prisma.he5", "EMIT": folder / "EMIT_L2A_RFL_1.nc"}
    grid = {"crs": CRS.from_epsg(32633), "transform": Affine(30, 0, 5e5, 0, -30, 4.6e6)}
    with rasterio.open(
        paths["GeoTIFF"], "w", driver="GTiff", height=side, width=side, count=bands, dtype=cube.dtype, tiled=True,
        blockxsize=256, blockysize=256, compress="deflate", predictor=2, zlevel=4, **grid,
    ) as sink:  # fmt: skip
        sink.write(np.moveaxis(cube, 2, 0))
        for band in range(bands):
            sink.update_tags(band + 1, wavelength=f"{centres[band]:.2f}", wavelength_units="nanometers")
            sink.scales = (1 / 65535,) * bands
    with h5py.File(paths["PRISMA"], "w") as file:
        for name, part in (("Vnir", slice(0, half)), ("Swir", slice(half, bands))):
            values = np.moveaxis(cube[..., part][..., ::-1], 2, 1)
            prefix = f"HDFEOS/SWATHS/PRS_L2D_HCO/Data Fields/{name.upper()}"
            chunks = (32, values.shape[1], 128)
            options = {"compression": "gzip", "compression_opts": 4, "shuffle": True, "chunks": chunks}
            file.create_dataset(f"{prefix}_Cube", data=values, **options)
            errors = np.where(rng.random(values.shape) < 1e-4, np.uint8(2), np.uint8(0))  # negative reflectances
            file.create_dataset(f"{prefix}_PIXEL_L2_ERR_MATRIX", data=errors, **options)
            file.attrs[f"List_Cw_{name}"] = centres[part][::-1]
            file.attrs[f"List_Fwhm_{name}"] = np.full(values.shape[1], 10.0)
            file.attrs[f"List_Cw_{name}_Flags"] = np.ones(values.shape[1], np.int8)
            file.attrs[f"L2Scale{name}Min"], file.attrs[f"L2Scale{name}Max"] = 0.0, 1.0
        file.attrs["Epsg_Code"] = 32633
        file.attrs["Product_ULcorner_easting"], file.attrs["Product_ULcorner_northing"] = 5e5 + 15, 4.6e6 - 15
    with h5py.File(paths["EMIT"], "w") as file:
        file.create_dataset(
            "reflectance", data=(cube / np.float32(65535)).astype(np.float32), compression="gzip", compression_opts=4,
            shuffle=True, chunks=(32, 32, bands),
        )  # fmt: skip
        file["reflectance"].attrs["_FillValue"] = np.float32(-9999)
        file["sensor_band_parameters/wavelengths"] = centres
        row, col = np.indices((side, side)) - side / 2
        source_row = np.rint(np.cos(TURN) * row - np.sin(TURN) * col + side / 2).astype(int)
        source_col = np.rint(np.sin(TURN) * row + np.cos(TURN) * col + side / 2).astype(int)
        inside = (source_row >= 0) & (source_row < side) & (source_col >= 0) & (source_col < side)
        file["location/glt_x"] = np.where(inside, source_col + 1, 0).astype(np.int32)
        file["location/glt_y"] = np.where(inside, source_row + 1, 0).astype(np.int32)
        file.attrs["geotransform"], file.attrs["spatial_ref"] = (
            np.array(grid["transform"].to_gdal()),
            grid["crs"].to_wkt(),
        )
    return paths


def model_for(path: Path) -> object:
    """Train an LDA on the first rows of a cube, with labels that follow its first band."""
    cube = open_cube(path)
    values, valid, _ = cube.strip(slice(0, 100)).read(slice(0, 100))
    labels = np.where(valid, 1 + (values[..., 0] > np.median(values[valid, 0])), 0).astype(np.uint8)
    classes = (LandCover(1, "dark", (0, 0, 0)), LandCover(2, "bright", (255, 255, 0)))
    scene = Scene("train", values, labels, cube.wavelengths, valid, classes, fwhm=None, scale=cube.factor)
    return fit(scene, make_split(scene, "random", train=0.2, validation=0.1, seed=0, window=1), "lda", seed=0)


def seconds(task: Callable[[], object]) -> float:
    start = time.process_time()
    task()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=600)
    parser.add_argument("--bands", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = make_files(folder, asked.side, asked.bands)
        models = {kind: model_for(path) for kind, path in paths.items()}
        taken: dict[tuple[str, str], list[float]] = {}
        for _ in range(asked.rounds):
            for kind, path in paths.items():
                described = Descriptor.model_validate({"name": "scene", "cube": str(path)})
                tasks: dict[str, Callable[[], object]] = {
                    "open": lambda path=path: open_cube(path),
                    "read": lambda path=path: open_cube(path).stored(),
                    "build": lambda path=path, d=described: prepare_scene(open_cube(path), d, name="scene"),
                    "map": lambda path=path, kind=kind: map_file(
                        models[kind], Pixels.of_file(path), folder / f"{kind}.tif"
                    ),
                }
                for task, run in tasks.items():
                    taken.setdefault((kind, task), []).append(seconds(run))
        best = {key: min(values) for key, values in taken.items()}
        print(f"{'processor seconds':20} {'open':>8} {'read':>8} {'build':>8} {'map':>8}")
        for kind in paths:
            print(f"{kind:20} " + " ".join(f"{best[kind, task]:8.3f}" for task in ("open", "read", "build", "map")))
        products = [kind for kind in paths if kind != "GeoTIFF"]
        print(f"open_seconds={max(best[kind, 'open'] for kind in products):.3f}")
        print(f"build_ratio={max(best[kind, 'build'] / best[kind, 'read'] for kind in products):.2f}")
        print(f"map_ratio={min(best['GeoTIFF', 'map'] / best[kind, 'map'] for kind in products):.2f}")


if __name__ == "__main__":
    main()
