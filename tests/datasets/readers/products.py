"""Make small files with the layout, names and attributes of the products of missions.

PRISMA: ASI, PRISMA Products Specification (2020); prismaread, EnMAP-Box, HyPySuite. EMIT: the writer of emit-sds;
emit_tools. EnMAP and DESIS: DLR's product specifications; EnPT, EnMAP-Box, SNAP; the flags of DESIS as four
readers take them. AVIRIS: three readers of its netCDF
files. Hyperion: USGS, EO-1 user guide. The values are random, so that nothing is right by chance.
"""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.transform import Affine

UTM = CRS.from_epsg(32633)
PLACE = Affine(30, 0, 500_000, 0, -30, 4_600_000)


def make_prisma(path: Path, rng: np.random.Generator, *, level: str = "L2D", shape: tuple[int, int] = (7, 5)) -> Path:
    """Write VNIR of 4 bands and SWIR of 3, wavelengths descending, one band of VNIR without a wavelength."""
    rows, cols = shape
    lengths = {"Vnir": [990.0, 860.0, 550.0, 0.0], "Swir": [1600.0, 1000.0, 950.0]}
    with h5py.File(path, "w") as file:
        fields = file.create_group(f"HDFEOS/SWATHS/PRS_{level}_HCO/Data Fields")
        for name, centres in lengths.items():
            count = len(centres)
            fields[f"{name.upper()}_Cube"] = rng.integers(1, 65535, (rows, count, cols), np.uint16)
            errors = f"{name.upper()}_PIXEL_{'SAT' if level == 'L1' else 'L2'}_ERR_MATRIX"
            fields[errors] = np.zeros((rows, count, cols), np.uint8)
            file.attrs[f"List_Cw_{name}"] = np.array(centres, np.float32)
            file.attrs[f"List_Fwhm_{name}"] = np.array([0 if centre == 0 else 10 + centre / 1000 for centre in centres])
            file.attrs[f"List_Cw_{name}_Flags"] = np.array([int(centre > 0) for centre in centres], np.int8)
            file.attrs[f"L2Scale{name}Min"] = np.float32(0.01 if name == "Vnir" else 0.0)
            file.attrs[f"L2Scale{name}Max"] = np.float32(0.9 if name == "Vnir" else 1.2)
            file.attrs[f"ScaleFactor_{name}"] = np.float32(100)
            file.attrs[f"Offset_{name}"] = np.float32(0.5)
        file.attrs["Epsg_Code"] = np.int32(32633)
        file.attrs["Product_ULcorner_easting"] = PLACE.c + 15
        file.attrs["Product_ULcorner_northing"] = PLACE.f - 15
    return path


def make_emit(path: Path, rng: np.random.Generator, *, glt: bool = True, bands: int = 6) -> Path:
    """Write 9 x 4 pixels of the sensor, turned by a quarter on the map of 4 x 10; one column of the map is empty."""
    with h5py.File(path, "w") as file:
        cube = rng.uniform(0, 0.6, (9, 4, bands)).astype(np.float32)
        cube[..., 2] = -0.01  # a water band
        cube[5, 1] = -9999
        file["reflectance"] = cube
        file["reflectance"].attrs["_FillValue"] = np.array([-9999], np.float32)
        file["sensor_band_parameters/wavelengths"] = np.linspace(400, 900, bands, dtype=np.float32)
        file["sensor_band_parameters/fwhm"] = np.full(bands, 8.5, np.float32)
        file["sensor_band_parameters/good_wavelengths"] = (np.arange(bands) != 2).astype(np.float32)
        if glt:
            across, along = np.zeros((4, 10), np.int32), np.zeros((4, 10), np.int32)
            for row in range(4):
                for col in range(9):
                    across[row, col], along[row, col] = row + 1, -(9 - col)
            file["location/glt_x"], file["location/glt_y"] = across, along
            file.attrs["geotransform"] = np.array([12.0, 0.0005, 0, 43.0, 0, -0.0005])
            file.attrs["spatial_ref"] = CRS.from_epsg(4326).to_wkt()
    return path


def make_emit_mask(path: Path) -> Path:
    """Write the mask product of `make_emit`: the pixel (3, 2) of the sensor is cloud, (0, 0) water."""
    mask = np.zeros((9, 4, 4), np.float32)
    mask[3, 2, 0], mask[0, 0, 1], mask[..., 2], mask[3, 2, 3] = 1, 1, 0.2, 1
    names = ["Cloud flag", "Water flag", "AOD550", "Aggregate Flag"]
    with h5py.File(path, "w") as file:
        file["mask"] = mask
        file["sensor_band_parameters/mask_bands"] = np.array(names, h5py.string_dtype())
    return path


def make_aviris(path: Path, rng: np.random.Generator, *, stated: bool = False) -> Path:
    """Write reflectance of 5 bands, bands first, on a map of 6 x 4; one pixel is fill."""
    with h5py.File(path, "w") as file:
        cube = rng.uniform(0, 0.6, (5, 6, 4)).astype(np.float32)
        cube[:, 2, 3] = -9999
        file["reflectance/reflectance"] = cube
        file["reflectance/reflectance"].attrs["_FillValue"] = np.float32(-9999)
        file["reflectance/wavelength"] = np.linspace(380, 2500, 5)
        file["reflectance/fwhm"] = np.full(5, 7.4)
        file["easting"] = PLACE.c + 15 + 30 * np.arange(4.0)
        file["northing"] = PLACE.f - 15 - 30 * np.arange(6.0)
        mapping = file.create_dataset("transverse_mercator", data=np.int32(0))
        mapping.attrs["crs_wkt"] = UTM.to_wkt()
        if stated:
            mapping.attrs["GeoTransform"] = " ".join(map(str, PLACE.to_gdal()))
    return path


