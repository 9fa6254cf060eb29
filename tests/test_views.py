"""What a scene, a split, a model, a map and figures show of themselves."""

import base64
import io
import re

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

import hsclass
from hsclass import ClassMap, Scene, Split, TrainedModel
from hsclass.errors import UsageError

mpl.use("agg")


@pytest.fixture(scope="module")
def model(toy_scene: Scene, toy_split: Split) -> TrainedModel:
    return hsclass.fit(toy_scene, toy_split, "lda")


@pytest.fixture(scope="module")
def mapped(model: TrainedModel, toy_scene: Scene) -> ClassMap:
    return hsclass.predict_scene(model, toy_scene)


@pytest.fixture(scope="module")
def metrics(mapped: ClassMap, toy_scene: Scene, toy_split: Split) -> hsclass.Metrics:
    return hsclass.evaluate(mapped.classes, toy_scene.labels, toy_split, toy_scene.classes)


def test_scene_says_its_size_and_labels(toy_scene: Scene) -> None:
    assert repr(toy_scene).splitlines() == [
        "Scene 'toy': 24 x 24 pixels, 24 bands (400 to 630 nm), float32",
        "  572 labelled pixels of 3 classes",
        "  no map coordinates",
    ]
    placed = Scene.from_array([[[1.0], [np.nan]]], crs=32633, transform=(10, 0, 0, 0, -20, 0), name="s")
    assert repr(placed).splitlines()[1:] == [
        "  no reference labels", "  pixels of 10 x 20 in EPSG:32633", "  1 pixels without data (50.0%)",
    ]  # fmt: skip


def test_split_model_map_and_figures_are_few_lines(
    toy_split: Split, model: TrainedModel, mapped: ClassMap, metrics: hsclass.Metrics
) -> None:
    counts = [int((toy_split.roles == role).sum()) for role in (1, 2, 3, 4)]
    assert repr(toy_split).splitlines() == [
        "Split by 'fixed', seed 0, windows of 7 pixels",
        "  pixels: {} train, {} validation, {} test, {} guard".format(*counts),
    ]
    assert repr(model).startswith("TrainedModel lda on features raw: 3 classes, reach 0 pixels\n  learned from ")
    assert re.match(r"ClassMap of 'toy' by lda: 24 x 24 pixels in [\d.]+ s\n  largest: \w+ \d+%", repr(mapped))
    assert str(metrics).startswith(
        f"OA {metrics.oa:.4f}, AA {metrics.aa:.4f}, 212 test samples\n  too few for the intervals"
    )
    assert all(len(repr(one).splitlines()) < 8 for one in (toy_split, model, mapped, metrics))


def images(page: str) -> list[np.ndarray]:
    """Return the images in HTML."""
    found = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(one))).convert("RGB")) for one in found]


def test_notebook_shows_the_classes_in_their_colours(toy_scene: Scene, mapped: ClassMap, toy_split: Split) -> None:
    for shown, values in ((toy_scene, toy_scene.labels), (mapped, mapped.classes)):
        page = shown._repr_html_()
        colours = {0: (0, 0, 0), 2: (0, 0, 255), 7: (0, 99, 0), 12: (150, 90, 0)}
        expected = np.array([[colours[value] for value in row] for row in values.tolist()], np.uint8)
        assert any(np.array_equal(image, expected) for image in images(page))
        assert all(name in page for name in ("water", "wood", "soil"))
    [roles] = images(toy_split._repr_html_())
    np.testing.assert_array_equal((roles == (230, 97, 1)).all(axis=2), toy_split.roles == 1)


def test_names_are_escaped_in_a_notebook() -> None:
    scene = Scene.from_array(np.ones((2, 2, 1)), np.ones((2, 2), int), classes=["<b>"], name="<script>")
    assert "<script>" not in scene._repr_html_()
    assert "&lt;b&gt;" in scene._repr_html_()


def test_plots_draw_on_the_axes_given_or_on_new_ones(
    toy_scene: Scene, toy_split: Split, mapped: ClassMap, metrics: hsclass.Metrics
) -> None:
    import matplotlib.pyplot as plt

    _, ax = plt.subplots()
    assert toy_scene.plot("labels", ax=ax) is ax
    drawn = ax.images[0].get_array()
    np.testing.assert_array_equal((drawn == (0, 0, 255)).all(axis=2), toy_scene.labels == 2)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["water", "wood", "soil"]
    assert toy_scene.plot().images[0].get_array().shape == (24, 24, 3)
    roles = [text.get_text() for text in toy_split.plot().get_legend().get_texts()]
    assert roles == ["train", "validation", "test", "guard"]
    assert mapped.plot("confidence").images[0].get_clim() == (0, 1)
    confusion = metrics.plot_confusion()
    assert sum(int(text.get_text()) for text in confusion.texts) == metrics.n_test
    labels = [tick.get_text() for tick in metrics.plot_intervals().get_yticklabels()]
    assert labels == ["OA", "AA", "kappa", "macro F1", "water", "wood", "soil"]
    plt.close("all")


def test_unknown_view_names_the_known_ones(toy_scene: Scene, mapped: ClassMap) -> None:
    with pytest.raises(UsageError, match="'cube' or 'labels'"):
        toy_scene.plot("bands")
    with pytest.raises(UsageError, match="'classes' or 'confidence'"):
        mapped.plot("bands")


def test_split_as_a_frame_has_what_each_class_was_given(toy_scene: Scene) -> None:
    split = hsclass.make_split(toy_scene, "blocks", window=1, train=0.3)
    frame = split.to_frame()
    assert frame.index.tolist() == [2, 7, 12]
    assert frame["train"].sum() == split.count(1) == len(split.train)
