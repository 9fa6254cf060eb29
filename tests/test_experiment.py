"""An experiment file is checked before any job starts."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import yaml

from hsclass.cli.experiments import experiment as experiment_command
from hsclass.cli.experiments import run
from hsclass.errors import HsclassError, UsageError
from hsclass.experiment import Experiment, load_experiment
from hsclass.schema import experiment_schema, schema_text

ROOT = Path(__file__).parents[1]
FILES = sorted(ROOT.glob("config/**/*.yaml"))


def config(**changes: object) -> dict[str, object]:
    return {
        "experiment": "toy", "scenes": ["indian_pines"], "splits": ["random", "dbscan_area"], "models": ["rf", "svm"],
    } | changes  # fmt: skip


def test_runs_are_the_product_of_all_dimensions() -> None:
    runs = list(Experiment(config(seeds=[0, 1, 2])).runs())
    assert len(runs) == len(set(runs)) == 1 * 2 * 3 * 1 * 2
    assert runs[0].folder == Path("results/indian_pines/random-0/raw/rf")
    assert runs[0].split_folder == Path("results/indian_pines/random-0")


def test_defaults_are_filled_in() -> None:
    resolved = Experiment(config(models=[{"model": "cnn3d", "epochs": 3}])).resolved()
    assert resolved["window"] == 9
    assert resolved["fractions"] == {"train": 0.10, "validation": 0.05}
    options = resolved["models"][0]["options"]
    assert options["epochs"] == 3
    assert options["filters"] == [48, 32, 32]
    assert json.loads(json.dumps(resolved)) == resolved


def test_matched_random_split_names_the_other() -> None:
    experiment = Experiment(config(splits=["dbscan_area", {"sampler": "matched_random", "of": "dbscan_area"}]))
    assert [experiment.copied_split(name) for name in experiment.splits] == [None, "dbscan_area"]
    assert experiment.splits["dbscan_area_matched_random"].all_options == {"of": "dbscan_area"}


def test_masks_are_files_that_a_split_is_made_from() -> None:
    masks = {"sampler": "fixed", "train_mask": "TR.mat", "test_mask": "masks/TS.mat"}
    experiment = Experiment(config(splits=["random", masks, {"sampler": "matched_random", "of": "random"}]))
    assert [experiment.mask_files(name) for name in experiment.splits] == [[], ["TR.mat", "masks/TS.mat"], []]


def test_recipe_fills_in_what_the_file_leaves_open() -> None:
    experiment = Experiment(config(models=[{"model": "cnn3d", "name": "lange", "recipe": "lange2018", "epochs": 5}]))
    options = experiment.models["lange"].all_options
    assert (options["optimizer"], options["learning_rate"], options["epochs"]) == ("sgd", 1.0, 5)


def test_one_entry_may_stand_without_a_list() -> None:
    assert [run.model for run in Experiment(config(models="rf", splits="random", seeds=[4])).runs()] == ["rf"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sedes": [1]}, "unknown option 'sedes'; expected one of experiment, features"),
        ({"models": ["randomforest"]}, "unknown model 'randomforest': expected one of ann, backbone, cnn, cnn1d, "),
        ({"models": [{"model": "rf", "tree": 5}]}, "model rf: unknown option 'tree'; expected one of"),
        (
            {"models": [{"model": "rf", "trees": 0}]},
            "model rf: option 'trees' is 0; it should be greater than or equal",
        ),
        ({"models": ["rf", {"model": "rf", "trees": 5}]}, "'rf' stands twice; give one of the two its own 'name:'"),
        ({"models": [{"name": "x"}]}, "each entry needs 'model: NAME'"),
        ({"models": []}, "option 'models'"),
        ({"splits": ["dbscan"]}, "unknown sampler 'dbscan'"),
        ({"splits": [{"sampler": "dbscan_area", "epsilon": 2}]}, "unknown option 'epsilon'"),
        (
            {"splits": [{"sampler": "blocks", "folds": 10}], "fractions": {"train": 0.1, "validation": 0.2}},
            "folds: is 10 and validation is 0.2; expected a validation share of at most one fold, 0.1",
        ),
        ({"splits": ["random", "matched_random"]}, "sampler matched_random: option 'of' is missing"),
        (
            {"splits": ["random", {"sampler": "matched_random", "of": "dbscan"}]},
            "sampler dbscan_matched_random: option 'of' is 'dbscan'; expected another split of this experiment that is"
            " no copy itself: random",
        ),
        ({"splits": [{"sampler": "matched_random", "of": "matched_random_matched_random"}]}, "there is none"),
        (
            {"published": {"source": "x", "figures": [{"features": "pca", "model": "rf", "oa": 0.9}]}},
            "published: names rf on pca; expected features of raw and models of rf, svm, as in this experiment",
        ),
        ({"scenes": ["indianpines"]}, "did you mean 'indian_pines'?"),
        ({"features": ["pcaa"]}, "unknown feature extractor 'pcaa'"),
        ({"features": [{"features": "dafe", "components": 16}]}, "option 'components' is 16; expected 15 at the most"),
        ({"features": [{"features": "bands", "keep_nm": [[3000, 4000]]}]}, "the options leave none of the 200 bands"),
        ({"features": [{"features": "bands", "keep": [[1, 9]]}], "models": ["cnn3d"]}, "model cnn3d: 9 "),
        ({"window": 8}, "must be odd; take 7 or 9"),
        (
            {"map_tiles": 4},
            "map_tiles 4 are more than the tiles of scene indian_pines (145 x 145 pixels); expected at most 3",
        ),
        ({"window": 147}, "window 147 is larger than scene indian_pines (145 x 145 pixels)"),
        ({"window": 5, "models": ["cnn3d"]}, "model cnn3d: window 5 does not fit"),
        ({"fractions": {"train": 0.7, "validation": 0.4}}, "train 0.7 + validation 0.4 must add up to less than 1"),
        ({"fractions": {"train": 0}}, "option 'fractions.train' is 0"),
        ({"fractions": {"test": 0.5}}, "unknown option 'fractions.test'"),
        ({"experiment": "../up"}, "option 'experiment' is '../up'"),
        ({"experiment": "my map"}, "it should consist of letters, digits, '_', '.' and '-', and begin with a letter"),
        ({"scenes": [{"scene": "indian_pines", "rows": [0, 5]}]}, "window 9 is larger than scene indian_pines"),
    ],
)
def test_wrong_experiment_is_one_sentence(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        Experiment(config(**changes))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_number_of_features_that_is_not_known_yet_is_left_to_the_training() -> None:
    experiment = Experiment(config(features=[{"features": "pca", "components": 0.99}], models=["cnn3d"]))
    assert experiment.features["pca"].all_options == {"components": 0.99, "whiten": False}


def test_missing_key_is_named() -> None:
    with pytest.raises(UsageError, match="option 'scenes' is missing"):
        Experiment({"experiment": "toy", "splits": ["random"], "models": ["rf"]})


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Calls of Snakemake that `hsclass run` makes."""
    calls: list[list[str]] = []
    monkeypatch.setattr("os.execve", lambda program, command, environment: calls.append(command))
    return calls


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("cube: a.tif\n", "e.yaml: is the descriptor of a data set; expected the experiment file, which names it"),
        ("experiment: a\nexperiment: b\n", "e.yaml: 'experiment' stands twice, the second time in line 2"),
        ("experiment: my map\n", "option 'experiment' is 'my map'; it should consist of letters"),
        ("{}", "option 'experiment' is missing; add it"),
        (b"II*\0\x08\x86", "e.yaml: is not YAML"),
        (
            "experiment: a\nscenes: [{scene: s.yaml, cols: [0, 9]}]\nsplits: random\nmodels: rf\nwindow: 3\n",
            "option 'cols' is [0, 9]; expected a stop of 5 at the most",
        ),
    ],
)
@pytest.mark.parametrize("command", [run, experiment_command])
def test_commands_refuse_a_wrong_file_before_any_job(
    command: Callable[[str], None], text: str | bytes, sentence: str, tmp_path: Path, started: list[list[str]]
) -> None:
    np.save(tmp_path / "s.npy", np.ones((4, 5, 3)))
    (tmp_path / "s.yaml").write_text("cube: s.npy\n")
    (tmp_path / "e.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError) as caught:
        command(str(tmp_path / "e.yaml"))
    assert sentence in str(caught.value)
    assert (caught.value.exit_status, started) == (2, [])


def test_run_leaves_a_file_that_options_complete_to_snakemake(tmp_path: Path, started: list[list[str]]) -> None:
    (tmp_path / "e.yaml").write_text("window: 9\n")
    run(str(tmp_path / "e.yaml"), ["--config", "experiment=a"])
    run("quick", ["-n"])
    assert [command[-1] for command in started] == ["experiment=a", "-n"]


@pytest.mark.parametrize("dimension", ["scenes", "experiment"])
def test_names_of_scenes_and_experiments_may_have_hyphens(dimension: str) -> None:
    changes = {"scenes": [{"scene": "indian_pines", "name": "my-field"}]} if dimension == "scenes" else {}
    assert Experiment(config(experiment="a-b", **changes)).resolved()["runs"]


@pytest.mark.parametrize(
    "changes",
    [{"models": [{"model": "rf", "name": "a-b"}]}, {"scenes": [{"scene": "indian_pines", "name": "my field"}]}],
)
def test_name_that_cannot_stand_in_a_path_is_refused_with_the_way_out(changes: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"cannot name results; give the entry a 'name:' of letters, digits"):
        Experiment(config(**changes))


def test_file_that_is_not_there_or_not_yaml(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no\.yaml: cannot be read \(No such file"):
        load_experiment(tmp_path / "no.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("scenes: [a\nmodels: b")
    with pytest.raises(UsageError, match=r"broken\.yaml: is not YAML"):
        load_experiment(broken)
    broken.write_text("just text")
    with pytest.raises(UsageError, match="holds str; expected keys such as"):
        load_experiment(broken)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_experiment_files_that_come_along_are_right(file: Path) -> None:
    assert load_experiment(file).plan.experiment
    jsonschema.validate(yaml.safe_load(file.read_text()), experiment_schema())


def test_two_data_sets_cannot_share_a_folder(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "field.yaml").write_text("cube: cube.npy\nlabels: labels.npy\nshape: [30, 30, 4]\n")
    first, second = str(tmp_path / "a/field.yaml"), str(tmp_path / "b/field.yaml")
    Experiment(config(scenes=[first, {"scene": first, "name": "upper", "rows": [0, 20]}]))
    with pytest.raises(
        UsageError, match=r"field and second are different data sets that share the folder 'data/field'"
    ):
        Experiment(config(scenes=[first, {"scene": second, "name": "second"}]))


def test_schema_refuses_what_the_check_refuses() -> None:
    for changes in ({"sedes": [1]}, {"models": ["forest"]}, {"models": [{"model": "rf", "tree": 5}]}, {"window": 0}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(config(**changes), experiment_schema())


def test_schema_file_is_the_one_of_the_options() -> None:
    written = (ROOT / "workflow/schemas/experiment.schema.json").read_text()
    assert written == schema_text(), "run: hsclass schema > workflow/schemas/experiment.schema.json"


def test_class_known_to_be_too_small_is_reported_before_any_job(tmp_path: Path) -> None:
    scene = tmp_path / "field.yaml"
    scene.write_text(
        "cube: c.tif\nlabels: l.tif\nshape: [40, 40, 30]\n"
        "classes: [{id: 1, name: a, pixels: 90}, {id: 2, name: b, pixels: 2}]\n"
    )
    with pytest.raises(HsclassError, match=r"scene field: class 2 has fewer than the 3 pixels .* 1: 90, 2: 2"):
        Experiment(config(scenes=[str(scene)], splits=["random"]))
    kept = [{"scene": str(scene), "drop_classes": [2]}]
    assert len(list(Experiment(config(scenes=kept, splits=["random"])).runs())) == 4


def test_matched_splits_are_compared_with_their_ladder() -> None:
    from hsclass.results.experiment import compared_with

    copies = {"near": "fields", "apart": "fields", "other": "blocks"}
    samplers = {"near": "matched_random", "apart": "matched_apart", "other": "matched_random", "fields": "regions"}
    assert compared_with("near", copies, samplers) == ["fields", "apart"]
    assert compared_with("apart", copies, samplers) == ["fields"]
    assert compared_with("other", copies, samplers) == ["blocks"]
    assert compared_with("fields", copies, samplers) == []
