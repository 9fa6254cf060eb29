"""A delivered map: chosen by inner folds, tested by outer folds, trained with all labels."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import rasterio
from typer.testing import CliRunner

import hsclass
from hsclass.assess.design import draw_sample, write_sample
from hsclass.cli import app
from hsclass.errors import DataError, HsclassError, UsageError
from hsclass.final.candidates import Candidate
from hsclass.final.choice import choose
from hsclass.final.delivery import Delivered, deliver
from hsclass.plan import Final
from hsclass.predict import map_file
from hsclass.predict.opening import open_pixels
from hsclass.results.final import FinalCard
from hsclass.scene import Scene, read_classes, write_scene
from hsclass.split import Role

from .conftest import ASKED, CANDIDATES, make_farm

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def read(path: Path) -> np.ndarray:
    with rasterio.open(path) as source:
        return source.read(1)


def test_the_best_inner_score_wins(delivered: Delivered) -> None:
    choice = delivered.card.choice
    guess, lda = choice.candidates
    assert choice.winner.name == "raw/lda"
    assert delivered.card.fold_choices == ["raw/lda"] * 3
    assert lda.score == pytest.approx(np.mean(lda.scores))
    assert len(lda.scores) == 2
    assert guess.score < lda.score


def test_figure_is_that_of_models_that_did_not_see_the_field(delivered: Delivered, farm: Scene) -> None:
    labels, predicted = farm.require_labels(), np.zeros(farm.shape[:2], int)
    for fold in range(3):
        split = hsclass.make_split(farm, "regions", window=3, validation=0, seed=fold, folds=3)
        model = hsclass.fit(farm, split, "lda")
        test = split.roles == Role.TEST
        predicted[test] = hsclass.predict_scene(model, farm).classes[test]
    assert (predicted > 0).sum() == (labels > 0).sum() == delivered.card.metrics.n_test
    expected = np.mean(predicted[labels > 0] == labels[labels > 0])
    assert delivered.card.metrics.oa == pytest.approx(expected)
    assert delivered.card.metrics.oa_low < expected < delivered.card.metrics.oa_high
    assert delivered.card.metrics.interval.fields == 25


def test_interval_is_that_of_the_folds_pooled(delivered: Delivered, farm: Scene) -> None:
    splits = [hsclass.make_split(farm, "regions", window=3, validation=0, seed=n, folds=3) for n in range(3)]
    folds = [read(delivered.folder / f"folds/{n}/tested.tif") for n in range(3)]
    pooled = hsclass.pool(folds, farm.require_labels(), splits, farm.classes)
    figures = delivered.card.metrics
    for name in ("oa", "aa", "kappa", "macro_f1"):
        for end in ("", "_low", "_high"):
            assert getattr(figures, name + end) == pytest.approx(getattr(pooled, name + end)), name + end
    assert figures.interval.runs == 3


def test_labels_outside_the_training_pixels_have_no_part_in_a_choice(farm: Scene) -> None:
    split = hsclass.make_split(farm, "regions", window=3, validation=0, seed=1, folds=3)
    labels = farm.require_labels().copy()
    others = (split.roles != Role.TRAIN) & (labels > 0)
    labels[others] = np.random.default_rng(0).permutation(labels[others])
    asked = Final(**ASKED)
    scored = choose(farm, split, CANDIDATES, asked)
    assert choose(replace(farm, labels=labels), split, CANDIDATES, asked) == scored


def test_model_is_trained_with_all_labels_and_maps_the_scene(
    delivered: Delivered, farm: Scene, folder: Path, tmp_path: Path
) -> None:
    assert delivered.model.scope.counts["model"] == (farm.require_labels() > 0).sum() == delivered.card.n_labelled
    assert delivered.model.scope.counts["validation"] == 0
    mapped = hsclass.predict_scene(delivered.model, farm)
    classes, legend = read_classes(delivered.folder / "map.tif")
    np.testing.assert_array_equal(classes, mapped.classes)
    assert legend == farm.classes
    np.testing.assert_array_equal(read(delivered.folder / "confidence.tif"), mapped.confidence)
    loaded = hsclass.load_model(delivered.folder / "model")
    map_file(loaded, open_pixels(folder / "scene"), tmp_path / "again.tif")
    np.testing.assert_array_equal(read(tmp_path / "again.tif"), mapped.classes)


def test_applicability_is_measured_between_the_folds(delivered: Delivered, farm: Scene) -> None:
    known, card = delivered.model.applicability, delivered.card.applicability
    assert known is not None
    assert card is not None
    inside = read(delivered.folder / "aoa.tif")
    assert card.outside == pytest.approx(np.mean(inside == 0))
    assert card.threshold == known.threshold
    expected = read(delivered.folder / "expected_accuracy.tif")
    assert card.expected_accuracy == pytest.approx(np.nanmean(expected), rel=1e-5)
    np.testing.assert_array_equal(np.isnan(expected), inside == 0)
    fold_of = np.full(farm.shape[:2], -1)
    for fold in range(3):
        fold_of[hsclass.make_split(farm, "regions", window=3, validation=0, seed=fold, folds=3).roles == 3] = fold
    whole = np.where(farm.require_labels() > 0, Role.TRAIN, 0).astype(np.uint8)
    split = hsclass.Split(whole, 3, "all", 0, {}, False)
    assert hsclass.fit(farm, split, "lda", folds=fold_of).applicability.threshold == known.threshold


def test_card_says_what_was_made_of_what(delivered: Delivered) -> None:
    card = FinalCard.model_validate_json((delivered.folder / "card.json").read_text())
    assert card == delivered.card
    counts = {cover.id: cover.pixels for cover in card.classes}
    ids, pixels = np.unique(read(delivered.folder / "map.tif"), return_counts=True)
    assert counts == {3: 0, 5: 0, 8: 0} | dict(zip(ids.tolist(), pixels.tolist(), strict=True))
    page = (delivered.folder / "card.html").read_text()
    for text in (
        "A farm",
        f"{card.metrics.oa:.3f}",
        "no unbiased estimate",
        card.model_digest,
        "crop 5",
        "hsclass sample",
        f"{delivered.card.shape[0]} × {delivered.card.shape[1]}",
    ):
        assert text in page
    assert "http" not in page
    with rasterio.open(delivered.folder / "map.tif") as source:
        assert source.tags()["model_digest"] == card.model_digest
        assert source.tags()["software"] == f"hsclass {hsclass.__version__}"


def test_card_leads_with_an_assessment_and_no_longer_asks_for_one(delivered: Delivered, tmp_path: Path) -> None:
    folder = shutil.copytree(delivered.folder, tmp_path / "final")
    drawn = draw_sample(folder / "map.tif", design="simple", size=60, seed=1)
    write_sample(drawn, tmp_path / "s.csv")
    with (tmp_path / "s.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    mapped = read(folder / "map.tif")[tuple(drawn.pixels.T)]
    with (tmp_path / "s.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "reference": str(mapped[int(row["id"]) - 1])} for row in rows)
    result = CliRunner().invoke(
        app, ["assess", str(tmp_path / "s.csv"), str(folder / "map.tif"), "--card", str(folder / "assessed.html")]
    )
    assert result.exit_code == 0, result.output
    assert (folder / "card.html").read_text() == (delivered.folder / "card.html").read_text()
    page = (folder / "assessed.html").read_text()
    assert "Overall accuracy 1.000" in page
    assert "probability sample of 60 points (simple design)" in page
    for cover in delivered.card.classes:
        assert cover.pixels == 0 or f'<td class="n">{cover.pixels:.1f}</td>' in page  # mapped, in pixels
    assert "hsclass sample" not in page
    assert "no probability sample" not in page


def test_names_and_colours_are_in_the_style_and_the_attribute_table(delivered: Delivered) -> None:
    style = ElementTree.parse(delivered.folder / "map.qml")
    entries = [(entry.get("value"), entry.get("label"), entry.get("color")) for entry in style.iter("paletteEntry")]
    assert entries == [("3", "3 crop 3", "#3c0900"), ("5", "5 crop 5", "#640900"), ("8", "8 crop 8", "#a00900")]
    table = ElementTree.parse(delivered.folder / "map.tif.aux.xml")
    rows = [[field.text for field in row.iter("F")] for row in table.iter("Row")]
    counts = {str(cover.id): str(cover.pixels) for cover in delivered.card.classes}
    assert rows[1] == ["5", counts["5"], "crop 5", "100", "9", "0"]


def test_finished_folds_are_used_again_until_something_changes(
    delivered: Delivered, farm: Scene, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(
        "hsclass.final.folds.choose", lambda *args, **more: asked.append(1) or choose(*args, **more)
    )  # fmt: skip
    again = deliver(farm, CANDIDATES, folder / "final", window=3, source=folder / "scene", **ASKED)
    assert not asked
    assert again is not None
    assert again.card == delivered.card
    other = folder / "other"
    for fold in range(4):
        assert deliver(farm, CANDIDATES[1:], other, window=3, fold=fold, **ASKED) is None
    assert len(asked) == 4
    assert sorted(path.name for path in (other / "folds").iterdir()) == ["0", "1", "2", "3"]
    deliver(farm, CANDIDATES[1:], other, window=5, fold=0, **ASKED)
    assert len(asked) == 5


def test_a_single_candidate_is_not_scored(farm: Scene, tmp_path: Path) -> None:
    deliver(farm, CANDIDATES[1:], tmp_path, window=3, fold=3, **ASKED)
    choice = json.loads((tmp_path / "folds/3/choice.json").read_text())
    assert choice["candidates"][0]["score"] is None


def test_model_that_looks_without_bound_is_delivered_and_the_card_says_so(
    delivered: Delivered, farm: Scene, tmp_path: Path
) -> None:
    options = {"members": "lda", "calibrate": None, "smooth": "segments", "least": 20}
    done = deliver(farm, [Candidate("ensemble", options=options), *CANDIDATES[:1]], tmp_path, window=3, **ASKED)
    assert done is not None
    assert done.card.choice.winner.name == "raw/ensemble"
    assert [limit for limit in done.card.limits if limit.startswith("The model looks at the scene without bound")]
    assert not [limit for limit in delivered.card.limits if "without bound" in limit]


def test_network_trains_for_the_epochs_of_the_inner_folds(farm: Scene, tmp_path: Path) -> None:
    network = Candidate("ann", options={"hidden": [4], "epochs": 4})
    done = deliver(farm, [network], tmp_path, window=3, folds=2, inner_folds=2, validation=0.1)
    assert done is not None
    assert done.card.choice.epochs in range(1, 5)
    assert done.model.training.epochs == done.card.choice.epochs
    assert done.model.scope.counts["validation"] == 0


def one_field_each() -> Scene:
    scene = make_farm(fields=3)
    labels = scene.require_labels().copy()
    labels[10:] = 0
    return replace(scene, labels=labels)


def with_bare_groups() -> Scene:
    scene = make_farm()
    groups = np.where(scene.require_labels() > 0, 1 + np.arange(50)[:, np.newaxis] // 10, 0).astype(np.uint32)
    groups[:10] = 0
    return replace(scene, groups=groups)


@pytest.mark.parametrize(
    ("scene", "candidates", "asked", "error", "message"),
    [
        (lambda: replace(make_farm(), labels=np.zeros((50, 50), np.uint8)), CANDIDATES, {}, DataError,
         "scene farm: has no labelled pixel"),
        (one_field_each, CANDIDATES, {}, DataError, "scene farm: 3 of 3 classes have one field only"),
        (with_bare_groups, CANDIDATES, {"sampler_options": {"several_classes": True}}, DataError,
         "180 of 900 labelled pixels belong to no group"),
        (make_farm, (), {}, UsageError, "final: names no candidate"),
        (make_farm, (Candidate("lda"), Candidate("lda")), {}, UsageError, "final: has two candidates raw/lda"),
        (make_farm, (Candidate("lda", options={"no": 1}),), {}, UsageError, "model lda"),
        (make_farm, CANDIDATES, {"sampler": "random"}, UsageError, "which leaks or cannot cross-validate"),
        (make_farm, CANDIDATES, {"folds": 40}, DataError, "has 25 fields for 40 folds"),
        (make_farm, CANDIDATES, {"inner_folds": 20}, DataError, "final: none of 2 candidates can be scored"),
        (make_farm, CANDIDATES, {"fold": 9}, UsageError, "fold 9: there is no such fold; expected 0 to 3"),
    ],
)  # fmt: skip
def test_what_cannot_be_delivered_is_one_sentence(
    scene, candidates, asked, error: type[HsclassError], message: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=message) as caught:
        deliver(scene(), candidates, tmp_path, **{"window": 3, **ASKED, **asked})
    assert "\n" not in str(caught.value)


def test_scene_is_mapped_from_memory_as_from_its_file(delivered: Delivered, farm: Scene, tmp_path: Path) -> None:
    done = deliver(farm, CANDIDATES[1:], tmp_path, window=3, **ASKED)
    assert done is not None
    np.testing.assert_array_equal(read(tmp_path / "map.tif"), read(delivered.folder / "map.tif"))
    write_scene(farm, tmp_path / "scene")
