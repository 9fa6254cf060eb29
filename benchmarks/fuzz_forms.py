"""The forms of files that `benchmarks/fuzz.py` damages: how to make a small good one, and how it is read."""

import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
from tests.datasets.readers import products

ROWS, COLS, BANDS = 6, 5, 4
Read = Callable[[Path], object]


@dataclass(frozen=True)
class Form:
    """A form of files: how to make a good one in a folder, which files of it to damage, and how it is read."""

    make: Callable[[Path], None]
    name: str
    read: Read


class Trap:
    """Leaves a file behind where it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> Any:
        return Path.touch, (self.folder / "sprung",)


def cube() -> np.ndarray:
    return np.arange(1, ROWS * COLS * BANDS + 1, dtype=np.int16).reshape(ROWS, COLS, BANDS)


def labels() -> np.ndarray:
    return np.repeat(np.array([[1, 1, 2, 0, 3]], np.uint8), ROWS, axis=0)


def read_cube(path: Path) -> object:
    from hsclass.datasets.bands import prepare_scene
    from hsclass.datasets.descriptor import Descriptor
    from hsclass.datasets.inspecting import inspect_files
    from hsclass.datasets.readers import open_cube

    inspect_files([path])
    descriptor = Descriptor(name="fuzzed", cube=[{"path": str(path)}], labels=[])
    return prepare_scene(open_cube(path, ndim=3), descriptor, name="fuzzed")


def read_product(path: Path) -> object:
    """Read the product that a damaged file is part of, as a scene."""
    from hsclass.datasets.bands import prepare_scene
    from hsclass.datasets.descriptor import Descriptor
    from hsclass.datasets.inspecting import inspect_files
    from hsclass.datasets.readers import open_cube

    suffixed = path.suffix in {".he5", ".nc"} and "_MASK_" not in path.name
    main = path if suffixed else path.with_name("EMIT_L2A_RFL_001.nc") if path.suffix == ".nc" else path.parent
    inspect_files([main])
    layers = {"emit": ["cloud"], "enmap": ["cloud", "defective"], "desis": ["cloud"]}.get(path.parent.name)
    descriptor = Descriptor(name="fuzzed", cube=[{"path": str(main), "quality": layers}], labels=[])
    return prepare_scene(open_cube(main, ndim=3, quality=layers), descriptor, name="fuzzed")


def read_reference(path: Path) -> object:
    from rasterio.crs import CRS
    from rasterio.transform import Affine

    from hsclass.datasets.build import read_labels
    from hsclass.datasets.inspecting import inspect_files
    from hsclass.raster import Grid

    inspect_files([path])
    grid = Grid(CRS.from_epsg(32633), Affine(30, 0, 1000, 0, -30, 5000))
    return read_labels(path, {"key": None}, grid, (ROWS, COLS), ())


def read_masks(path: Path) -> object:
    from hsclass.audit import audit_split, open_input

    opened = open_input(path, "rest", labels=path.with_name("labels.tif"))
    return audit_split(opened.split, opened.samples, window=1)


def read_split_file(path: Path) -> object:
    from hsclass.audit import audit_split, open_input

    opened = open_input(path)
    return audit_split(opened.split, opened.samples, window=1)


def read_image_split(path: Path) -> object:
    from hsclass.samples.images import read_index
    from hsclass.split import read_split

    return read_split(path.with_suffix(".csv"), read_index(path.with_name("index.csv")))


def read_image_index(path: Path) -> object:
    from hsclass.samples.images import read_index

    found = read_index(path.with_suffix(".csv"))
    return found.targets, found.labels, found.identity


def read_image_folder(path: Path) -> object:
    from hsclass.datasets.build_images import build_images
    from hsclass.datasets.fetch import fetch

    folder, data = path.parent.parent, path.parent.parent.with_name("data")
    fetch(folder, data)
    return build_images(folder, folder=data)


def read_list(path: Path) -> object:
    from hsclass.datasets.lists import read_lists

    return read_lists({"train": path}, path.parent, {"a/1.png": ("a",), "b/2.png": ("b",)})


def read_model(path: Path) -> object:
    from hsclass.models.trained import TrainedModel

    trained = TrainedModel.load(path.parent)
    return trained.predict_proba(cube()[:2].astype(np.float32)) if hasattr(trained, "predict_proba") else trained


def read_descriptor(path: Path) -> object:
    from hsclass.datasets.listing import load_descriptor

    return load_descriptor(path)


def read_experiment(path: Path) -> object:
    from hsclass.experiment import load_experiment

    return [run.folder for run in load_experiment(path).runs()]


def read_map(path: Path) -> object:
    from hsclass.assess.files import evaluate_file

    return evaluate_file(path, path.with_name("split.tif"))


def read_scene_folder(path: Path) -> object:
    from hsclass.datasets.opening import open_scene

    return open_scene(path.parent)


def geotiffs(folder: Path) -> None:
    from rasterio.crs import CRS
    from rasterio.transform import Affine

    from hsclass.raster import Grid
    from hsclass.scene import LandCover, Scene, write_classes, write_scene
    from hsclass.split import Split, write_split

    grid = Grid(CRS.from_epsg(32633), Affine(30, 0, 1000, 0, -30, 5000))
    classes = tuple(LandCover(identity, f"class {identity}", (identity, 0, 0)) for identity in (1, 2, 3))
    wavelengths = np.array([450.0, 550, 650, 850])
    mask = np.ones((ROWS, COLS), bool)
    write_scene(Scene("fuzzed", cube(), labels(), wavelengths, mask, classes, grid=grid), folder)
    write_classes(folder / "map.tif", labels(), classes=classes, grid=grid)
    roles = np.where(labels() > 0, 3, 0).astype(np.uint8)
    roles[:3] //= 3
    write_split(Split(roles, 1, "fixed", 0, {}, True, grid=grid), folder / "split.tif", labels_file="labels.tif")
    write_classes(folder / "mask.tif", np.where(roles == 1, labels(), 0), classes=classes, grid=grid)


def envi(folder: Path) -> None:
    (folder / "scene.img").write_bytes(cube().transpose(2, 0, 1).astype("<i2").tobytes())
    (folder / "scene.hdr").write_text(
        f"ENVI\ndescription = {{a scene}}\nsamples = {COLS}\nlines = {ROWS}\nbands = {BANDS}\nheader offset = 0\n"
        "file type = ENVI Standard\ndata type = 2\ninterleave = bsq\nbyte order = 0\nwavelength units = Nanometers\n"
        "wavelength = {450, 550.5, 650, 850}\nfwhm = {5, 5, 5, 6}\nbbl = {1, 1, 1, 1}\ndata ignore value = -9999\n"
        "map info = {UTM, 1, 1, 1000, 5000, 30, 30, 33, North, WGS-84, units=Meters}\nreflectance scale factor = 1e4\n"
    )


def erdas(folder: Path) -> None:
    head = bytearray(128)
    head[:6] = b"HEAD74"
    head[6:8], head[8:10] = (2).to_bytes(2, "little"), BANDS.to_bytes(2, "little")
    head[16:20], head[20:24] = COLS.to_bytes(4, "little"), ROWS.to_bytes(4, "little")
    (folder / "scene.lan").write_bytes(bytes(head) + cube().transpose(0, 2, 1).astype("<i2").tobytes())


def arrays(folder: Path) -> None:
    import h5py
    from scipy.io import netcdf_file, savemat
    from scipy.sparse import csc_matrix

    np.save(folder / "scene.npy", cube())
    np.save(folder / "labels.npy", labels())
    np.savez_compressed(folder / "scene.npz", data=cube(), gt=labels())
    np.save(folder / "trap.npy", np.array([Trap(folder)], object), allow_pickle=True)
    np.savez(folder / "trap.npz", data=np.array([Trap(folder)], object), allow_pickle=True)
    (folder / "pickled.npy").write_bytes(pickle.dumps(Trap(folder)))
    savemat(folder / "scene.mat", {"data": cube(), "s": {"gt": labels(), "name": "text"}}, do_compression=True)
    savemat(folder / "labels.mat", {"gt": csc_matrix(labels().astype(float))})
    for name in ("scene.he5", "scene73.mat"):
        with h5py.File(folder / name, "w", userblock_size=512 if name.endswith(".mat") else 0) as file:
            file.create_dataset("HDFEOS/data", data=cube(), chunks=(2, COLS, BANDS), compression="gzip")
            file["wavelengths"] = np.array([450.0, 550, 650, 850])
            file.attrs["title"] = "a scene"
    with netcdf_file(folder / "scene.nc", "w") as file:
        for name, size in (("band", BANDS), ("y", ROWS), ("x", COLS)):
            file.createDimension(name, size)
        file.createVariable("radiance", "i2", ("band", "y", "x"))[:] = cube().transpose(2, 0, 1)
    sides = {"y": ROWS, "x": COLS, "wavelength": BANDS}
    with netcdf_file(folder / "named.nc", "w") as file:
        for name, size in sides.items():
            file.createDimension(name, size)
            file.createVariable(name, "f4", (name,))[:] = np.arange(1, size + 1)
        file.createVariable("radiance", "i2", tuple(sides))[:] = cube()
    with h5py.File(folder / "scales.nc", "w") as file:
        file["radiance"] = cube()
        for place, (name, size) in enumerate(sides.items()):
            file[name] = np.arange(1.0, size + 1)
            file[name].make_scale(name)
            file["radiance"].dims[place].attach_scale(file[name])


def pictures(folder: Path) -> None:
    from PIL import Image

    rng = np.random.default_rng(0)
    for number, suffix in enumerate(("png", "jpg", "tif", "webp", "bmp")):
        for kind in ("roof", "water"):
            (folder / "set" / kind).mkdir(parents=True, exist_ok=True)
            pixels = rng.integers(0, 255, (12, 12, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "set" / kind / f"{number}.{suffix}")


def vectors(folder: Path) -> None:
    import pyogrio
    import shapely

    boxes = [shapely.box(1000 + 60 * k, 4900, 1050 + 60 * k, 4990) for k in range(2)]
    for name in ("fields.gpkg", "fields.geojson", "fields.shp", "fields.fgb"):
        pyogrio.raw.write(
            folder / name, geometry=np.array([shapely.to_wkb(box) for box in boxes], object),
            field_data=[np.array(["rye", "oats"])], fields=["crop"], crs="EPSG:32633", geometry_type="Polygon",
        )  # fmt: skip


def texts(folder: Path) -> None:
    (folder / "regions.txt").write_text(
        f"; ENVI Output of ROIs (4.8)\n; Number of ROIs: 2\n; File Dimension: {COLS} x {ROWS}\n;\n; ROI name: rye\n"
        "; ROI rgb value: {0, 205, 0}\n; ROI npts: 2\n; ROI name: oats\n; ROI npts: 1\n;   ID    X    Y\n"
        "     1    1    1\n     2    5    4\n\n     1    2    3\n"
    )
    (folder / "list.csv").write_text("path,class\na/1.png,a\nb/2.png,b\n")
    (folder / "scene.yaml").write_text(
        "title: A scene\ncube: scene.npy\nlabels: {path: labels.npy, unlabelled: [0, .nan]}\nshape: [6, 5, 4]\n"
        "nodata: -9999\ndrop_bands: [3]\nrgb: [2, 1, 0]\nwavelengths: [450, 550, 650, 850]\nscale: 0.0001\n"
        "classes:\n  - {id: 1, name: rye, color: '#aabbcc', pixels: 12}\n  - {id: 2, name: oats, values: [2, 3]}\n"
    )
    sprung = folder / "sprung"
    (folder / "trap.yaml").write_text(f"title: !!python/object/apply:pathlib.Path.touch [{sprung}]\ncube: scene.npy\n")
    (folder / "experiment.yaml").write_text(
        "experiment: fuzzed\nscenes: [indian_pines]\nwindow: 9\nfractions: {train: 0.1, validation: 0.05}\n"
        "seeds: [0, 1]\nsplits: [random, {sampler: blocks}]\nfeatures: [raw]\nmodels:\n  - rf\n"
        "  - {model: svm, name: another, c: 10}\n"
    )


def image_tables(folder: Path) -> None:
    from hsclass.samples.images import ImageRecord, ImageSamples, write_index
    from hsclass.scene import LandCover
    from hsclass.split import Split, write_split

    records = tuple(
        ImageRecord(f"{k % 2}/{k}.png", (f"{k % 2}",), "", (8, 8, 3), f"digest{k}", f"{k:016x}") for k in range(6)
    )
    classes = (LandCover(1, "0", (1, 1, 1)), LandCover(2, "1", (2, 2, 2)))
    images = ImageSamples("six", folder, records, classes)
    write_index(images, folder / "index.csv")
    roles = np.array([1, 1, 3, 3, 2, 0], np.uint8)
    write_split(Split(roles, 1, "random", 0, {}, True), folder / "split.csv", images=images, labels_file="index.csv")


def models(folder: Path) -> None:
    from hsclass.datasets.opening import open_scene
    from hsclass.split import read_split
    from hsclass.training import fit

    geotiffs(folder)
    scene = open_scene(folder)
    split = read_split(folder / "split.tif", scene)
    for name, options in (("rf", {"trees": 3}), ("svm", {}), ("lda", {})):
        fit(scene, split, name, **options).save(folder / name)
        files = [path for path in (folder / name).iterdir() if path.is_file()]
        (folder / name / "parts.list").write_text("\n".join(path.name for path in files))


def missions(folder: Path) -> None:
    rng = np.random.default_rng(0)
    for level in ("L1", "L2D"):
        products.make_prisma(folder / f"PRS_{level}.he5", rng, level=level)
    (folder / "emit").mkdir()
    products.make_emit(folder / "emit/EMIT_L2A_RFL_001.nc", rng)
    products.make_emit_mask(folder / "emit/EMIT_L2A_MASK_001.nc")
    products.make_emit(folder / "EMIT_L1B_RAD_001.nc", rng, glt=False)
    products.make_aviris(folder / "AV3_RFL.nc", rng)
    products.make_enmap(folder / "enmap", rng)
    products.make_desis(folder / "desis", rng)
    products.make_hyperion(folder / "hyperion", rng)


FORMS = [
    *(Form(geotiffs, name, read_cube) for name in ("cube.tif", "map.tif")),
    Form(geotiffs, "labels.tif", read_reference), Form(geotiffs, "cube.tif", read_scene_folder),
    Form(geotiffs, "mask.tif", read_masks), Form(geotiffs, "split.tif", read_split_file),
    Form(geotiffs, "map.tif", read_map), Form(envi, "scene.hdr", read_cube), Form(envi, "scene.img", read_cube),
    Form(erdas, "scene.lan", read_cube),
    *(Form(arrays, name, read_cube) for name in (
        "scene.npy", "scene.npz", "trap.npy", "trap.npz", "pickled.npy", "scene.mat", "scene.he5", "scene73.mat",
        "scene.nc", "named.nc", "scales.nc",
    )),
    *(Form(arrays, name, read_reference) for name in ("labels.npy", "labels.mat", "scene.npz")),
    *(Form(pictures, f"set/roof/{k}.{kind}", read_image_folder)
      for k, kind in enumerate(("png", "jpg", "tif", "webp", "bmp"))),
    *(Form(vectors, name, read_reference) for name in (
        "fields.gpkg", "fields.geojson", "fields.shp", "fields.dbf", "fields.fgb",
    )),
    *(Form(missions, name, read_product) for name in (
        "PRS_L1.he5", "PRS_L2D.he5", "emit/EMIT_L2A_RFL_001.nc", "emit/EMIT_L2A_MASK_001.nc", "EMIT_L1B_RAD_001.nc",
        "AV3_RFL.nc", "enmap/*.XML", "enmap/*.TIF", "desis/*.xml", "desis/*.tif", "hyperion/*.TXT", "hyperion/*.TIF",
    )),
    Form(texts, "regions.txt", read_reference), Form(texts, "list.csv", read_list),
    Form(texts, "scene.yaml", read_descriptor), Form(texts, "trap.yaml", read_descriptor),
    Form(texts, "experiment.yaml", read_experiment),
    Form(image_tables, "index.csv", read_image_index), Form(image_tables, "index.json", read_image_index),
    Form(image_tables, "split.csv", read_image_split), Form(image_tables, "split.json", read_image_split),
    *(Form(models, f"{name}/{part}", read_model) for name in ("rf", "svm", "lda") for part in (
        "model.json", "arrays.npz", "fit_scope.tif", "*",
    )),
]  # fmt: skip
