"""Descriptors: names of the catalogue, files of one's own, and what is wrong in them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hsclass.datasets import catalogue, descriptor_file, load_descriptor
from hsclass.datasets.descriptor import Descriptor, SceneOptions
from hsclass.datasets.image_set import ImageSet
from hsclass.errors import UsageError
from hsclass.options import parse_options

Describe = Callable[..., Path]


def test_catalogue_names_are_those_of_its_files() -> None:
    assert sorted(catalogue("pixels")) == [
        "botswana", "houston_2013", "indian_pines", "ksc", "pavia_centre", "pavia_university", "salinas", "salinas_a",
    ]  # fmt: skip
    assert sorted(catalogue("images")) == ["bigearthnet", "digits", "eurosat", "mnist", "ucmerced"]
    assert sorted(catalogue()) == sorted([*catalogue("pixels"), *catalogue("images")])
    assert all(path.is_file() and path.stem == name for name, path in catalogue().items())


@pytest.mark.parametrize("name", sorted(catalogue("pixels")))
def test_every_descriptor_of_the_catalogue_is_complete(name: str) -> None:
    descriptor = load_descriptor(name)
    assert isinstance(descriptor, Descriptor)
    assert descriptor.name == name
    assert descriptor.title
    assert descriptor.shape is not None
    assert descriptor.licence
    assert len(descriptor.cite) > 50
    assert all(source.sha256 or source.by_hand for source in (*descriptor.cube, *descriptor.labels))
    assert all(not source.is_local for source in (*descriptor.cube, *descriptor.labels))


@pytest.mark.parametrize(
    ("name", "classes", "labelled"),
    [
        ("indian_pines", 16, 10249), ("salinas", 16, 54129), ("salinas_a", 6, 5348), ("pavia_university", 9, 42776),
        ("ksc", 13, 5211), ("botswana", 14, 3248),
    ],
)  # fmt: skip
def test_published_totals_of_labelled_pixels(name: str, classes: int, labelled: int) -> None:
    counts = SceneOptions().cut_counts(load_descriptor(name, kind="pixels"))
    assert len(counts) == classes
    assert sum(counts.values()) == labelled


def test_a_source_may_be_a_path_an_address_a_mapping_or_a_list(describe: Describe, tmp_path: Path) -> None:
    descriptor = load_descriptor(
        describe(cube="sub/../c.mat", labels=["https://a.org/x/y%20z.mat?download=1", {"path": "/l.mat", "key": "k"}])
    )
    assert descriptor.name == "toy"
    assert descriptor.cube[0].path == str(tmp_path / "c.mat")
    address, local = descriptor.labels
    assert (address.file_name, address.is_local) == ("y z.mat", False)
    assert (local.path, local.key, local.is_local) == ("/l.mat", "k", True)


def test_labels_are_optional(describe: Describe) -> None:
    assert load_descriptor(describe(labels=None)).labels == ()


@pytest.mark.parametrize("file", ["gone.yaml", "folder/gone", "gone.yml"])
def test_what_looks_like_a_path_is_said_to_be_missing(file: str) -> None:
    with pytest.raises(UsageError, match=r"no such file; expected a descriptor file \(.yaml\), or a name: botswana"):
        descriptor_file(file, "pixels")


def test_unknown_name_lists_the_valid_ones_and_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        load_descriptor("indianpines", kind="pixels")
    sentence = str(caught.value)
    assert "unknown data set 'indianpines': expected one of botswana, houston_2013, indian_pines, ksc" in sentence
    assert "did you mean 'indian_pines'?" in sentence


@pytest.mark.parametrize(("folder", "name"), [("Meine Bilder", "Meine_Bilder"), ("été [2]", "t_2_"), ("図", "images")])
def test_folder_of_images_is_named_in_the_characters_of_names(tmp_path: Path, folder: str, name: str) -> None:
    (tmp_path / folder).mkdir()
    found = load_descriptor(tmp_path / folder)
    assert (found.name, found.folder) == (name, str(tmp_path / folder))


DIGEST = "0" * 64
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"sensr": "x"}, "unknown option 'sensr'; expected one of cite, classes, cube"),
    ({"cube": {"path": "a", "sha": "1"}}, "unknown option 'cube.sha'; expected one of axes, by_hand, glt, key"),
    ({"cube": None}, "option 'cube' is missing"),
    ({"cube": []}, "option 'cube' is []; it should have at least 1 item"),
    ({"cube": {"key": "x"}}, "give either 'url', or 'path', or 'package' with the 'path' inside it"),
    ({"cube": {"url": "https://a.org/x.mat", "path": "x.mat"}}, "give either 'url', or 'path'"),
    ({"cube": {"package": "tensorly"}}, "give either 'url', or 'path'"),
    ({"cube": {"by_hand": "a.tif"}}, "'by_hand', the file's name, goes with 'obtain', where to get it"),
    ({"cube": {"by_hand": "a.tif", "obtain": "ask", "path": "b"}}, "goes with 'obtain', where to get it, and no other"),
    ({"cube": {"path": "a.npy", "axes": "rows bands"}}, "option 'cube.axes' is 'rows bands'; it should be"),
    ({"cube": {"path": "a.npy", "field": "crop"}}, "unknown option 'cube.field'"),
    ({"cube": ["a.npy", {"path": "b.npy", "field": "crop"}]}, "unknown option 'cube.1.field'"),
    ({"cube": {"path": "a.npy", "wavelengths": [1]}}, "'wavelengths' stands next to 'cube', not in it"),
    ({"labels": {"path": "a.shp", "overlap": "mean"}}, "option 'labels.overlap' is 'mean'; it should be"),
    ({"scale": 0}, "'scale' is 0, which leaves nothing of the data"),
    ({"shape": [4, 5, 3], "fwhm": [7, 7]}, "'fwhm' lists 2 widths for 3 bands"),
    (
        {"classes": [{"id": 1, "name": "a", "values": [4, 5]}, {"id": 5, "name": "b"}]},
        "5 in the file stands for two of the 'classes'; give it to one by 'values'",
    ),
    ({"cube": "ftp://a.org/x.mat"}, "option 'cube.url' is 'ftp://a.org/x.mat'; it should match"),
    ({"cube": {"path": "a.npy", "sha256": "12"}}, "option 'cube.sha256' is '12'; it should match"),
    ({"name": "a/b"}, "option 'name' is 'a/b'"),
    ({"shape": [4, 5]}, "option 'shape.2' is missing"),
    ({"shape": [4, 5, 0]}, "option 'shape.2' is 0; it should be greater than or equal to 1"),
    ({"shape": [4, 5, 3], "rgb": [0, 1, 3]}, "band index 3 is outside of the cube's 3 bands, 0-based"),
    ({"shape": [4, 5, 3], "wavelengths": [400, 500]}, "'wavelengths' lists 2 band centres for 3 bands"),
    ({"rgb": [0, 1, 2], "drop_bands": [1]}, "band 1 stands in 'rgb' and in 'drop_bands'"),
    ({"wavelengths": [0, 500]}, "option 'wavelengths.0' is 0; it should be greater than 0"),
    ({"classes": [{"id": 0, "name": "none"}]}, "option 'classes.0.id' is 0; it should be greater than or equal to 1"),
    ({"classes": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]}, "class id 1 stands twice in 'classes'"),
    ({"classes": [{"id": 1, "name": "a", "color": "red"}]}, "option 'classes.0.color' is 'red'"),
    ({"classes": [{"id": 1, "name": "a", "colour": "#ffffff"}]}, "expected one of color, id, name, pixels"),
    (
        {"cube": "https://a.org/1/data.mat", "labels": {"url": "https://a.org/2/data.mat", "sha256": DIGEST}},
        "'cube' and 'labels' are two files of one name, data.mat",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "sentence"), WRONG)
def test_wrong_descriptor_is_one_sentence_that_names_the_file(
    describe: Describe, keys: dict[str, Any], sentence: str
) -> None:
    file = describe(**keys)
    with pytest.raises(UsageError) as caught:
        load_descriptor(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("cube: [", "is not YAML"), ("- a\n- b\n", "holds list; expected keys"), ("", "holds nothing; expected keys")],
)
def test_file_that_is_no_mapping_in_yaml(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(UsageError, match=sentence):
        load_descriptor(file)


def test_one_file_may_hold_cube_and_ground_truth(describe: Describe) -> None:
    url = "https://a.org/data.mat"
    descriptor = load_descriptor(describe(cube={"url": url, "key": "x"}, labels={"url": url, "key": "y"}))
    assert descriptor.cube[0].file_name == descriptor.labels[0].file_name


def test_digest_follows_the_sources_and_nothing_else(describe: Describe, tmp_path: Path) -> None:
    first = load_descriptor(describe(title="one")).digest(tmp_path)
    assert load_descriptor(describe(title="two")).digest(tmp_path) == first
    assert load_descriptor(describe(cube={"path": "cube.npy", "key": "other"})).digest(tmp_path) != first


def test_kept_shape_is_without_the_dropped_bands(describe: Describe) -> None:
    assert load_descriptor(describe(shape=[4, 5, 3], drop_bands=[2, 2])).kept_shape == (4, 5, 2)
    assert load_descriptor(describe()).kept_shape is None


def test_kept_wavelengths_are_without_those_of_the_dropped_bands(describe: Describe) -> None:
    described = load_descriptor(describe(shape=[4, 5, 3], drop_bands=[1], wavelengths=[500, 600, 700]))
    assert described.kept_wavelengths == (500, 700)
    assert load_descriptor(describe()).kept_wavelengths is None


def test_cut_of_an_experiment(describe: Describe) -> None:
    classes = [{"id": 1, "name": "a", "pixels": 8}, {"id": 3, "name": "c", "pixels": 4}]
    descriptor = load_descriptor(describe(classes=classes))
    options = SceneOptions(rows=(1, 4), drop_classes=(3,))
    assert options.cut((4, 5)) == (slice(1, 4), slice(0, 5))
    assert options.cut_shape((4, 5, 3)) == (3, 5, 3)
    assert options.cut_counts(descriptor) == {}
    assert SceneOptions(drop_classes=(3,)).cut_counts(descriptor) == {1: 8}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"rows": [3, 3]}, "'rows' [3, 3] is empty; the start must be less than the stop"),
        ({"cols": [-1, 3]}, "option 'cols.0' is -1; it should be greater than or equal to 0"),
        ({"row": [0, 3]}, "unknown option 'row'; expected one of cols, drop_classes, rows"),
        ({"drop_classes": [0]}, "option 'drop_classes.0' is 0"),
    ],
)
def test_wrong_cut(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_options(SceneOptions, given, "scene toy")
    assert sentence in str(caught.value)


def test_cut_beyond_the_scene() -> None:
    with pytest.raises(UsageError, match=r"option 'cols' is \[0, 6\]; expected a stop of 5 at the most"):
        SceneOptions(cols=(0, 6)).cut((4, 5))


def test_descriptor_says_by_its_keys_what_it_is_of(describe: Describe, tmp_path: Path) -> None:
    (tmp_path / "tiles.yaml").write_text("folder: tiles\nlists: {train: train.csv}\n")
    images = load_descriptor(tmp_path / "tiles.yaml")
    assert isinstance(images, ImageSet)
    assert (images.name, images.folder) == ("tiles", str(tmp_path / "tiles"))
    assert images.lists.train[0].path == str(tmp_path / "train.csv")
    assert isinstance(load_descriptor(describe()), Descriptor)
    with pytest.raises(UsageError, match=r"tiles\.yaml: describes an image set; expected a scene"):
        load_descriptor(tmp_path / "tiles.yaml", kind="pixels")
    with pytest.raises(UsageError, match=r"describes a scene; expected an image set"):
        load_descriptor(describe(), kind="images")
    with pytest.raises(UsageError, match=r"indian_pines: describes a scene"):
        load_descriptor("indian_pines", kind="images")


def test_folder_is_an_image_set_unless_a_scene_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "tiles").mkdir()
    images = load_descriptor(tmp_path / "tiles", {"layout": "bigearthnet"})
    assert isinstance(images, ImageSet)
    assert (images.folder, images.several_labels) == (str(tmp_path / "tiles"), True)
    with pytest.raises(UsageError, match=r"tiles: no such file; expected a descriptor file \(.yaml\), or a name"):
        load_descriptor(tmp_path / "tiles", kind="pixels")
    with pytest.raises(UsageError, match="unknown option 'layuot'"):
        load_descriptor(tmp_path / "tiles", {"layuot": "x"})
