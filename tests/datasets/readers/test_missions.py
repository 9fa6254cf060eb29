"""Products of missions open by the name of their file or folder; every value is compared with one read apart."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from hsclass.datasets import open_scene
from hsclass.datasets.companions import companion_files
from hsclass.datasets.inspecting import inspect_files
from hsclass.datasets.readers import open_cube
from hsclass.errors import DataError
from hsclass.predict.opening import open_pixels
from tests.datasets.readers.products import (
    PLACE,
    UTM,
    make_aviris,
    make_desis,
    make_emit,
    make_emit_mask,
    make_enmap,
    make_hyperion,
    make_prisma,
    make_raster,
)

RNG = np.random.default_rng(17)
HCO = "HDFEOS/SWATHS/PRS_{}_HCO/Data Fields/"


def values_of(path: Path, rows: slice = slice(None), **options: object) -> tuple[np.ndarray, np.ndarray]:
    """Return measured values and validity of all rows, read in two strips."""
    cube = open_cube(path, **options)  # type: ignore[arg-type]
    half = cube.shape[0] // 2
    parts = [cube.strip(part).read(part) for part in (slice(0, half), slice(half, cube.shape[0]))]
    values, valid = (np.concatenate([part[which] for part in parts]) for which in (0, 1))
    return values[rows], valid[rows]


def test_prisma_has_ascending_wavelengths_of_both_spectrometers_and_reflectance(tmp_path: Path) -> None:
    path = make_prisma(tmp_path / "PRS_L2D_STD_20200101_0001.he5", RNG)
    with h5py.File(path, "r+") as file:
        fields = file[HCO.format("L2D")]
        fields["VNIR_PIXEL_L2_ERR_MATRIX"][1, 0, 2] = 1  # of 990 nm
        fields["VNIR_PIXEL_L2_ERR_MATRIX"][2, 3, 2] = 1  # of the band without a wavelength
        fields["SWIR_PIXEL_L2_ERR_MATRIX"][4, 1, 0] = 2
        for name in ("VNIR_Cube", "SWIR_Cube"):
            fields[name][6, :, 4] = 0
        fields["SWIR_Cube"][0, :, 0] = 0  # dark in SWIR, as water
        vnir, swir = (np.moveaxis(fields[name][...], 1, 2) for name in ("VNIR_Cube", "SWIR_Cube"))
    cube = open_cube(path)
    assert cube.shape == (7, 5, 6)
    np.testing.assert_allclose(cube.wavelengths, [550, 860, 950, 990, 1000, 1600])
    np.testing.assert_allclose(cube.fwhm, [10.55, 10.86, 10.95, 10.99, 11, 11.6])
    assert (cube.grid.crs, cube.grid.transform) == (UTM, PLACE)
    values, valid = values_of(path)
    reflectance = [
        0.01 + vnir[..., 2] * 0.89 / 65535, 0.01 + vnir[..., 1] * 0.89 / 65535, swir[..., 2] * 1.2 / 65535,
        0.01 + vnir[..., 0] * 0.89 / 65535, swir[..., 1] * 1.2 / 65535, swir[..., 0] * 1.2 / 65535,
    ]  # fmt: skip
    np.testing.assert_allclose(values, np.stack(reflectance, axis=2), atol=2e-6)
    assert np.argwhere(~valid).tolist() == [[1, 2], [6, 4]]
    assert np.argwhere(~values_of(path, quality=["negative"])[1]).tolist() == [[4, 0], [6, 4]]
    with pytest.raises(DataError, match="has no quality layer 'cloud'; it has invalid, negative, saturated"):
        open_cube(path, quality=["cloud"])


def test_prisma_flags_bad_bands_and_level_1_is_radiance_without_a_grid(tmp_path: Path) -> None:
    path = make_prisma(tmp_path / "PRS_L1_STD.he5", RNG, level="L1")
    with h5py.File(path, "r+") as file:
        file.attrs["List_Cw_Swir_Flags"] = np.array([0, 1, 1], np.int8)
        file[HCO.format("L1")]["SWIR_PIXEL_SAT_ERR_MATRIX"][3, 1, 3] = 1
        vnir = file[HCO.format("L1")]["VNIR_Cube"][...]
    cube = open_cube(path)
    assert cube.good.tolist() == [0, 1, 2, 3, 4]
    assert cube.grid.transform is None
    values, valid = values_of(path)
    np.testing.assert_allclose(values[..., 0], vnir[:, 2] / 100 - 0.5, rtol=1e-6)
    assert np.argwhere(~valid).tolist() == [[3, 3]]


def test_emit_is_orthorectified_by_its_table(tmp_path: Path) -> None:
    path = make_emit(tmp_path / "EMIT_L2A_RFL_001_20230101T000000_2300101_001.nc", RNG)
    make_emit_mask(tmp_path / "EMIT_L2A_MASK_001_20230101T000000_2300101_001.nc")
    with h5py.File(path) as file:
        sensor = file["reflectance"][...]
    turned = np.full((4, 10, 6), -9999, np.float32)
    for row in range(4):
        for col in range(9):
            turned[row, col] = sensor[8 - col, row]
    cube = open_cube(path)
    assert cube.shape == (4, 10, 6)
    assert cube.grid.crs.to_epsg() == 4326  # type: ignore[union-attr]
    assert cube.grid.transform == Affine(0.0005, 0, 12, 0, -0.0005, 43)
    assert cube.good.tolist() == [0, 1, 3, 4, 5]
    np.testing.assert_array_equal(cube.stored(), turned)
    np.testing.assert_array_equal(
        cube.strip(slice(1, 3), np.array([4, 0])).read(slice(1, 3))[0], turned[1:3][..., [4, 0]]
    )
    thumbnail, shown = cube.thumbnail(np.array([1]), 3)
    np.testing.assert_array_equal(thumbnail, turned[::3, ::3, [1]])
    lost = [[0, 9], [1, 3], [1, 9], [2, 9], [3, 9]]  # without a pixel of the sensor, and (5, 1), which holds the fill
    assert np.argwhere(~values_of(path)[1]).tolist() == lost
    assert shown[:, 0].all()
    assert np.argwhere(~values_of(path, quality=["cloud", "water"])[1]).tolist() == sorted([*lost, [2, 5], [0, 8]])
    assert cube.quality == {"cloud": False, "water": False, "aggregate": False}
    assert [file.name[:13] for file in companion_files(path)] == ["EMIT_L2A_MASK"]


def test_emit_without_a_table_or_a_mask(tmp_path: Path) -> None:
    path = make_emit(tmp_path / "EMIT_L2A_RFL_1.nc", RNG, glt=False)
    cube = open_cube(path)
    assert (cube.shape, cube.grid.transform) == ((9, 4, 6), None)
    with h5py.File(path) as file:
        np.testing.assert_array_equal(cube.stored(), file["reflectance"][...])
    with pytest.raises(DataError, match="'quality' asks for cloud, but the mask product"):
        open_cube(path, quality=["cloud"])


@pytest.mark.parametrize("stated", [False, True])
def test_aviris_lies_where_its_coordinates_or_its_mapping_say(tmp_path: Path, stated: bool) -> None:
    path = make_aviris(tmp_path / "AV320231008t164806_L2A_RFL.nc", RNG, stated=stated)
    cube = open_cube(path)
    with h5py.File(path) as file:
        np.testing.assert_array_equal(cube.stored(), np.moveaxis(file["reflectance/reflectance"][...], 0, 2))
    assert (cube.grid.crs, cube.grid.transform) == (UTM, PLACE)
    assert np.argwhere(~values_of(path)[1]).tolist() == [[2, 3]]


def test_enmap_folder_metadata_and_image_are_one_product(tmp_path: Path) -> None:
    folder = make_enmap(tmp_path / "scene", RNG)
    image, metadata = next(folder.glob("*IMAGE.TIF")), next(folder.glob("*.XML"))
    with rasterio.open(image) as source:
        stored = np.moveaxis(source.read(), 0, 2)
    for path in (folder, image, metadata):
        cube = open_cube(path)
        assert cube.shape == (6, 4, 5)
        assert cube.good.tolist() == [0, 1, 2, 4]
        np.testing.assert_allclose(cube.wavelengths, [420.5, 650, 990, 980, 2200])
        np.testing.assert_allclose(cube.fwhm, [6, 7, 8, 9, 10])
        values, valid = values_of(path)
        gains, offsets = np.array([1, 1, 1, 1, 2]) * 1e-4, np.arange(5) * 1e-3
        np.testing.assert_allclose(values[valid], (stored * gains + offsets)[valid], atol=1e-6)
        assert np.argwhere(~valid).tolist() == [[0, 0]]
    assert np.argwhere(~values_of(folder, quality=["cloud"])[1]).tolist() == [[0, 0], [1, 1]]
    assert np.argwhere(~values_of(folder, quality=["defective"])[1]).tolist() == [[0, 0], [2, 2]]
    shown = open_cube(folder, quality=["defective"]).thumbnail(np.array([0]), 1)[1]
    assert np.argwhere(~shown).tolist() == [[0, 0], [2, 2]]
    assert len(companion_files(image)) == len(companion_files(metadata)) == 4
    warnings = inspect_files([folder])[0].warnings
    assert any("the quality layers cloud, haze, defective mark count as data" in warning for warning in warnings)


def test_enmap_as_the_download_service_names_it(tmp_path: Path) -> None:
    folder = make_enmap(tmp_path / "scene", RNG)
    plain, valid = values_of(folder, quality=["cloud", "defective"])
    for file in list(folder.glob("*.TIF")):
        file.rename(file.with_name(file.name.replace(".TIF", "_COG.tiff" if "QL" in file.name else "_COG.TIF")))
    for path in (folder, next(folder.glob("*IMAGE_COG.TIF"))):
        values, found = values_of(path, quality=["cloud", "defective"])
        np.testing.assert_array_equal(found, valid)
        np.testing.assert_array_equal(values, plain)
    assert len(companion_files(next(folder.glob("*IMAGE_COG.TIF")))) == 4


def test_enmap_mask_of_other_bands_is_refused(tmp_path: Path) -> None:
    folder = make_enmap(tmp_path / "scene", RNG)
    make_raster(next(folder.glob("*PIXELMASK*")), np.zeros((4, 6, 4), np.uint8))
    with pytest.raises(DataError, match=r"PIXELMASK.TIF: is \(6, 4\) pixels of 4 bands; expected \(6, 4\) and 5"):
        open_cube(folder, quality=["defective"]).mask()


def test_enmap_level_1b_is_read_by_spectrometer(tmp_path: Path) -> None:
    folder = make_enmap(tmp_path / "scene", RNG, level="L1B")
    with pytest.raises(
        DataError, match=r"not coregistered; name one of its images, ENMAP.*_VNIR\.TIF or ENMAP.*_SWIR\.TIF"
    ):
        open_cube(folder)
    np.testing.assert_allclose(open_cube(next(folder.glob("*IMAGE_VNIR.TIF"))).wavelengths, [420.5, 650, 990])
    swir = folder / next(folder.glob("*IMAGE_SWIR.TIF"))
    np.testing.assert_allclose(open_cube(swir).wavelengths, [980, 2200])
    assert np.argwhere(~open_cube(swir, quality=["defective"]).mask()).tolist() == [[2, 2]]


def test_desis_reads_the_bands_of_the_spectrum(tmp_path: Path) -> None:
    cube = open_cube(make_desis(tmp_path / "scene", RNG))
    np.testing.assert_allclose(cube.wavelengths, [402.8, 405.3, 407.8])
    np.testing.assert_allclose(cube.fwhm, 3.5)
    assert cube.factor == 1e-4


def test_desis_flags_of_level_2a_are_quality_layers(tmp_path: Path) -> None:
    folder = make_desis(tmp_path / "scene", RNG)
    layers = ["shadow", "land", "snow", "haze", "cloud", "water"]
    assert open_cube(folder).quality == dict.fromkeys(layers, False)
    marked = {
        "shadow": [[0, 0]],
        "snow": [[0, 2]],
        "haze": [[0, 3], [1, 0]],
        "cloud": [[1, 1], [1, 2]],
        "water": [[1, 3]],
    }
    for name, pixels in marked.items():
        assert np.argwhere(~values_of(folder, quality=[name])[1]).tolist() == pixels
    next(folder.glob("*QUALITY-2*")).unlink()
    with pytest.raises(DataError, match="has no quality layer 'cloud'; it has none"):
        open_cube(folder, quality=["cloud"])


def test_metadata_without_bands_and_packed_products_are_named(tmp_path: Path) -> None:
    folder = make_desis(tmp_path / "scene", RNG)
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", folder)
    with pytest.raises(DataError, match=r"packed\.zip: is an archive; .* unpack it"):
        open_cube(Path(packed))
    next(folder.glob("*.xml")).write_text("<hsi_doc/>", encoding="utf-8")
    with pytest.raises(DataError, match=r"cannot be understood \(no bandCharacterisation in DESIS.*METADATA\.xml\)"):
        open_cube(folder)


def test_hyperion_is_a_stack_of_its_bands(tmp_path: Path) -> None:
    folder = make_hyperion(tmp_path / "scene", RNG)
    cube = open_cube(folder)
    # Published centres of the bands 7, 20, 40, 78 and 100.
    np.testing.assert_allclose(cube.wavelengths, [416.64, 548.92, 752.43, 922.54, 1144.48], atol=0.06)
    assert cube.good.tolist() == [1, 2, 3, 4]
    np.testing.assert_allclose(cube.scale, [1 / 40, 1 / 40, 1 / 40, 1 / 80, 1 / 80])
    for place, band in enumerate((7, 20, 40, 78, 100)):
        with rasterio.open(next(folder.glob(f"*_B{band:03d}_L1T.TIF"))) as source:
            np.testing.assert_array_equal(cube.stored()[..., place], source.read(1))
    assert np.argwhere(~values_of(folder)[1]).tolist() == [[0, 0]]
    assert cube.thumbnail(np.array([1, 4]), 2)[0].shape == (3, 2, 2)


def test_product_is_a_scene_a_cube_of_a_descriptor_and_can_be_mapped(tmp_path: Path) -> None:
    folder = make_enmap(tmp_path / "scene", RNG)
    described = tmp_path / "potsdam.yaml"
    described.write_text("cube: {path: scene, quality: [haze]}\nname: potsdam\n", encoding="utf-8")
    scene = open_scene(described, folder=tmp_path / "fetched")
    assert (~scene.mask).sum() == 2
    assert scene.shape == (6, 4, 4)
    plain = open_scene(folder)
    assert (~plain.mask).sum() == 1
    np.testing.assert_array_equal(plain.cube[scene.mask], scene.cube[scene.mask])
    pixels = open_pixels(folder)
    values, valid, _ = pixels.cube.strip(slice(0, 6)).read(slice(0, 6))
    np.testing.assert_array_equal(values[valid], plain.cube[valid])
    assert len(pixels.identity["files"]) == 5


def test_damaged_product_and_foreign_folder_are_one_sentence(tmp_path: Path) -> None:
    path = make_prisma(tmp_path / "a.he5", RNG)
    with h5py.File(path, "r+") as file:
        del file.attrs["List_Fwhm_Swir"]
    with pytest.raises(DataError, match=r"a\.he5: is taken for a product of PRISMA.*no attribute 'List_Fwhm_Swir'"):
        open_cube(path)
    assert open_cube(path, key=HCO.format("L2D") + "VNIR_Cube").shape == (7, 4, 5)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"empty: is a folder, but not of one product of PRISMA"):
        open_cube(tmp_path / "empty")
    np.save(tmp_path / "cube.npy", np.zeros((2, 3, 4), np.int16))
    with pytest.raises(DataError, match="has no quality layers"):
        open_cube(tmp_path / "cube.npy", quality=["cloud"])
    metadata = next(make_enmap(tmp_path / "cut", RNG).glob("*.XML"))
    metadata.write_text(metadata.read_text(encoding="utf-8")[:200], encoding="utf-8")
    with pytest.raises(
        DataError, match=r"is taken for a product of EnMAP .* cannot be understood \(no element found|unclosed"
    ):
        open_cube(metadata.parent)


def test_unknown_product_lists_its_arrays_and_is_read_by_key_axes_and_table(tmp_path: Path) -> None:
    path = tmp_path / "other.nc"
    sensor = RNG.uniform(0, 1, (3, 2, 4)).astype(np.float32)
    with h5py.File(path, "w") as file:
        file["data/rfl"], file["data/uncertainty"] = sensor, sensor
        file["map/x"] = np.array([[1, 2, 0], [-2, 1, 1]], np.int16)
        file["map/y"] = np.array([[3, 1, 0], [2, 1, 2]], np.int16)
    with pytest.raises(DataError, match=r"2 variables that could be a cube.*data/rfl \(3, 2, 4\), data/uncertainty"):
        open_cube(path)
    np.testing.assert_array_equal(open_cube(path, key="data/rfl").stored(), sensor)
    np.testing.assert_array_equal(open_cube(path, key="data/rfl", axes="bands cols rows").stored(), sensor.T)
    placed = open_cube(path, key="data/rfl", glt=["map/x", "map/y"])
    assert placed.shape == (2, 3, 4)
    expected = [[sensor[2, 0], sensor[0, 1], np.full(4, np.nan)], [sensor[1, 1], sensor[0, 0], sensor[1, 0]]]
    np.testing.assert_array_equal(placed.stored(), expected)
    with pytest.raises(DataError, match="that do not fit"):
        open_cube(path, key="data/uncertainty", glt=["map/y", "map/x"])
    described = tmp_path / "other.yaml"
    described.write_text("cube: {path: other.nc, key: data/rfl, glt: [map/x, map/y]}\n", encoding="utf-8")
    scene = open_scene(described, folder=tmp_path / "fetched")
    assert np.argwhere(~scene.mask).tolist() == [[0, 2]]