def make_raster(path: Path, values: np.ndarray, **profile: Any) -> Path:
    """Write values, shape (bands, rows, cols)."""
    bands, rows, cols = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=cols, count=bands, dtype=values.dtype, crs=UTM, transform=PLACE,
        **profile,
    ) as sink:  # fmt: skip
        sink.write(values)
    return path


def make_enmap(folder: Path, rng: np.random.Generator, *, level: str = "L2A") -> Path:
    """Write 5 bands, three of VNIR and two of SWIR; channel 4 is not expected; two layers mark a pixel each.

    Channel 5 of the mask of defective pixels marks (2, 2), channel 4 (3, 1).
    """
    folder.mkdir()
    name = f"ENMAP01-____{level}-DT0000001867_20220724T104526Z_008_V010302_20230628T165614Z"
    values = rng.integers(-50, 10_000, (5, 6, 4), np.int16)
    values[:, 0, 0] = -32768
    if level == "L1B":
        make_raster(folder / f"{name}-SPECTRAL_IMAGE_VNIR.TIF", values[:3], nodata=-32768)
        make_raster(folder / f"{name}-SPECTRAL_IMAGE_SWIR.TIF", values[3:], nodata=-32768)
    else:
        make_raster(folder / f"{name}-SPECTRAL_IMAGE.TIF", values, nodata=-32768)
    defective = np.zeros((5, 6, 4), np.uint8)
    defective[4, 2, 2] = defective[3, 3, 1] = 1
    for part, bands in (
        {"_VNIR": slice(0, 3), "_SWIR": slice(3, 5)}.items() if level == "L1B" else {"": slice(5)}.items()
    ):
        make_raster(folder / f"{name}-QL_PIXELMASK{part}.TIF", defective[bands], nodata=255)
    for layer, at in {"CLOUD": (1, 1), "HAZE": (5, 3)}.items():
        flags = np.zeros((1, 6, 4), np.uint8)
        flags[0, at[0], at[1]] = 1
        make_raster(folder / f"{name}-QL_QUALITY_{layer}.TIF", flags)
    bands = "".join(
        f'<bandID number="{band + 1}"><wavelengthCenterOfBand>{centre}</wavelengthCenterOfBand><FWHMOfBand>{6 + band}'
        f"</FWHMOfBand><GainOfBand>{gain}</GainOfBand><OffsetOfBand>{0.001 * band}</OffsetOfBand></bandID>"
        for band, (centre, gain) in enumerate(
            zip((420.5, 650, 990, 980, 2200), (1e-4, 1e-4, 1e-4, 1e-4, 2e-4), strict=True)
        )
    )
    (folder / f"{name}-METADATA.XML").write_text(
        f"<level_X><specific><bandCharacterisation>{bands}</bandCharacterisation><backgroundValue>-32768"
        "</backgroundValue><vnirProductQuality><expectedChannelsList>1,2,3</expectedChannelsList></vnirProductQuality>"
        "<swirProductQuality><expectedChannelsList>5</expectedChannelsList></swirProductQuality></specific></level_X>",
        encoding="utf-8",
    )
    return folder


def make_desis(folder: Path, rng: np.random.Generator) -> Path:
    """Write 3 bands; the bands of the interior orientation are not those of the spectrum.

    Band b of the ten of the quality raster, b counted from 0, marks the pixel (b // 4, b % 4); the last two are not
    flags.
    """
    folder.mkdir()
    name = "DESIS-HSI-L2A-DT0325062848_002-20190901T121413-V0213"
    make_raster(folder / f"{name}-SPECTRAL_IMAGE.tif", rng.integers(0, 9000, (3, 5, 4), np.int16), nodata=-32768)
    flags = np.zeros((10, 5, 4), np.int16)
    flags[range(8), [band // 4 for band in range(8)], [band % 4 for band in range(8)]] = 1
    flags[8:] = 42
    make_raster(folder / f"{name}-QL_QUALITY-2.tif", flags)
    bands = "".join(
        f"<band><bandNumber>{band + 1}</bandNumber><wavelengthWidthOfBand>3.5</wavelengthWidthOfBand>"
        f"<wavelengthCenterOfBand>{402.8 + 2.5 * band}</wavelengthCenterOfBand><gainOfBand>0.0001</gainOfBand>"
        "<offsetOfBand>0</offsetOfBand><response>1,2,1</response></band>"
        for band in range(3)
    )
    (folder / f"{name}-METADATA.xml").write_text(
        "<hsi_doc><specific><interiorOrientation><band><bandNumber>1</bandNumber></band></interiorOrientation>"
        f"<bandCharacterisation>{bands}</bandCharacterisation></specific></hsi_doc>",
        encoding="utf-8",
    )
    return folder


def make_hyperion(folder: Path, rng: np.random.Generator) -> Path:
    """Write bands 7, 20, 40, 78 and 100; one pixel lies outside of the swath, one is dark in the SWIR."""
    folder.mkdir()
    name = "EO1H0150332013100110KF"
    for band in (7, 20, 40, 78, 100):
        values = rng.integers(1, 9000, (1, 6, 4), np.int16)
        values[0, 0, 0] = 0
        values[0, 3, 2] = 0 if band > 70 else 12
        make_raster(folder / f"{name}_B{band:03d}_L1T.TIF", values)
    (folder / f"{name}_MTL_L1T.TXT").write_text(
        "GROUP = L1_METADATA_FILE\n  GROUP = RADIANCE_SCALING\n    SCALING_FACTOR_VNIR = 40\n"
        "    SCALING_FACTOR_SWIR = 80\n"
        "  END_GROUP = RADIANCE_SCALING\nEND_GROUP = L1_METADATA_FILE\nEND\n",
        encoding="utf-8",
    )
    return folder
